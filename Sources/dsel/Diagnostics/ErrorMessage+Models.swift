import Pipeline
import Reading
import Weighting

/// Errors of model files.
extension ErrorMessage {
  init(_ error: ModelError) {
    text = Self.text(error)
  }

  private static func text(_ error: ModelError) -> String {
    switch error {
    case .unusable(let path, let error): "\(path): \(unusable(error))"
    case .mismatch(let path, let other, let mismatch):
      "\(path): --\(mismatch.option) is \(mismatch.one) in the one and \(mismatch.other) in the other of "
        + "\(other) and \(path). Run 'dsel fit' again with the same options for both."
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
    case .emptyModel(let path, documentCount: 0):
      "\(path): the model is of no document: all files that it was fitted on are empty. Name the model of the whole, "
        + "which 'dsel merge' makes of those of all shards, or fit files that have documents."
    case .emptyModel(let path, _):
      "\(path): the model has no n-grams. Fit it on documents that have text, and check --text-field there."
    }
  }

  private static func unusable(_ error: FittedModelError) -> String {
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

  static func tooLarge(_ member: String, _ limit: Int) -> String {
    "the member \"\(member)\" goes beyond \(Format.count(limit)), the most that is read. Check where the file "
      + "comes from, or merge fewer files."
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
