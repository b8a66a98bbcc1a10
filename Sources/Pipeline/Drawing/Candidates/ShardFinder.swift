internal import Files
internal import Reading

/// Finds a pool's shards by the paths that weights and candidates have for them.
///
/// A path is first looked up as it is, without `.` and empty steps: `./en/0.jsonl` becomes
/// `en/0.jsonl`. If no shard has it, the shard with the most steps in common is taken, counted from
/// the file's name. So a pool is found again after it was moved, or if it is named by absolute
/// paths. If two shards have equally many steps in common, neither is taken. A pipe without a name
/// has no path: if either side is one, the pool's only shard is taken.
package struct ShardFinder: Sendable {
  /// A shard that a path may refer to.
  struct Match: Equatable, Sendable {
    var shard: Int
    /// The number of steps that agree, from the file's name; `Int.max` for all, 0 for a pipe.
    var commonSteps: Int

    var isExact: Bool { commonSteps == .max }
  }

  /// Shards by the bytes of their paths, without `.` and empty steps.
  private var byPath: [ExactString: Int] = [:]
  /// Paths with their steps reversed, sorted so that those with the same last steps are adjacent.
  private var byEnd: [(key: [UInt8], shard: Int)] = []
  private let onlyIsPipe: Bool
  /// The paths, as they were given.
  let names: [String]
  private var count: Int { names.count }

  init(_ shards: [Shard]) {
    self.init(
      shards.map(\.name), onlyIsPipe: shards.count == 1 && !shards.allSatisfy(\.isNamedFile))
  }

  /// - Parameter onlyIsPipe: whether the only shard has no path.
  init(_ names: [String], onlyIsPipe: Bool) {
    self.names = names
    self.onlyIsPipe = onlyIsPipe
    for (number, name) in names.enumerated() {
      let path = ExactString(Self.normalized(name))
      byPath[path] = byPath[path] ?? number
      byEnd.append((Self.reversed(name), number))
    }
    byEnd.sort { one, other in
      one.key == other.key
        ? one.shard < other.shard : one.key.lexicographicallyPrecedes(other.key)
    }
  }

  /// The shard that a path refers to; nil if there is none, or if the path is ambiguous.
  func match(_ path: String) -> Match? {
    if let shard = byPath[ExactString(Self.normalized(path))] {
      return Match(shard: shard, commonSteps: .max)
    }
    if count == 1, onlyIsPipe || Self.isOfPipe(path) { return Match(shard: 0, commonSteps: 0) }
    return matchByEnd(Self.reversed(path))
  }

  /// - Complexity: O(log *n*): the path with the most steps in common is next to the place where
  ///   this path would be.
  private func matchByEnd(_ key: [UInt8]) -> Match? {
    var (low, high) = (0, byEnd.count)
    while low < high {
      let middle = (low + high) / 2
      if byEnd[middle].key.lexicographicallyPrecedes(key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    func steps(_ place: Int) -> Int {
      byEnd.indices.contains(place) ? Self.commonSteps(byEnd[place].key, key) : 0
    }
    let (before, behind) = (steps(low - 1), steps(low))
    guard before != behind else { return nil }
    let place = before > behind ? low - 1 : low
    let most = max(before, behind)
    guard steps(before > behind ? place - 1 : place + 1) < most else { return nil }
    return Match(shard: byEnd[place].shard, commonSteps: most)
  }

  /// The shard of each path, each shard at most once.
  ///
  /// A shard goes to the path that has the most steps in common with it. All other paths get nil,
  /// and so do all paths that tie.
  func shards(_ paths: [String]) -> [Int?] {
    let matches = paths.map { match($0) }
    var most = [Int](repeating: -1, count: count)
    var isTied = [Bool](repeating: false, count: count)
    for case let match? in matches where match.commonSteps >= most[match.shard] {
      isTied[match.shard] = match.commonSteps == most[match.shard]
      most[match.shard] = match.commonSteps
    }
    return matches.map { match in
      guard let match, match.commonSteps == most[match.shard], !isTied[match.shard] else {
        return nil
      }
      return match.shard
    }
  }

  /// The path without `.` and empty steps; `..` stays, since a link may change its meaning.
  static func normalized(_ path: String) -> String {
    let steps = steps(path).joined(separator: [UInt8(ascii: "/")])
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    return String(decoding: (isAbsolute ? [UInt8(ascii: "/")] : []) + steps, as: UTF8.self)
  }

  private static func steps(_ path: String) -> [[UInt8]] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
      .filter { $0 != [UInt8(ascii: ".")] }
  }

  /// The steps from the last to the first, each followed by a slash.
  private static func reversed(_ path: String) -> [UInt8] {
    steps(path).reversed().flatMap { $0 + [UInt8(ascii: "/")] }
  }

  /// The number of whole steps that two reversed paths share at their start.
  private static func commonSteps(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var count = 0
    for (byte, otherByte) in zip(one, other) {
      guard byte == otherByte else { break }
      if byte == UInt8(ascii: "/") { count += 1 }
    }
    return count
  }

  /// True for the name of a pipe, which is no file's path.
  package static func isOfPipe(_ path: String) -> Bool {
    let path = ExactString(path)
    return path == ExactString(File.standardInputName) || path == "/dev/stdin"
      || ["/dev/fd/", "/proc/self/fd/"].contains { path.string.utf8.starts(with: $0.utf8) }
  }
}

extension Shard {
  /// False for input from a pipe, unless it was given a name.
  fileprivate var isNamedFile: Bool {
    switch origin {
    case .file: isNamed || isRereadable
    case .command: true
    case .standardInput, .spool: isNamed
    }
  }
}
