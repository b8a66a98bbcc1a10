internal import Writing

/// Files that are written in one piece.
extension RunOutputs {
  /// - Returns: the whole file, without its name.
  /// - Throws: ``PipelineError``
  func write(_ record: some Encodable, to path: String) throws -> AtomicFile {
    try writeWhole(ManifestWriter.encode(record), to: path)
  }

  /// - Returns: the whole file, without its name.
  /// - Throws: ``PipelineError``
  func writeWhole(_ bytes: [UInt8], to path: String) throws -> AtomicFile {
    try Self.mapped {
      var file = try AtomicFile(path: path, replaces: settings.replaces, registry: registry)
      try file.write(bytes.span)
      try file.finish()
      return file
    }
  }
}
