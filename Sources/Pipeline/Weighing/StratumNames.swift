internal import Files
internal import Reading

/// Finds the values of a field, which are the strata of a pool.
struct StratumNames: DocumentConsumer, ~Copyable {
  private var valuesFound: Set<ExactString> = []

  /// - Parameter field: the field.
  /// - Returns: the values in all shards, in the order of their bytes.
  /// - Throws: ``PipelineError``
  static func find(
    _ field: String, in shards: [Shard], _ workers: DocumentWorkers
  ) throws -> [ExactString] {
    var workers = workers
    workers.fields = [field]
    let (results, _) = try workers.run(shards) { StratumNames() }
    var valuesFound: Set<ExactString> = []
    for result in results { valuesFound.formUnion(result) }
    guard valuesFound.count <= FitStep.mostStrata else {
      throw PipelineError.strata(.tooManyStrata(limit: FitStep.mostStrata))
    }
    return valuesFound.sorted()
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
    guard valuesFound.count <= FitStep.mostStrata else { return }
    valuesFound.insert(ExactString(line.fields[0].stratum))
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> Set<ExactString> { valuesFound }
}
