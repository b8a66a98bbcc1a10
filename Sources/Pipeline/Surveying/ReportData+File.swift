#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A file isn't the data of a report.
package enum ReportFileError: Error {
  case notReportData(path: String)
  /// A later version of dsel wrote it.
  case newer(path: String, version: Int)
}

extension ReportData {
  /// Reads what `--report-data` wrote.
  ///
  /// - Throws: ``PipelineError``
  package init(path: String) throws(PipelineError) {
    let decoder = StoredJSON.decoder
    guard let content = try StoredJSON.read(path, limit: Self.sizeLimit),
      let head = try? decoder.decode(Head.self, from: content), head.format == Self.formatName
    else { throw .report(.notReportData(path: path)) }
    guard head.formatVersion <= Self.newestVersion else {
      throw .report(.newer(path: path, version: head.formatVersion))
    }
    guard let data = try? decoder.decode(ReportData.self, from: content) else {
      throw .report(.notReportData(path: path))
    }
    self = data
  }

  private struct Head: Decodable {
    var format: String
    var formatVersion: Int
  }

  /// 64 MiB, far more than such data has.
  private static let sizeLimit = 64 << 20
}

/// Writes the page of a file of data: `dsel report`.
package struct MakePage: Sendable {
  let data: String
  let page: PageMaker

  package init(_ data: String, page: @escaping PageMaker) {
    self.data = data
    self.page = page
  }

  /// - Returns: the page.
  /// - Throws: ``PipelineError``
  package func run() throws(PipelineError) -> [UInt8] { page(try ReportData(path: data)) }
}
