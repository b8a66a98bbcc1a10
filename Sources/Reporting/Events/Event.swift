package import Pipeline
internal import Writing

/// Something that happens during a run, as one line of JSON for a program that reads along.
///
/// The line is an object with one member, whose name says what it is.
package enum Event {
  case warning(String)
  case note(String)
  case error(ErrorReport)
  case progress(ProgressMeter.Report)
  /// The findings, where standard output has the documents.
  case report(any Report)

  /// The line, with its line end.
  package var line: [UInt8] {
    let line =
      switch self {
      case .warning(let text): ManifestWriter.encodeLine(["warning": text])
      case .note(let text): ManifestWriter.encodeLine(["note": text])
      case .error(let report): ManifestWriter.encodeLine(["error": report])
      case .progress(let report): ManifestWriter.encodeLine(["progress": ProgressRecord(report)])
      case .report(let report): Self.member("report", report)
      }
    return line + [UInt8(ascii: "\n")]
  }

  private static func member(_ name: String, _ report: some Report) -> [UInt8] {
    ManifestWriter.encodeLine([name: report])
  }
}

/// How far a step has come.
private struct ProgressRecord: Encodable {
  /// As in the `seconds` of manifests.
  var step: String
  /// The number of the pass over the pool, and of all passes; nil in a step that isn't a pass.
  var pass: Int?
  var passes: Int?
  /// nil if the total isn't known.
  var percent: Double?
  var documents: Int?
  /// The bytes read from files, and their total.
  var bytes: Int
  var totalBytes: Int?
  /// The bytes of text, decompressed.
  var textBytes: Int
  /// The time since the step began.
  var seconds: Double

  init(_ report: ProgressMeter.Report) {
    step = report.step.rawValue
    pass = report.pass?.number
    passes = report.pass?.count
    bytes = report.storedByteCount
    totalBytes = report.totalStoredByteCount
    textBytes = report.textByteCount
    documents = report.documentCount
    seconds = Self.rounded(report.elapsed / .seconds(1), digits: 1000)
    if let total = totalBytes, total > 0 {
      percent = Self.rounded(min(100, 100 * Double(bytes) / Double(total)), digits: 10)
    }
  }

  private static func rounded(_ value: Double, digits: Double) -> Double {
    (value * digits).rounded() / digits
  }
}
