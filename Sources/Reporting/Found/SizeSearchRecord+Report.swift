internal import Pipeline

extension SizeSearchRecord {
  /// The number of sizes on either side of the best that are shown.
  private static let shownBeside = 2

  /// The sizes around the best, and the bits per byte of each.
  var summary: [String] {
    let place = trials.firstIndex { $0.size == best } ?? 0
    let shown = trials[
      max(0, place - Self.shownBeside)..<min(trials.count, place + Self.shownBeside + 1)]
    func list(_ cell: (Trial) -> String) -> String {
      (shown.startIndex > 0 ? "…, " : "") + shown.map(cell).joined(separator: ", ")
        + (shown.endIndex < trials.count ? ", …" : "")
    }
    let sizes = list { Format.count($0.size) + ($0.size == best ? " (best)" : "") }
    return [
      "sizes in \(unit): \(sizes)",
      "held-out bits per byte: " + list { Format.decimal($0.bitsPerByte) },
    ]
  }

  /// What to do if the best size may be larger.
  var advice: String? {
    guard best == trials.last?.size, end != .turned else { return nil }
    var found = "the largest size that was tried serves the target best"
    if let before = trials.dropLast().last {
      let less = 1 - (trials.last?.bitsPerByte ?? 0) / before.bitsPerByte
      found += ", with \(Format.percent(less)) fewer bits per byte than "
      found += Format.count(before.size)
    }
    switch end {
    case .pool:
      return found + ". The pool is too small for the next one: more text may serve it better."
    default:
      return found + ". To try larger sizes, use --auto-limit \(2 * best) or more."
    }
  }
}
