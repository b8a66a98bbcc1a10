import Pipeline

/// Errors of files of weights.
extension ErrorMessage {
  init(_ error: StoredWeightError) {
    text = Self.text(error)
  }

  private static func text(_ error: StoredWeightError) -> String {
    switch error {
    case .otherTargets(let path, let name?):
      "\(path): it has no weights for a target \"\(name)\". Look at \"log_weight\" in its lines for the names that "
        + "--target can have, or leave that out if there are none."
    case .otherTargets(let path, nil):
      "\(path): it has weights for targets that have names. Say with --target by whose to draw."
    case .skippedBefore(let path):
      "\(path): it has invalid lines, which were skipped when it was weighed. Add --on-error skip here, too."
    case .mixedWeights(let path, let other):
      "\(path): its lines have log_odds, and those of \(other) don't: they were weighed by another --estimator. Weigh all "
        + "files of the pool alike."
    case .noLogOdds(let path):
      "\(path): its lines have no log_odds, which --logistic-share draws by. Leave that out, or weigh with --estimator blend."
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
    }
  }

  /// The first files, and how many more there are.
  private static func names(_ paths: [String]) -> String {
    let shown = paths.prefix(3).joined(separator: ", ")
    return paths.count > 3 ? "\(shown) and \(Format.count(paths.count - 3)) more" : shown
  }
}
