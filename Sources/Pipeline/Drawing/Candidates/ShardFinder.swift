internal import Files
internal import Reading

/// Finds a pool's shards by the paths that weights and candidates have for them.
///
/// A path is first looked for as it is, but for `.` and empty steps: `./en/0.jsonl` is
/// `en/0.jsonl`. If no shard has it, it is the shard with which it has the most steps in common,
/// counted from the file's name: so a pool that was moved, or is named by absolute paths, is found
/// again. Where two shards have equally many, neither is meant. What came through a pipe has no
/// path, and is the pool's only shard.
package struct ShardFinder: Sendable {
  /// A shard that a path may mean.
  struct Match: Equatable, Sendable {
    var shard: Int
    /// How many steps agree, from the file's name on; `Int.max` where all do, and 0 for a pipe.
    var commonSteps: Int

    var isExact: Bool { commonSteps == .max }
  }

  /// By bytes, without `.` and empty steps.
  private var byPath: [ExactString: Int] = [:]
  /// Paths read from the end, so that those with the same last steps stand together; sorted.
  private var byEnd: [(key: [UInt8], shard: Int)] = []
  private let onlyIsPipe: Bool
  /// As they were given.
  let names: [String]
  private var count: Int { names.count }

  init(_ shards: [Shard]) {
    self.init(
      shards.map(\.name), onlyIsPipe: shards.count == 1 && !shards.allSatisfy(\.isNamedFile))
  }

  /// - Parameter onlyIsPipe: whether there is one shard, and it has no path.
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

  /// The shard that a path means; nil if there is none, or it can't be told which.
  func match(_ path: String) -> Match? {
    if let shard = byPath[ExactString(Self.normalized(path))] {
      return Match(shard: shard, commonSteps: .max)
    }
    if count == 1, onlyIsPipe || Self.isOfPipe(path) { return Match(shard: 0, commonSteps: 0) }
    return matchByEnd(Self.reversed(path))
  }

  /// - Complexity: O(log *n*): what has most in common stands beside the place where the path
  ///   would.
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

  /// For each path its shard, each shard once: that of the path which has most in common with it.
  /// nil where that is not one path alone.
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

  /// The path without empty steps and `.`; `..` stays, which links may lead elsewhere.
  static func normalized(_ path: String) -> String {
    let steps = steps(path).joined(separator: [UInt8(ascii: "/")])
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    return String(decoding: (isAbsolute ? [UInt8(ascii: "/")] : []) + steps, as: UTF8.self)
  }

  private static func steps(_ path: String) -> [[UInt8]] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
      .filter { $0 != [UInt8(ascii: ".")] }
  }

  /// The steps from the last to the first, each with a slash behind it.
  private static func reversed(_ path: String) -> [UInt8] {
    steps(path).reversed().flatMap { $0 + [UInt8(ascii: "/")] }
  }

  /// How many whole steps two reversed paths begin with alike.
  private static func commonSteps(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var count = 0
    for (byte, otherByte) in zip(one, other) {
      guard byte == otherByte else { break }
      if byte == UInt8(ascii: "/") { count += 1 }
    }
    return count
  }

  /// True for what a pipe is called, which is no file's path.
  package static func isOfPipe(_ path: String) -> Bool {
    let path = ExactString(path)
    return path == ExactString(File.standardInputName) || path == "/dev/stdin"
      || ["/dev/fd/", "/proc/self/fd/"].contains { path.string.utf8.starts(with: $0.utf8) }
  }
}

extension Shard {
  /// False for what came through a pipe, whatever that was called.
  fileprivate var isNamedFile: Bool { if case .file = origin { isRereadable } else { false } }
}
