import Files
import Pipeline

/// Draws a progress bar on standard error, on one line that is drawn over again.
struct ProgressPrinter {
  let meter: ProgressMeter
  private let isShown: Bool

  init(_ choice: RunOptions.Progress, isQuiet: Bool) {
    isShown = Self.isShown(choice, isQuiet: isQuiet)
    let draw: @Sendable (ProgressMeter.Report) -> Void = { Self.draw($0) }
    meter = ProgressMeter(show: isShown ? draw : nil)
  }

  func clear() { if isShown { Self.write("\r\u{1B}[K") } }

  static func clearLine(_ choice: RunOptions.Progress, isQuiet: Bool) {
    if isShown(choice, isQuiet: isQuiet) { write("\r\u{1B}[K") }
  }

  private static func isShown(_ choice: RunOptions.Progress, isQuiet: Bool) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto:
      !isQuiet && File.standardError().isTerminal && FileName.environment("TERM") != "dumb"
    }
  }

  private static func draw(_ report: ProgressMeter.Report) {
    write("\r\(ProgressLine.text(report, columnCount: columnCount))\u{1B}[K")
  }

  /// Asked for each line: a window may change its size.
  private static var columnCount: Int {
    File.errorColumnCount ?? FileName.environment("COLUMNS").flatMap { Int($0) }.flatMap {
      $0 > 0 ? $0 : nil
    } ?? 80
  }

  private static func write(_ text: String) {
    // A progress bar that can't be drawn is no reason to fail.
    try? File.standardError().writeAll(Array(text.utf8).span)
  }
}

/// Numbers for people.
enum Format {
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<10_000: "\(count) B"
    case ..<10_000_000: "\(count / 1000) kB"
    case ..<10_000_000_000: "\(count / 1_000_000) MB"
    default: "\(count / 1_000_000_000) GB"
    }
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded(.up))
    let padded = { (x: Int) in x < 10 ? "0\(x)" : "\(x)" }
    return whole < 3600
      ? "\(whole / 60):\(padded(whole % 60))"
      : "\(whole / 3600):\(padded(whole / 60 % 60)):\(padded(whole % 60))"
  }

  /// A number with so many digits behind the point.
  static func decimal(_ value: Double, digits: Int = 3) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    // What has no such digits, or is no number, is written as it is.
    guard abs(value) < 1e15, abs(value) * scale < 1e18 else { return "\(value)" }
    guard digits > 0 else { return "\(Int(value.rounded()))" }
    let scaled = Int((abs(value) * scale).rounded())
    let fraction = String(scaled % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return "\(sign)\(scaled / Int(scale)).\(zeros)\(fraction)"
  }

  /// Thousands set apart: 72,962.
  static func count(_ value: Int) -> String {
    var result = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }

  /// A few digits that mean something, however large or small the value.
  static func significant(_ value: Double) -> String {
    value >= 100 && value < 1e18 ? count(Int(value)) : decimal(value, digits: 2)
  }
}
