internal import Compression
internal import Files
internal import Reading
internal import Writing

/// How `select` writes: all files are whole before the first gets its name.
extension Select {
  func writeRejects(_ passes: [(SelectInput, PassReport)]) throws -> AtomicFile? {
    guard let path = settings.rejects else { return nil }
    do {
      var writer = try LineWriter(
        .file(path: path), container: Container(suffixOf: path), replaces: settings.replacesOutputs,
        registry: registry)
      for (input, report) in passes {
        let places = report.rejects.sorted { $0.position < $1.position }
        let copy = CopyStep(shards: input.shards, limits: settings.limits, progress: progress)
        try copy.forEachLine(places, at: { $0 }) { _, bytes, range in
          try writer.write(bytes.span.extracting(range))
        }
      }
      return try writer.close()
    } catch let error as WritingError {
      throw PipelineError.writing(error)
    }
  }

  /// Refuses outputs that are inputs, exist, or can't be, before any work is done.
  func checkOutputs(against inputs: [Shard]) throws {
    var paths: [String] = []
    if case .file(let path) = settings.output { paths.append(path) }
    paths += [settings.manifest, settings.rejects].compactMap { $0 }
    var places: [AtomicFile.Place] = []
    for path in paths {
      do {
        if let status = try FileStatus(path: path), status.kind == .regular,
          inputs.contains(where: { $0.status.isSameFile(as: status) })
        {
          throw PipelineError.outputIsInput(path: path)
        }
        try AtomicFile.check(path: path, replaces: settings.replacesOutputs)
        let place = try AtomicFile.Place(path: path)
        if places.contains(place) { throw PipelineError.outputIsOutput(path: path) }
        places.append(place)
      } catch let error as SystemError {
        throw PipelineError.writing(.system(error))
      } catch let error as WritingError {
        throw PipelineError.writing(error)
      }
    }
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

  func commit(_ file: consuming AtomicFile?) throws {
    do throws(WritingError) { if let file { try file.commit() } } catch {
      throw PipelineError.writing(error)
    }
  }
}
