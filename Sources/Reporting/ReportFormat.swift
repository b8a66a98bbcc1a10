/// A way to render reports, such as text or JSON.
///
/// A format is a constant in a file of its own, and is registered in ``all``:
///
///     extension ReportFormat {
///       package static let json = ReportFormat("json") { report in … }
///     }
package struct ReportFormat: Sendable {
  /// All formats. Register a new one here.
  package static let all: [ReportFormat] = [.text, .json]

  package let name: String
  private let makeBytes: @Sendable (any Report) -> [UInt8]

  init(_ name: String, makeBytes: @escaping @Sendable (any Report) -> [UInt8]) {
    self.name = name
    self.makeBytes = makeBytes
  }

  /// The whole document, with a line end after its last line.
  package func render(_ report: some Report) -> [UInt8] { makeBytes(report) }
}
