internal import Files
internal import Reading

/// The shards of one role, and the summaries of those that had to be spooled.
struct Inputs {
  var shards: [Shard]
  var spooled: [Int: ShardSummary] = [:]

  /// Shards that are open.
  init(shards: [Shard]) { self.shards = shards }

  /// - Throws: ``PipelineError``
  init(
    _ paths: [String], formats: [any DocumentFormat] = DocumentFormats.all
  ) throws(PipelineError) {
    shards = []
    for path in paths {
      do throws(ReadingError) { shards.append(try Shard(path: path, formats: formats)) } catch {
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

  var totalStoredByteCount: Int? {
    shards.allSatisfy(\.isRereadable) ? shards.reduce(0) { $0 + $1.status.byteCount } : nil
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
  var spoolPassCount: Int { shards.allSatisfy(\.isRereadable) ? 0 : 1 }

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
  }

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
