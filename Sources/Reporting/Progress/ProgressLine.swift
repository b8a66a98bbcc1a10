package import Pipeline

/// One line of progress, fitted to the width of the terminal.
package enum ProgressLine {
  private static let barWidths = 10...24

  private struct Part {
    var text: String
    /// Parts of the highest rank are left out first if space is short; rank 0 always stays.
    var rank: Int
    /// The share that the bar shows; nil for other parts.
    var share: Double?
  }

  /// - Parameter columnCount: the width of the terminal. The last column stays empty, because some
  ///   terminals go on to the next line once it is filled.
  package static func text(_ report: ProgressMeter.Report, columnCount: Int) -> String {
    let room = max(0, columnCount - 1)
    var parts = parts(report)
    while width(parts) > room, let rank = parts.map(\.rank).max(), rank > 0 {
      parts.removeAll { $0.rank == rank }
    }
    let barWidth = min(barWidths.lowerBound + max(0, room - width(parts)), barWidths.upperBound)
    for index in parts.indices {
      if let share = parts[index].share { parts[index].text = bar(share, width: barWidth) }
    }
    return String(parts.map(\.text).joined(separator: "  ").prefix(room))
  }

  private static func width(_ parts: [Part]) -> Int {
    parts.reduce(0) { $0 + $1.text.count } + 2 * max(0, parts.count - 1)
  }

  private static func bar(_ share: Double, width: Int) -> String {
    let filled = Int(share * Double(width))
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: width - filled) + "]"
  }

  /// The parts in the order of the line, with the narrowest bar.
  private static func parts(_ report: ProgressMeter.Report) -> [Part] {
    let seconds = max(report.elapsed / .seconds(1), 1e-3)
    let megabytes = Double(report.textByteCount) / 1e6
    var parts = [Part(text: name(of: report.step), rank: 0)]
    if let pass = report.pass, pass.count > 1 {
      parts.append(Part(text: "pass \(pass.number) of \(pass.count)", rank: 1))
    }
    if let total = report.totalStoredByteCount, total > 0 {
      let share = min(1, Double(report.storedByteCount) / Double(total))
      parts.append(Part(text: bar(share, width: barWidths.lowerBound), rank: 4, share: share))
      parts.append(Part(text: "\(Int(share * 100)) %", rank: 2))
      if share > 0.01 {
        parts.append(Part(text: "\(Format.time(seconds / share - seconds)) left", rank: 3))
      }
    }
    parts.append(Part(text: Format.bytes(report.textByteCount), rank: 5))
    parts.append(Part(text: "\(Int(megabytes / seconds)) MB/s", rank: 6))
    return parts
  }

  /// Names are padded to the width of those before and after them, so that the bar stays in place.
  private static func name(of step: Step) -> String {
    switch step {
    case .spool: "storing piped input"
    case .readEvaluation: "reading what to exclude"
    case .fit: "fitting"
    case .fitTarget: "fitting the target"
    case .fitPool: "fitting the pool  "
    case .train: "training          "
    case .measure: "measuring the pool"
    case .searchSize: "finding the size  "
    case .findMixture: "finding shares    "
    case .weigh: "weighing the pool "
    case .compareCandidates: "comparing documents"
    case .choose: "reading candidates"
    case .countStrata: "counting strata   "
    case .draw: "drawing           "
    case .order: "ordering          "
    case .copy: "copying           "
    case .remainder: "copying the rest  "
    case .survey: "reporting         "
    case .countSelected: "reading the selection"
    case .countRandom: "reading the baseline "
    case .readHeldout: "reading held-out text"
    case .readSelections: "reading selections   "
    case .judge: "judging              "
    case .explain: "explaining        "
    case .verify: "verifying         "
    }
  }
}
