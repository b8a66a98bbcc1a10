internal import Compression
internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Writing

/// The outputs of a run.
///
/// An output that can't be written is refused before any work. All outputs are whole before the
/// first gets its name.
///
///     let outputs = try RunOutputs(settings, inputs: shards, registry: registry)
///     var sink = try outputs.openOutput()
///     … write, and close each …
///     try outputs.commit(output, remainder, rejects, outputs.write(manifest))
struct RunOutputs: Sendable {
  let settings: OutputSettings
  let registry: TemporaryFiles
  private let inputs: [Shard]
  private var outputDirectory: ShardDirectory?
  private var remainderDirectory: ShardDirectory?

  /// Makes and locks the directories for shards.
  ///
  /// - Throws: ``PipelineError`` if an output is an input or another output, exists, or can't be
  ///   made.
  init(_ settings: OutputSettings, inputs: [Shard], registry: TemporaryFiles) throws {
    self.settings = settings
    self.registry = registry
    self.inputs = inputs
    outputDirectory = try openDirectory(settings.output, inputs)
    remainderDirectory = try openDirectory(settings.remainder, inputs)
    try checkPaths(inputs)
  }

  private func openDirectory(_ place: OutputSettings.Place?, _ inputs: [Shard]) throws
    -> ShardDirectory?
  {
    guard case .directory(let path)? = place else { return nil }
    return try Self.mapped {
      if let other = outputDirectory, let status = try FileStatus(path: path),
        try other.isSameDirectory(as: status)
      {
        throw PipelineError.output(.isOutput(path: path))
      }
      let isShared = settings.isByShard && outputDirectory == nil
      let directory = try ShardDirectory(
        path: path, replaces: settings.replaces, registry: registry, isShared: isShared)
      // Of the others, it isn't known yet which are the run's own.
      if !isShared { try Self.check(directory, isNoneOf: inputs) }
      return directory
    }
  }

  private func checkPaths(_ inputs: [Shard]) throws {
    var places: [AtomicFile.Place] = []
    var probed: [String] = []
    for path in settings.paths {
      try Self.mapped {
        try Self.check(path, isNoneOf: inputs)
        let isMade = try AtomicFile.check(path: path, replaces: settings.replaces)
        let place = try AtomicFile.Place(path: path)
        var isTaken = places.contains(place)
        for directory in [outputDirectory, remainderDirectory] {
          isTaken = try isTaken || directory?.hasShard(at: place) ?? false
        }
        if isTaken { throw PipelineError.output(.isOutput(path: path)) }
        places.append(place)
        if isMade { probed.append(path) }
      }
    }
    for path in probed { try Self.mapped { try registry.probe(for: path) } }
  }

  /// Refuses shards that may not be replaced.
  ///
  /// - Parameters:
  ///   - numbers: those of the run's shards; nil for all.
  ///   - others: paths of files that other runs read.
  private static func check(
    _ directory: ShardDirectory, _ numbers: [Int]? = nil, isNoneOf inputs: [Shard],
    others: [String] = []
  ) throws {
    let older = directory.olderShards(numbers).map { "\(directory.path)/\($0)" }
    let read = older.isEmpty ? [] : others.compactMap { try? FileStatus(path: $0) }
    for path in older {
      try check(path, isNoneOf: inputs)
      if let status = try FileStatus(path: path), read.contains(where: status.isSameFile(as:)) {
        throw PipelineError.output(.isInput(path: path))
      }
    }
    try directory.checkReplaceable(numbers)
  }

  private static func check(_ path: String, isNoneOf inputs: [Shard]) throws {
    if let status = try FileStatus(path: path), status.kind == .regular,
      inputs.contains(where: { $0.status.isSameFile(as: status) })
    {
      throw PipelineError.output(.isInput(path: path))
    }
  }

  /// Runs `body`, and turns errors of outputs into errors of the run.
  static func mapped<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SystemError {
      throw PipelineError.output(.writing(.system(error)))
    } catch let error as WritingError {
      throw PipelineError.output(.writing(error))
    }
  }

  /// Refuses to copy records that aren't lines, before any pass.
  ///
  /// - Parameter pool: can be read repeatedly.
  /// - Throws: ``OutputError/rows(path:_:)``
  func checkHasLines(_ pool: Inputs) throws(PipelineError) {
    guard settings.format == .jsonLines else { return }
    for number in pool.shards.indices where try !pool.hasLines(number) {
      throw .output(.rows(path: pool.shards[number].name, .selection))
    }
  }

  /// Makes the lines of picks; nil if documents are copied.
  ///
  /// - Throws: ``PipelineError``
  func picks(
    of pool: Inputs, _ report: PassReport?, _ textField: TextField
  ) throws(PipelineError) -> PickLines? {
    settings.format == .picks ? try PickLines(pool, report, textField) : nil
  }

  // MARK: Writing

  /// - Parameters:
  ///   - numbers: those of the output's shards, one for each shard of the pool; nil unless each has
  ///     one of its own.
  ///   - whole: the paths of the whole pool, of which this run may read a part.
  /// - Throws: ``PipelineError``
  func openOutput(
    numbers: [Int]? = nil, of whole: [String] = []
  ) throws -> any RecordSink & ~Copyable {
    if let numbers, let outputDirectory {
      try Self.mapped {
        try Self.check(outputDirectory, numbers, isNoneOf: inputs, others: whole)
      }
    }
    return try open(
      settings.output, settings.container, outputDirectory, numbers: numbers,
      shuffle: settings.order.map { _ in
        ShuffleSettings(spoolDirectory: settings.spoolDirectory)
      })
  }

  /// - Returns: nil if the remainder isn't requested.
  /// - Throws: ``PipelineError``
  func openRemainder() throws -> (any RecordSink & ~Copyable)? {
    guard let place = settings.remainder else { return nil }
    return try open(place, settings.remainderContainer, remainderDirectory)
  }

  /// Opens an output of records, in the run's format unless another is given.
  func open(
    _ place: OutputSettings.Place, _ container: Container, _ directory: ShardDirectory? = nil,
    numbers: [Int]? = nil, shuffle: ShuffleSettings? = nil, format: RecordFormat? = nil
  ) throws -> any RecordSink & ~Copyable {
    let sinkSettings = sinkSettings(
      place, container, directory, numbers: numbers, shuffle: shuffle)
    do throws(WritingError) {
      return try (format ?? settings.format).open(sinkSettings)
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// Writes a list of documents, one line for each.
  ///
  /// - Parameters:
  ///   - path: nil if the list isn't requested.
  ///   - line: a document as a line of JSON.
  /// - Returns: nil if it isn't requested.
  /// - Throws: ``PipelineError``
  func writeList<Document>(
    _ documents: [Document], to path: String?, line: (Document) -> [UInt8]
  ) throws -> FinishedOutput? {
    guard let path else { return nil }
    var sink = try openLines(.file(path: path), Container(suffixOf: path))
    do throws(WritingError) {
      for document in documents {
        let line = line(document)
        try sink.write(line.span)
      }
      return try sink.close()
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// Opens an output for lines that dsel itself makes.
  func openLines(_ place: OutputSettings.Place, _ container: Container) throws -> LineSink {
    do throws(WritingError) {
      return try RecordFormat.lines(sinkSettings(place, container, nil))
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  private func sinkSettings(
    _ place: OutputSettings.Place, _ container: Container, _ directory: ShardDirectory?,
    numbers: [Int]? = nil, shuffle: ShuffleSettings? = nil
  ) -> RecordFormat.Settings {
    let linePlace: LineSink.Place
    switch (place, directory) {
    case (.standardOutput, _): linePlace = .standardOutput
    case (.file(let path), _): linePlace = .file(path: path)
    case (.directory, let directory?):
      linePlace =
        numbers.map { .sharedDirectory(directory, numbers: $0) }
        ?? .directory(directory, shardByteLimit: settings.shardByteLimit)
    case (.directory, nil): preconditionFailure("directories are opened first")
    }
    return RecordFormat.Settings(
      place: linePlace, container: container, replaces: settings.replaces, registry: registry,
      shuffle: shuffle)
  }

  /// - Throws: ``PipelineError``
  func close(_ sink: inout any RecordSink & ~Copyable) throws -> FinishedOutput {
    do throws(WritingError) { return try sink.close() } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// - Returns: nil if no manifest is requested.
  /// - Throws: ``PipelineError``
  func write(_ manifest: some Encodable) throws -> AtomicFile? {
    guard let path = settings.manifest else { return nil }
    return try write(manifest, to: path)
  }

  /// Gives all outputs their names.
  ///
  /// The manifests of an earlier run are removed first, and the new one comes last. So a manifest
  /// never stands beside outputs that it doesn't describe.
  ///
  /// - Throws: ``PipelineError``. Then all names are as they were.
  func commit(
    _ output: consuming FinishedOutput, _ remainder: consuming FinishedOutput?,
    _ rejects: consuming FinishedRejects?, _ manifest: consuming AtomicFile?,
    excluded: consuming FinishedOutput? = nil, nearDuplicates: consuming FinishedOutput? = nil,
    others: WrittenFiles = WrittenFiles()
  ) throws {
    do throws(WritingError) {
      if let path = settings.manifest { try AtomicFile.retire(path, registry: registry) }
      try outputDirectory?.retireManifest()
      try remainderDirectory?.retireManifest()
      // Before any name, so that a command that fails leaves none.
      if let writer = settings.writer { try output.give(to: writer) } else { try output.commit() }
      if let remainder { try remainder.commit() }
      if let rejects { try rejects.commit() }
      if let excluded { try excluded.commit() }
      if let nearDuplicates { try nearDuplicates.commit() }
      try others.commit()
      if let manifest {
        if settings.givesManifest, let writer = settings.writer {
          try manifest.give(to: writer, name: writer.manifestName)
        } else {
          try manifest.commit()
        }
      }
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// Gives names to files that were written separately, and to those that go with them.
  ///
  /// - Throws: ``PipelineError``. Then all names are as they were.
  func commit(
    _ files: WrittenFiles, _ rejects: consuming FinishedRejects?, _ manifest: consuming AtomicFile?
  ) throws {
    do throws(WritingError) {
      if let path = settings.manifest { try AtomicFile.retire(path, registry: registry) }
      if let rejects { try rejects.commit() }
      try files.commit()
      if let manifest { try manifest.commit() }
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }
}
