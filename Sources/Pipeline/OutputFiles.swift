internal import Compression
internal import Files
internal import Reading
internal import Writing

/// The files that a run writes besides one another: none gets its name before all are whole.
struct OutputFiles {
  var paths: [String]
  var replaces: Bool

  /// Refuses outputs that are inputs, exist, or can't be, before any work is done.
  ///
  /// - Throws: ``PipelineError``
  func check(against inputs: [Shard]) throws {
    var places: [AtomicFile.Place] = []
    for path in paths {
      do {
        if let status = try FileStatus(path: path), status.kind == .regular,
          inputs.contains(where: { $0.status.isSameFile(as: status) })
        {
          throw PipelineError.outputIsInput(path: path)
        }
        try AtomicFile.check(path: path, replaces: replaces)
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

  /// Copies the lines that passes rejected to a file, whole but without its name yet.
  ///
  /// - Throws: ``PipelineError``
  func writeRejects(
    _ path: String?, _ passes: [(SelectInput, PassReport)], _ reading: ReadingSettings,
    _ progress: ProgressMeter, _ registry: TemporaryFiles
  ) throws -> AtomicFile? {
    guard let path else { return nil }
    do {
      var writer = try LineWriter(
        .file(path: path), container: Container(suffixOf: path), replaces: replaces,
        registry: registry)
      for (input, report) in passes {
        let places = report.rejects.sorted { $0.position < $1.position }
        let copy = CopyStep(shards: input.shards, limits: reading.limits, progress: progress)
        try copy.forEachLine(places, at: { $0 }) { _, bytes, range in
          try writer.write(bytes.span.extracting(range))
        }
      }
      return try writer.close()
    } catch let error as WritingError {
      throw PipelineError.writing(error)
    }
  }

  /// - Throws: ``PipelineError``
  func commit(_ file: consuming AtomicFile?) throws {
    do throws(WritingError) { if let file { try file.commit() } } catch {
      throw PipelineError.writing(error)
    }
  }
}
