internal import Pipeline

/// Errors of `dsel report`.
extension ErrorMessage {
  init(_ error: ReportFileError) { text = Self.text(error) }

  private static func text(_ error: ReportFileError) -> String {
    switch error {
    case .notReportData(let path):
      "\(path): this is not the data of a report. Name a file that --report-data wrote."
    case .newer(let path, let version):
      "\(path): this is data of format \(version), from a later version of dsel. Make the page with "
        + "that version."
    }
  }
}
