/// Numbers of things.
extension Format {
  /// `1 document`, `2,000 documents`.
  ///
  /// - Parameter noun: in the singular; its plural takes an s.
  static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(value == 1 ? noun : noun + "s")"
  }

  /// The same where only the plural is known, as manifests have it for units.
  static func count(_ value: Int, unit plural: String) -> String {
    let isPlural = value != 1 || !plural.hasSuffix("s")
    return "\(count(value)) \(isPlural ? plural : String(plural.dropLast()))"
  }

  /// How much was read in a time: `430 MB/s`.
  static func rate(byteCount: Int, seconds: Double) -> String {
    let rate = Double(byteCount) / 1e6 / max(seconds, 1e-9)
    return "\(count(Int(min(rate, 1e15)))) MB/s"
  }
}
