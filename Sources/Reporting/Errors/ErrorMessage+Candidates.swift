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
    case .shardWithoutCandidates(let path, let shard, let hasKeysOnly):
      "\(shard): \(path) has no candidates from this file. Weigh it with --candidates"
        + (hasKeysOnly ? " and --keys-only" : "") + ", merge the result with the candidates of the "
        + "others, and " + (hasKeysOnly ? "name the merged file." : "choose from these.")
    case .keysAndFeatures(let path, let other, let hasKeysOnly):
      keysAndFeatures(path, other, hasKeysOnly)
    case .keysOnly(let path):
      "\(path): its candidates have keys only, and a set is chosen by their n-grams. Merge the keys "
        + "of all shards with 'dsel merge', run 'dsel weigh --candidates-from' with the merged file "
        + "for each shard, and choose from the results."
    case .notKeys(let path):
      "\(path): this file has no candidates that lack n-grams. Name the merged file of keys, from "
        + "'dsel weigh --candidates … --keys-only' and 'dsel merge'."
    case .otherTarget(let path, let model):
      "\(model): the candidates of \(path) were weighed with another --target-model. Name that one."
    case .changedShard(let path, let shard):
      "\(shard): this is not the file that the keys in \(path) were made from, or it has changed. "
        + "Name that file. If it has changed, make its keys again with --keys-only, and merge them "
        + "with those of the others."
    case .changedDocument(let path):
      "\(path): the text of a candidate is not the text that was weighed: the file has changed, or "
        + "is another one of that name. Name the file that was weighed. If it has changed, \(beginning) "
        + "\(planAdvice)"
    case .ambiguousShard(let path, let shard, let weighed):
      "\(shard): \(path) has candidates from \(Format.list(weighed, "and")), and "
        + "it is not clear which of the pool's files that is. Name the pool's files by paths that "
        + "end as these do."
    case .severalChoices(let path):
      "\(path): one of the files has documents that 'dsel resample --picks' chose. They can't be "
        + "merged with others. Give that file alone, or the files that it was chosen from."
    case .otherChoice(let path, let chosen, let unit, let wanted, let wantedUnit):
      "\(wantedUnit.sizeOption) is \(wanted), but \(path) has \(unit.amount(chosen)) that "
        + "'dsel resample --picks' chose. Leave \(wantedUnit.sizeOption) out, or choose again."
    case .excludedNothing(let path):
      "\(path): its candidates were kept without --exclude, so there is nothing to list. Leave "
        + "--excluded out, or run 'dsel weigh' again with --exclude."
    case .tooManyNearDuplicates(
      let path, let kept, let left, let wanted, let count, let more, let unit):
      tooManyNearDuplicates(path, kept, left, wanted, count, more, unit)
    case .keptNearDuplicates(let path):
      "\(path): its candidates were kept without --near-duplicates, so there is nothing to list. "
        + "Leave --rejected-duplicates out, or run 'dsel weigh' again with --near-duplicates."
    case .noSet(let path):
      "--purity, --noise and --base choose a set, but \(path) has documents that were chosen "
        + "already, or candidates of a draw by weight. Leave these options out."
    case .tooFewCandidates(let path, let kept, let wanted, let unit):
      "\(unit.sizeOption) is \(wanted), but \(path) has candidates for draws of up to \(kept) "
        + "\(unit.rawValue). Lower \(unit.sizeOption), or weigh again with --candidates "
        + "\(wanted)\(unit.budgetWords), and otherwise the same options."
    case .otherUnit(let path, let unit, let wanted, let wantedUnit):
      "\(wantedUnit.sizeOption) is \(wanted), but \(path) has candidates for draws of a number of "
        + "\(unit.rawValue). Give \(unit.sizeOption) instead, or weigh again with --candidates "
        + (wantedUnit == .documents
          ? "\(wanted), without --budget, and otherwise the same options."
          : "\(wanted)\(wantedUnit.budgetWords), and otherwise the same options.")
    case .otherStrata(let path, let field, let wanted):
      "--stratify is \(wanted), but the candidates of \(path) were kept "
        + (field.map { "with --stratify \($0). Give that field" }
          ?? "without strata. Leave --stratify out")
        + ", or weigh again with --stratify \(wanted) and otherwise the same options."
    case .filledUnit(let path, let unit):
      "--fill needs a number of documents, but \(path) has candidates for draws of a number of "
        + "\(unit.rawValue). Leave --fill out, or weigh again without --budget."
    case .filledSet(let path):
      "\(path): --fill can't be used with the candidates of a set. Leave --fill out, or weigh again "
        + "with --objective weight."
    case .unknownTarget(let path, let name, let names):
      "--share names '\(name)', but \(path) has candidates for "
        + (names.isEmpty
          ? "one target. Leave --share out."
          : "the targets \(Format.list(names, "and")). Name one of these.")
    case .otherShareSum(let path, let sum):
      "The shares of the targets of \(path) add up to \(sum), not to 1. Give shares that do, or "
        + "leave one target out, which then gets the rest."
    case .tooMuchReplay(let path, let kept, let wanted):
      "--replay is \(wanted), but \(path) has candidates "
        + (kept == 0
          ? "for draws without a random part. Leave --replay out"
          : "for draws with up to \(kept) at random. Lower --replay")
        + ", or weigh again with --replay \(wanted)."
    case .chosenShares(let path):
      "--share and --replay decide what is drawn, but the documents of \(path) were chosen already. "
        + "Leave them out, or choose again."
    case .otherTargetCount(let path, let names):
      names.isEmpty
        ? "\(path): its candidates are for one target. Name its model alone with --target-model."
        : "\(path): its candidates are for the targets \(Format.list(names, "and")). Name the model "
          + "of each: --target-model \(names[0])=FILE, and so on."
    case .tooFewForSet(let path, let kept, let needed, let count, let more, let unit):
      "\(path): a set of \(unit.amount(count)) is chosen among \(Format.count(needed)), and "
        + "candidates of \(Format.count(kept)) were kept. Weigh again with --candidates "
        + "\(more)\(unit.budgetWords) and otherwise the same options, and draw with "
        + "\(unit.sizeOption) \(count)."
    }
  }

  /// What helps where a file isn't what the pool's model counted.
  private static let beginning =
    "begin again: count it with 'dsel fit', merge the models of all files, weigh all with "
    + "--candidates and the new --pool-model, and merge these."

  private static func keysAndFeatures(
    _ path: String, _ other: String, _ hasKeysOnly: Bool
  ) -> String {
    let (keys, whole) = hasKeysOnly ? (path, other) : (other, path)
    return
      "\(path): candidates of \(keys) have keys only, and those of \(whole) have n-grams, too. "
      + "Merge keys with keys. Then give the candidates that are left their n-grams with 'dsel weigh "
      + "--candidates-from', and merge these files."
  }

  private static func tooManyNearDuplicates(
    _ path: String, _ kept: Int, _ left: Int, _ wanted: Int, _ count: Int, _ more: Int,
    _ unit: CandidateUnit
  ) -> String {
    guard unit == .documents else {
      return
        "\(path): without near-duplicates, \(Format.count(left)) of the \(unit.amount(kept)) of the "
        + "candidates are left, too few for a draw of \(unit.amount(count)). Weigh again with "
        + "--candidates \(more)\(unit.budgetWords) or more and otherwise the same options, and draw "
        + "with \(unit.sizeOption) \(count)."
    }
    // A set needs more candidates than documents.
    let needs =
      wanted == count
      ? "" : ", and a set of \(Format.count(count)) is chosen among \(Format.count(wanted))"
    let fewer = wanted == count && left > 0 ? "Draw with --count \(left), or weigh" : "Weigh"
    return
      "\(path): without near-duplicates, \(Format.count(left)) of the "
      + "\(Format.count(kept, "candidate")) are left, too few for a draw of "
      + "\(Format.count(count, "document"))\(needs). \(fewer) again with --candidates \(more) or "
      + "more and otherwise the same options, and draw with --count \(count)."
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
      + "--allow-missing to draw from these. If a file has lost documents since it was counted, "
      + beginning
  }
}
