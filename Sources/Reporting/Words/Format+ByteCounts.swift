/// Numbers of bytes in the form that options accept.
extension Format {
  /// The shortest argument for exactly this number of bytes: `128MiB`, `2147MB`, `1025`.
  package static func byteArgument(_ byteCount: Int) -> String {
    let units = [
      ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000),
      ("MB", 1_000_000), ("kB", 1000),
    ]
    return units.filter { byteCount >= $0.1 && byteCount % $0.1 == 0 }
      .map { "\(byteCount / $0.1)\($0.0)" }.min { $0.count < $1.count } ?? String(byteCount)
  }

  /// The same within a sentence: `256MiB`, `1 byte`.
  static func bytePhrase(_ byteCount: Int) -> String {
    let text = byteArgument(byteCount)
    return text == String(byteCount) ? count(byteCount, "byte") : text
  }

  /// An argument for at least this number of bytes: `2GiB`, `191MiB`.
  static func byteArgument(atLeast byteCount: Int) -> String {
    let (name, size) =
      byteCount % (1 << 30) == 0
      ? ("GiB", 1 << 30) : byteCount >= 1 << 20 ? ("MiB", 1 << 20) : ("KiB", 1 << 10)
    return "\(byteCount / size + (byteCount % size == 0 ? 0 : 1))\(name)"
  }
}
