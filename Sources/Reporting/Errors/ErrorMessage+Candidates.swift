internal import Pipeline
internal import Reading

/// Errors of files of candidates.
extension ErrorMessage {
  init(_ error: CandidateError) { text = Self.text(error) }

  private static func text(_ error: CandidateError) -> String {
    switch error {
    case .unusable(let path, let fault): unusable(path, fault, .candidates)
    case .mismatch(let path, let setting):
      "\(path): its candidates were kept with another \(setting.option) than those of the files "
        + "before it. Run 'dsel weigh' again with the same options for all shards."
    case .repeatedShard(let path, let shard):
      "\(path): an earlier file also has the candidates of \(shard). Leave one of the two files "
        + "out."
    case .repeatedContent(let path, let shard, let other):
      "\(path): \(shard) has the same content as \(other), whose candidates are in an earlier "
        + "file. Leave one of the two out. If both belong to the pool, draw with --allow-missing: "
        + "each text is drawn once, however many copies there are."
    case .otherTextField(let path, let field, let wanted):
      otherTextField(path, field, wanted)
    case .missingDocuments(let path, let found, let counted, let shardCount):
      missing(path, found, counted, shardCount)
    case .shardWithoutCandidates(let path, let shard):
      "\(shard): \(path) has no candidates from this file. Weigh it with --candidates, merge the "
        + "result with the candidates of the others, and choose from these."
    case .ambiguousShard(let path, let shard, let weighed):
      "\(shard): \(path) has candidates from \(Format.list(weighed, "and")), and "
        + "it is not clear which of the pool's files that is. Name the pool's files by paths that "
        + "end as these do."
    case .severalChoices(let path):
      "\(path): one of the files has documents that 'dsel resample --picks' chose. They can't be "
        + "merged with others. Give that file alone, or the files that it was chosen from."
    case .otherChoice(let path, let chosen, let wanted):
      "--count is \(wanted), but \(path) has \(Format.count(chosen, "document")) that "
        + "'dsel resample --picks' chose. Leave --count out, or choose again."
    case .noSet(let path):
      "--purity and --noise choose a set, but \(path) has documents that were chosen already, or "
        + "candidates of a draw by weight. Leave --purity and --noise out."
    case .tooFewCandidates(let path, let kept, let wanted):
      "--count is \(wanted), but \(path) has candidates for draws of up to \(kept) documents. "
        + "Lower --count, or weigh again with --candidates \(wanted)."
    }
  }

  private static func otherTextField(
    _ path: String, _ field: TextField, _ wanted: TextField
  ) -> String {
    guard wanted.expression == field.expression else {
      return
        "--text-field is \(wanted.expression), but the candidates of \(path) were weighed with "
        + "\(field.expression). Leave --text-field out."
    }
    return
      "--text-join is not the one with which the candidates of \(path) were weighed. Leave "
      + "--text-field and --text-join out."
  }

  private static func missing(
    _ path: String, _ found: Int, _ counted: Int, _ shardCount: Int
  ) -> String {
    let missing = counted - found
    return
      "\(path): \(Format.count(missing, "document")) \(missing == 1 ? "is" : "are") missing: the "
      + "candidates come from \(Format.count(found, "document")) in "
      + "\(Format.count(shardCount, "file")), but the pool's model counted "
      + "\(Format.count(counted)). Weigh the other files with --candidates and merge all, or add "
      + "--allow-missing to draw from these."
  }
}
