internal import Writing

extension ReportFormat {
  /// The report's members, as manifests have them.
  package static let json = ReportFormat("json") { ManifestWriter.encode($0) }
}
