import Pipeline

/// Errors of files of candidates.
extension ErrorMessage {
  init(_ error: CandidateError) {
    text = Self.text(error)
  }

  private static func text(_ error: CandidateError) -> String {
    switch error {
    case .shardWithoutCandidates(let path, let shard):
      "\(shard): \(path) has no candidates of this file. Weigh it with --candidates, and merge what comes of it."
    case .tooFewCandidates(let path, let kept, let wanted):
      "--count is \(wanted), and \(path) has the candidates for \(kept). Lower --count, or weigh again with "
        + "--candidates \(wanted)."
    case .repeatedContent(let path, let shard, let other):
      "\(path): \(shard) has the same content as \(other), whose candidates are in a file before it. Leave one of them out. If the "
        + "pool really has both, draw with --allow-missing: a text is drawn once, whatever copies there are."
    case .unusable(let path, let error): "\(path): \(unusable(error))"
    case .mismatch(let path, let option):
      "\(path): it was made with another \(option) than the files before it. Run 'dsel weigh' again with the "
        + "same options for all shards."
    case .repeatedShard(let path, let shard):
      "\(path): the candidates of \(shard) are in a file before it, too. Leave one of them out."
    case .otherTextField(let path, let field, let wanted):
      "--text-field is \(wanted), and the candidates of \(path) were weighed with \(field). Leave --text-field out."
    case .missingDocuments(let path, let found, let counted, let shardCount):
      "\(path): candidates of \(Format.count(found)) documents in "
        + "\(shardCount == 1 ? "1 file" : "\(Format.count(shardCount)) files"), and the pool's "
        + "model counted \(Format.count(counted)): \(Format.count(counted - found)) \(counted - found == 1 ? "is" : "are") missing. Weigh the other files "
        + "with --candidates and merge all, or add --allow-missing to draw from these."
    }
  }

  private static func unusable(_ error: CandidateFileError) -> String {
    let again = "Run 'dsel weigh --candidates' again."
    return switch error {
    case .stream(let error):
      "not a whole file of candidates: \(stream(error)). Copy it again, or weigh again."
    case .notCandidates: "not a file of candidates. Name one that 'dsel weigh --candidates' wrote."
    case .newerVersion(let version, let readable):
      "its format version is \(version), and this dsel reads up to \(readable). Update dsel, or weigh again."
    case .missing(let member): "the member \"\(member)\" is missing. \(again)"
    case .invalid(let member): "the member \"\(member)\" can't be, or contradicts another. \(again)"
    case .tooLarge(let member, let limit): tooLarge(member, limit)
    }
  }
}
