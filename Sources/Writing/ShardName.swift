package import Compression
internal import Files

/// The names of the shards of an output.
///
/// These are `shard_00000000.jsonl.zst`, `shard_00000001.jsonl.zst`, and so on.
package enum ShardName {
  private static let prefix = "shard_"
  private static let digitCount = 8
  private static let suffixes = [".jsonl", ".jsonl.zst", ".jsonl.gz"]

  /// - Parameter number: the shard's number, from 0. From 10⁸ on, names are longer.
  package static func name(_ number: Int, _ container: Container) -> String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, digitCount - digits.count))
    return "\(prefix)\(zeros)\(digits)\(suffix(container))"
  }

  /// Whether `name` is the name of a shard, in any container.
  package static func matches(_ name: String) -> Bool {
    guard name.beginsWithBytes(of: prefix),
      let suffix = suffixes.first(where: { name.endsInBytes(of: $0) })
    else { return false }
    let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    return digits.count >= digitCount && digits.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The number in the name of a shard, in any container; nil for other names.
  static func number(of name: String) -> Int? {
    guard matches(name) else { return nil }
    let digits = name.utf8.dropFirst(prefix.utf8.count).prefix { (0x30...0x39).contains($0) }
    return Int(String(Substring(digits)))
  }

  private static func suffix(_ container: Container) -> String {
    switch container {
    case .plain: ".jsonl"
    case .zstd: ".jsonl.zst"
    case .gzip: ".jsonl.gz"
    }
  }
}
