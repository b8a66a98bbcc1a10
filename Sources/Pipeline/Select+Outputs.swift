internal import Compression
internal import Files
internal import Reading
internal import Writing

/// How `select` writes: all files are whole before the first gets its name.
extension Select {
  var outputs: OutputFiles {
    var paths: [String] = settings.output.paths
    paths += [settings.manifest, settings.rejects].compactMap { $0 }
    return OutputFiles(paths: paths, replaces: settings.replacesOutputs)
  }

  func opening<Result: ~Copyable>(
    _ open: () throws(WritingError) -> Result
  ) throws -> Result {
    do throws(WritingError) { return try open() } catch { throw PipelineError.writing(error) }
  }

  func close(_ writer: consuming LineWriter) throws -> AtomicFile? {
    do throws(WritingError) { return try writer.close() } catch {
      throw PipelineError.writing(error)
    }
  }

  func write(_ manifest: SelectManifest) throws -> AtomicFile? {
    guard let path = settings.manifest else { return nil }
    return try opening { () throws(WritingError) in
      try ManifestWriter.write(
        manifest, to: path, replaces: settings.replacesOutputs, registry: registry)
    }
  }
}
