internal import Files
internal import Platform

/// The names of the files that dsel has beside an output `NAME` while it works; for shards those of directories among them,
/// where `NAME` is `shards`.
struct TemporaryNames {
  static let temporarySuffix = ".dsel-tmp"
  static let keptSuffix = ".dsel-old"

  let directory: String
  /// What all of them begin with.
  let prefix: String

  init(for path: String) {
    directory = AtomicFile.directory(of: path)
    prefix = ".\(path.lastPathPart)."
  }

  /// The new file until it is whole: `.NAME.PID.dsel-tmp`, or `.NAME.PID-NUMBER.dsel-tmp` if that is taken.
  func temporary(_ number: Int) -> String { name(number, Self.temporarySuffix) }

  /// The older file, while other outputs wait for their names: `.NAME.PID.dsel-old`.
  var kept: String { kept(1) }

  func kept(_ number: Int) -> String { name(number, Self.keptSuffix) }

  private func name(_ number: Int, _ suffix: String) -> String {
    let process = number == 1 ? "\(getpid())" : "\(getpid())-\(number)"
    return "\(directory)/\(prefix)\(process)\(suffix)"
  }

  /// Whether `name` is one of these, for any process.
  func matches(_ name: String) -> Bool {
    guard name.beginsWithBytes(of: prefix) else { return false }
    for suffix in [Self.temporarySuffix, Self.keptSuffix] where name.endsInBytes(of: suffix) {
      let process = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
      return !process.isEmpty && process.allSatisfy { "0123456789-".utf8.contains($0) }
    }
    return false
  }
}
