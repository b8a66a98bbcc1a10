internal import Writing

extension OutputSettings {
  /// Outputs that are written separately, but checked and named with the others.
  static func of(
    _ paths: [String], rejects: String? = nil, manifest: String? = nil, replaces: Bool
  ) -> OutputSettings {
    var settings = OutputSettings()
    settings.others = paths
    settings.rejects = rejects
    settings.manifest = manifest
    settings.replaces = replaces
    return settings
  }
}

extension Destination {
  /// The file's path, if this is a file.
  var paths: [String] { if case .file(let path) = self { [path] } else { [] } }
}
