import Pipeline
import Reading
import Weighting

/// What is said of files that one run writes and another reads.
extension ErrorMessage {
  static func composition(_ error: PipelineError) -> String {
    switch error {
    case .model(let path, let error): "\(path): \(model(error))"
    case .mismatch(let path, let other, let mismatch):
      "\(path): \(name(mismatch.option)) is \(mismatch.one) in the one and \(mismatch.other) in the other of "
        + "\(other) and \(path). Run 'dsel fit' again with the same options for both."
    case .repeatedInput(let path, let other, let input):
      "\(path): \(input) was fitted for \(other) too, and would count twice. Leave one of them out, or add "
        + "--allow-repeats."
    case .otherHashing(let path, let needsCompatibility):
      needsCompatibility
        ? "\(path): it was fitted with --compat dsir, which --compat dsir must say here, too."
        : "\(path): it was fitted without --compat dsir. Leave that out here, or run 'dsel fit' again with it."
    case .noSample(let path):
      "\(path): it has no sample of documents, from which the regression learns. Fit it without --no-sample, or "
        + "take --estimator shrunk."
    case .notInDocuments(let path):
      "\(path): --format dolma writes beside files in a directory 'documents', and this is in none. Move it to one, or "
        + "take --format jsonl."
    case .otherTargets(let path, let name?):
      "\(path): it has no weights for a target \"\(name)\". Look at \"log_weight\" in its lines for the names that "
        + "--target can have, or leave that out if there are none."
    case .otherTargets(let path, nil):
      "\(path): it has weights for targets that have names. Say with --target by whose to draw."
    case .shardWithoutCandidates(let path, let shard):
      "\(shard): \(path) has no candidates of this file. Weigh it with --candidates, and merge what comes of it."
    case .tooFewCandidates(let path, let kept, let wanted):
      "--count is \(wanted), and \(path) has the candidates for \(kept). Lower --count, or weigh again with "
        + "--candidates \(wanted)."
    case .tooManyStrata(let limit):
      "--stratify: the field has more than \(Format.count(limit)) values. Name one that sorts documents into few."
    case .noStrata(let field):
      "--stratify: no document has the field \"\(field)\". Check its name: dots lead into objects, and a dot in a "
        + "key is written '\\.'."
    case .notRereadable(let path):
      "\(path): it is no regular file, and is read twice. Write it to a file first."
    case .emptyMixture(let field, let values):
      "--mixture: nothing is left to draw from: all values of \"\(field)\" that there are have a share of 0: "
        + "\(values.map { "\"\($0)\"" }.joined(separator: ", ")). Give one of them a share."
    case .repeatedContent(let path, let shard, let other):
      "\(path): \(shard) has the same content as \(other), whose candidates are in a file before it. Leave one of them out. If the "
        + "pool really has both, draw with --allow-missing: a text is drawn once, whatever copies there are."
    case .skippedBefore(let path):
      "\(path): it has invalid lines, which were skipped when it was weighed. Add --on-error skip here, too."
    case .mixedWeights(let path, let other):
      "\(path): its lines have log_odds, and those of \(other) don't: they were weighed by another --estimator. Weigh all "
        + "files of the pool alike."
    case .noLogOdds(let path):
      "\(path): its lines have no log_odds, which --logistic-share draws by. Leave that out, or weigh with --estimator blend."
    case .unknownStratum(let field, let name, let values): unknownStratum(field, name, values)
    case .repeatedStratum(let field, let name):
      "--mixture names \"\(name)\" twice: as values of \"\(field)\", numbers that are equal are one. Name it once."
    case .mixedKinds(let path, let other):
      "\(path): of another kind than \(other). Merge models with models, and candidates with candidates."
    case .candidates(let path, let error): "\(path): \(candidates(error))"
    case .candidateMismatch(let path, let option):
      "\(path): it was made with another \(option) than the files before it. Run 'dsel weigh' again with the "
        + "same options for all shards."
    case .repeatedShard(let path, let shard):
      "\(path): the candidates of \(shard) are in a file before it, too. Leave one of them out."
    default: preconditionFailure("no message for \(error)")
    }
  }

  private static func unknownStratum(
    _ field: String, _ name: String, _ values: [String]
  ) -> String {
    let shown = values.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    let more = values.count > 20 ? ", and \(Format.count(values.count - 20)) more" : ""
    let near = EditDistance.nearest(to: name, among: values).map { "\"\($0)\"" }
    let meant = near.isEmpty ? "" : "Did you mean \(near.joined(separator: " or "))? "
    return
      "--mixture names \"\(name)\", and no document that can be selected has that value in \"\(field)\". "
      + "\(meant)The values are: \(shown)\(more)."
  }

  private static func name(_ option: String) -> String { "--\(option)" }

  private static func model(_ error: FittedModelError) -> String {
    let again = "Run 'dsel fit' again."
    return switch error {
    case .stream(let error):
      "not a whole model: \(stream(error)). Copy it again, or run 'dsel fit' again."
    case .notAModel: "not a model file. Name one that 'dsel fit' or 'dsel merge' wrote."
    case .newerVersion(let version, let readable):
      "its format version is \(version), and this dsel reads up to \(readable). Update dsel, or run "
        + "'dsel fit' again."
    case .otherUnicodeTables(let theirs, let own):
      "its tokens were made by the tables of Unicode \(theirs), and this dsel has those of \(own). \(again)"
    case .missing(let member): "the member \"\(member)\" is missing. \(again)"
    case .invalid(let member):
      "the member \"\(member)\" can't be, or contradicts another. \(again)"
    case .tooLarge(let member, let limit): tooLarge(member, limit)
    }
  }

  private static func tooLarge(_ member: String, _ limit: Int) -> String {
    "the member \"\(member)\" goes beyond \(Format.count(limit)), the most that is read. Check where the file "
      + "comes from, or merge fewer files."
  }

  private static func candidates(_ error: CandidateFileError) -> String {
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

  static func stream(_ error: JSONStreamError) -> String {
    switch error {
    case .reading: preconditionFailure("a reading error has its own message")
    case .syntax(let fault, let offset): "not valid JSON at byte \(offset + 1): \(fault.rawValue)"
    case .notUTF8(let offset): "not UTF-8 at byte \(offset + 1)"
    case .unexpected(let expected, let found, let offset):
      "\(found.rawValue) at byte \(offset + 1), where \(expected.rawValue) is expected"
    case .notAWholeNumber(let offset): "no whole number from 0 to 2^64 - 1 at byte \(offset + 1)"
    case .repeatedKey(let key, let offset): "the key \"\(key)\" comes twice, at byte \(offset + 1)"
    case .tooLong(let offset): "a value at byte \(offset + 1) is longer than any that is meant"
    }
  }
}
