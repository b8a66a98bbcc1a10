internal import Excluding
internal import Featurizing
internal import Files

/// Reads evaluation documents, in their order, and indexes their n-grams.
struct EvaluationStep {
  var workers: DocumentWorkers
  var gramLength: Int
  var tokenizer: TokenizerKind

  /// - Throws: ``PipelineError``
  func run(_ inputs: Inputs) throws -> (ExclusionIndex, PassReport) {
    var workers = workers
    // One thread reads documents in their order.
    workers.threadCount = 1
    workers.countsLines = true
    workers.hashesContent = true
    let tables = UnicodeTables()
    let (results, report) = try PipelineError.inEvaluation {
      try workers.run(inputs.shards) { [self] in
        Reader(self, tables, paths: inputs.shards.map(\.name))
      }
    }
    let set = results[0]
    try report.checkHasDocuments(.evaluation)
    guard set.usedCount > 0 else {
      throw PipelineError.exclusion(
        .onlyShort(
          documentCount: set.shortCount, leastLength: set.leastLength, gramLength: gramLength))
    }
    return (ExclusionIndex(set), report)
  }

  private struct Reader: DocumentConsumer, ~Copyable {
    private let paths: [String]
    private var set: EvaluationSet
    private var reader: TokenReader

    init(_ step: EvaluationStep, _ tables: UnicodeTables, paths: [String]) {
      self.paths = paths
      set = EvaluationSet(gramLength: step.gramLength)
      reader = TokenReader(step.tokenizer, tables: tables)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      set.beginDocument(file: line.position.shard, line: line.number)
      reader.begin()
      while reader.nextBlock(of: text) {
        for token in 0..<reader.count {
          set.add(reader.bytes(of: token), hash: reader.hashes[token])
        }
      }
      set.endDocument()
      guard set.tokenCount <= EvaluationSet.mostTokens else {
        throw PipelineError.exclusion(
          .tooManyTokens(path: paths[line.position.shard], limit: EvaluationSet.mostTokens))
      }
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> EvaluationSet { set }
  }
}
