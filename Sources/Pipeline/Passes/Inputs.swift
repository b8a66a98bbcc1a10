internal import Files
internal import Platform
internal import Reading

/// The shards of one role, and the summaries of those that had to be spooled.
struct Inputs {
  var shards: [Shard]
  var spooled: [Int: ShardSummary] = [:]
  /// Whether what commands print is kept, like what comes through pipes.
  private var spoolsCommands = false

  /// Shards that are open.
  init(shards: [Shard]) { self.shards = shards }

  /// - Throws: ``PipelineError``
  init(
    _ paths: [String], formats: [any DocumentFormat] = DocumentFormats.all,
    readers: ReaderSettings = ReaderSettings()
  ) throws(PipelineError) {
    shards = []
    spoolsCommands = readers.spools
    for path in paths {
      do throws(ReadingError) {
        shards.append(try Shard(path: path, formats: formats, readers: readers))
      } catch {
        throw .input(.reading(error, line: nil))
      }
    }
    // Records would not tell two inputs of one name apart.
    for (number, shard) in shards.enumerated() where shard.isNamed {
      let name = ExactString(shard.name)
      if shards.firstIndex(where: { ExactString($0.name) == name }) != number
        || shards.lastIndex(where: { ExactString($0.name) == name }) != number
      {
        throw .input(
          .repeatedFile(path: shard.name, otherPath: shard.name, canBeAllowed: false))
      }
    }
  }

  /// nil if a shard's size isn't known beforehand.
  var totalStoredByteCount: Int? {
    shards.allSatisfy { $0.isRereadable && $0.command == nil }
      ? shards.reduce(0) { $0 + $1.status.byteCount } : nil
  }

  /// Whether the records of a shard are lines: see ``DocumentFormat/hasLines``.
  ///
  /// - Throws: ``PipelineError``
  func hasLines(_ shard: Int) throws(PipelineError) -> Bool {
    do throws(ReadingError) { return try shards[shard].hasLines() } catch {
      throw .input(.reading(error, line: nil))
    }
  }

  /// The number of passes that spooling takes.
  var spoolPassCount: Int { shards.contains(where: mustSpool) ? 1 : 0 }

  private func mustSpool(_ shard: Shard) -> Bool {
    !shard.isRereadable || (spoolsCommands && shard.command != nil)
  }

  /// Makes sure that all shards can be read again.
  ///
  /// - Parameter isPass: whether this is one of the run's passes.
  /// - Throws: ``PipelineError``
  mutating func spool(
    _ settings: ReadingSettings, _ progress: ProgressMeter, isPass: Bool = false
  ) throws {
    for (number, shard) in shards.enumerated() where !shard.isRereadable {
      let pass: ProgressMeter.PassChange = spooled.isEmpty ? .next : .same
      progress.begin(.spool, totalStoredByteCount: nil, pass: isPass ? pass : .none)
      let step = SpoolStep(
        directory: settings.spoolDirectory, limits: settings.limits, progress: progress)
      (shards[number], spooled[number]) = try step.run(shard)
    }
    try spoolCommands(settings, progress, isPass: isPass)
  }

  /// Keeps what commands print, several at a time.
  private mutating func spoolCommands(
    _ settings: ReadingSettings, _ progress: ProgressMeter, isPass: Bool
  ) throws {
    let waiting = shards.indices.filter { shards[$0].command != nil && mustSpool(shards[$0]) }
    guard !waiting.isEmpty else { return }
    let pass: ProgressMeter.PassChange = spooled.isEmpty ? .next : .same
    progress.begin(.spool, totalStoredByteCount: nil, pass: isPass ? pass : .none)
    let step = SpoolStep(
      directory: settings.spoolDirectory, limits: settings.limits, progress: progress)
    // The first failure in the order of the shards is reported. Those before it still go on.
    let firstFailure = Lock(Int.max)
    let given = shards
    let results = try Threads.map(waiting.count, threadCount: settings.threadCount) { place in
      guard firstFailure.withLock({ $0 }) > place else { return nil as SpoolResult? }
      do { return .success(try step.run(given[waiting[place]])) } catch {
        firstFailure.withLock { $0 = min($0, place) }
        return .failure(error)
      }
    }
    for (number, result) in zip(waiting, results) {
      if let result { (shards[number], spooled[number]) = try result.get() }
    }
  }

  private typealias SpoolResult = Result<(Shard, ShardSummary), any Error>

  /// The report of a pass, with the spools' numbers replaced by those of the piped inputs.
  func corrected(_ report: PassReport) -> PassReport { corrected(report, of: shards) }

  /// - Parameter passed: the shards that the pass read, in its order.
  func corrected(_ report: PassReport, of passed: [Shard]) -> PassReport {
    var report = report
    for (spool, summary) in spooled {
      guard let number = passed.firstIndex(where: { $0.name == shards[spool].name }) else {
        continue
      }
      let found = report.shards[number]
      report.shards[number] = summary
      report.shards[number].documentCount = found.documentCount
      report.shards[number].skipped = found.skipped
    }
    return report
  }
}
