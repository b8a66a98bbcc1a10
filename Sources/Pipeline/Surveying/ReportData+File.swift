internal import Platform
internal import Reading

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
    do {
      guard let bytes = try ContentHash.smallFile(path, limit: Self.sizeLimit) else {
        // A missing file, or a directory, has an error of its own.
        _ = try Shard(path: path)
        throw ReportFileError.notReportData(path: path)
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let head = try decoder.decode(Head.self, from: Data(bytes))
      guard head.format == Self.formatName else { throw ReportFileError.notReportData(path: path) }
      guard head.formatVersion <= Self.newestVersion else {
        throw ReportFileError.newer(path: path, version: head.formatVersion)
      }
      self = try decoder.decode(ReportData.self, from: Data(bytes))
    } catch let error as ReadingError {
      throw .input(.reading(error, line: nil))
    } catch let error as SystemError {
      throw .input(.reading(.system(error), line: nil))
    } catch let error as ReportFileError {
      throw .report(error)
    } catch {
      throw .report(.notReportData(path: path))
    }
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
