internal import Pipeline

/// Errors of models.
extension ErrorMessage {
  init(_ error: ModelError) { text = Self.text(error) }

  private static func text(_ error: ModelError) -> String {
    switch error {
    case .unusable(let path, let fault): unusable(path, fault, .model)
    case .mismatch(let path, let other, let mismatch):
      "\(path): \(mismatch.text(otherThan: other)). Run 'dsel fit' again with the same options for "
        + "both."
    case .otherFeatures(let path, let mismatch):
      "\(path): \(mismatch.text(otherThan: "this run")). Run 'dsel fit' again with the options of "
        + "this run, or change them here."
    case .otherHashing(let path, needsCompatibility: true):
      "\(path): the model was fitted with --compat dsir. Add --compat dsir here too, or run 'dsel "
        + "fit' again without it."
    case .otherHashing(let path, needsCompatibility: false):
      "\(path): the model was fitted without --compat dsir. Leave it out here too, or run 'dsel "
        + "fit' again with it."
    case .noSample(let path):
      "\(path): the model has no sample of documents, which the regression learns from. Fit it "
        + "without --no-sample, or use --estimator shrunk."
    case .noFieldSample(let path, let field):
      "\(path): the model has no numbers of the field \"\(field)\", which --add needs. Fit the pool "
        + "again with 'dsel fit --keep-field \(field)'."
    case .unscalable(let field, documentCount: 0, _):
      "--add \(field): no document of the pool has as many tokens as --min-tokens asks for, so "
        + "nothing says how large the numbers usually are. Lower --min-tokens."
    case .unscalable(let field, _, isTooLarge: true):
      "--add \(field): the numbers are too large to have a standard deviation. Use smaller ones, "
        + "such as their logarithms."
    case .unscalable(let field, let documentCount, isTooLarge: false):
      "--add \(field): \(Format.count(documentCount, "sampled document")) of the pool "
        + "\(documentCount == 1 ? "has one number" : "have the same number") there, so its scale "
        + "isn't known. Leave this field out of --add."
    case .emptyFitSample(let path, let share, let documentCount):
      "\(path): the model counts no document: 'dsel fit --fit-sample \(share)' chose none of "
        + "\(Format.count(documentCount, "document")). Fit it again with a larger share."
    case .empty(let path, documentCount: 0):
      "\(path): the model has no documents: all files that it was fitted to are empty. Fit it to "
        + "files that have documents, or merge it with other models by 'dsel merge'."
    case .empty(let path, _):
      "\(path): the model has no n-grams: its documents have no text. Fit it again, and check "
        + "--text-field there."
    }
  }
}
