internal import Pipeline

/// Errors of files of weights.
extension ErrorMessage {
  init(_ error: StoredWeightError) { text = Self.text(error) }

  private static func text(_ error: StoredWeightError) -> String {
    switch error {
    case .unknownTarget(let path, let name):
      "\(path): the file has no weights for a target \"\(name)\". Look at \"log_weight\" in its "
        + "lines for the names of the targets. If there are no names, leave --target out."
    case .noTargetChosen(let path):
      "\(path): the file has weights for several named targets. Choose one with --target: "
        + "\"log_weight\" in the lines has the names."
    case .skippedBefore(let path):
      "\(path): the file has invalid lines, which were skipped when it was weighed. Add --on-error "
        + "skip here too."
    case .mixedWeights(let path, let other):
      "\(path): the lines have log_odds, but those of \(other) don't: they were weighed with "
        + "another --estimator. Weigh all files of the pool with the same one."
    case .noLogOdds(let path):
      "\(path): the lines have no log_odds, which --logistic-share needs. Leave --logistic-share "
        + "out, or weigh with --estimator blend."
    case .unknownShard(let path, _) where ShardFinder.isOfPipe(path):
      "the weights belong to \(path), a pipe, and its documents can only be the pool's only file. "
        + "Name just that file with --pool, or weigh the files by their names."
    case .unknownShard(let path, let pool):
      "the weights belong to \(path), which is none of the pool's files: \(names(pool)). Name all "
        + "files that were weighed with --pool, by paths that end as those in the weights, or "
        + "leave such lines out."
    case .ambiguousShard(let path, let other, let shard):
      "the weights belong to \(path) and to \(other), but the pool has only one file with that "
        + "name, \(shard). Name all files that were weighed with --pool, or leave the lines of "
        + "\(path) out."
    case .shardWithoutWeights(let path, let more):
      "\(path): no weights belong to this "
        + "file\(more > 0 ? ", nor to \(Format.count(more)) more" : ""). Weigh it and name its "
        + "weights too, or add --allow-missing to draw from the other files."
    case .repeatedWeight(let path, let place, let isRow):
      "\(path): the document at \(isRow ? "row" : "byte") \(place) has two lines of weights, and "
        + "would count twice. "
        + "Name the weights of each file once, or add --allow-repeats."
    case .otherText(let path, let field):
      "\(path): the text at --text-field \(field) is not the text that was weighed. Name the field "
        + "that was weighed, or weigh the file again if it has changed. \(planAdvice)"
    }
  }

  /// The first files, and the number of others.
  private static func names(_ paths: [String]) -> String {
    let shown = paths.prefix(3).joined(separator: ", ")
    return paths.count > 3 ? "\(shown) and \(Format.count(paths.count - 3)) more" : shown
  }
}
