/// The share of each part that none was given for.
enum RestShare {
  /// Divides equally what the given shares leave.
  ///
  /// 1 − 0.7 is 0.30000000000000004 in binary. Records have 0.3.
  static func each(_ given: [Double?]) -> Double {
    let open = given.count { $0 == nil }
    let rest = max(0, 1 - given.reduce(0) { $0 + ($1 ?? 0) }) / Double(max(1, open))
    let short = (rest * 1e12).rounded() / 1e12
    return abs(short - rest) <= 4 * Double.ulpOfOne ? short : rest
  }
}
