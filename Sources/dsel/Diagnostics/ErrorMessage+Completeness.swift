import Files
import Pipeline
import Reading

/// What is said where a result would be short, or count something twice, without a word.
extension ErrorMessage {
  /// - Returns: nil for other errors.
  static func silent(_ error: PipelineError) -> String? {
    switch error {
    case .tooManySkipped(let path, let skipped, let lineCount, let limit):
      tooManySkipped(path, skipped, lineCount, limit)
    case .repeatedFile(let path, let other, let canBeAllowed):
      (path.utf8.elementsEqual(other.utf8)
        ? "\(path): the file is named twice"
        : "\(path): this is the same file as \(other)")
        + (canBeAllowed
          ? ", and would count twice. Name it once, or add --allow-repeats." : ". Name it once.")
    case .emptyFitSample(let share, let chosen, let documentCount):
      "--fit-sample \(share) chose "
        + (chosen == 0
          ? "none of the pool's \(Format.count(documentCount)) documents: raise it."
          : "\(Format.count(chosen)) of the pool's \(Format.count(documentCount)) documents, without a token in "
            + "them: raise it, or check --text-field.")
    case .emptyModel(let path, documentCount: 0):
      "\(path): the model is of no document: all files that it was fitted on are empty. Name the model of the whole, "
        + "which 'dsel merge' makes of those of all shards, or fit files that have documents."
    case .emptyModel(let path, _):
      "\(path): the model has no n-grams. Fit it on documents that have text, and check --text-field there."
    default: weights(error)
    }
  }

  private static func weights(_ error: PipelineError) -> String? {
    switch error {
    case .unknownShard(let path, _) where ShardFinder.isOfPipe(path):
      "weights are of \(path), a pipe, whose documents can only be the pool's only file. Name just that file with "
        + "--pool, or weigh the files by their names."
    case .unknownShard(let path, let pool):
      "weights are of \(path), which is none of the pool's files: \(names(pool)). Name all files that were weighed "
        + "with --pool, spelled so that each path ends as it does in the weights, or leave such lines out."
    case .ambiguousShard(let path, let other, let shard):
      "weights are of \(path) and of \(other), and both would be \(shard), the only file of the pool that is named "
        + "like them. Name all files that were weighed with --pool, or leave the lines of \(path) out."
    case .shardWithoutWeights(let path, let more):
      "\(path): no line of the weights is of this file"
        + (more > 0 ? ", nor of \(Format.count(more)) more" : "")
        + ". Weigh it and name its weights, too, or add --allow-missing to draw from the others."
    case .repeatedWeight(let path, let offset):
      "\(path): the document at byte \(offset) has two lines of weights, and would count twice. Name the weights of "
        + "each file once, or add --allow-repeats."
    case .otherText(let path, let field):
      "\(path): the text at --text-field \(field) is not the one that was weighed. Name the field that was, or weigh "
        + "the file again if it has changed since."
    case .otherTextField(let path, let field, let wanted):
      "--text-field is \(wanted), and the candidates of \(path) were weighed with \(field). Leave --text-field out."
    case .missingDocuments(let path, let found, let counted, let shardCount):
      "\(path): candidates of \(Format.count(found)) documents in "
        + "\(shardCount == 1 ? "1 file" : "\(Format.count(shardCount)) files"), and the pool's "
        + "model counted \(Format.count(counted)): \(Format.count(counted - found)) \(counted - found == 1 ? "is" : "are") missing. Weigh the other files "
        + "with --candidates and merge all, or add --allow-missing to draw from these."
    default: nil
    }
  }

  private static func tooManySkipped(
    _ path: String, _ skipped: [InvalidLine.Reason: Int], _ lineCount: Int, _ limit: SkipLimit
  ) -> String {
    let counts = Dictionary(
      uniqueKeysWithValues: skipped.map { (ExactString($0.key.rawValue), $0.value) })
    let count = counts.values.reduce(0, +)
    return
      "\(path): \(Format.count(count)) of \(Format.count(lineCount)) lines are invalid "
      + "(\(Diagnostics.reasons(counts))), and --max-skipped \(limit.text) allows fewer. Look at the first with "
      + "--on-error fail: mend the file or the option that is wrong, or raise --max-skipped (100% skips any number)."
  }

  /// The first files, and how many more there are.
  private static func names(_ paths: [String]) -> String {
    let shown = paths.prefix(3).joined(separator: ", ")
    return paths.count > 3 ? "\(shown) and \(Format.count(paths.count - 3)) more" : shown
  }
}
