internal import Pipeline

extension SizeSearchRecord {
  /// The number of sizes on either side of the best that are shown.
  private static let shownBeside = 3

  /// One line: the sizes around the best, with the bits per byte of each.
  var summary: String {
    let place = trials.firstIndex { $0.size == best } ?? 0
    let shown = trials[
      max(0, place - Self.shownBeside)..<min(trials.count, place + Self.shownBeside + 1)]
    let sizes = shown.map { Format.count($0.size) }.joined(separator: ", ")
    let bits = shown.map { Format.decimal($0.bitsPerByte) }.joined(separator: ", ")
    return
      "sizes \(sizes) \(unit): bits per byte of the target's other half \(bits); best "
      + Format.count(best)
  }

  /// What to do if the best size may be larger.
  var advice: String? {
    guard isOpen else { return nil }
    return
      "the largest size that was tried serves the target best. To try larger ones, use "
      + "--auto-limit \(2 * best) or more."
  }
}
