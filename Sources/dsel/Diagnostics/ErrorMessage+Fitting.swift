import Pipeline

/// Errors of fitting.
extension ErrorMessage {
  init(_ error: FittingError) {
    text = Self.text(error)
  }

  private static func text(_ error: FittingError) -> String {
    switch error {
    case .emptyFitSample(let share, let chosen, let documentCount):
      "--fit-sample \(share) chose "
        + (chosen == 0
          ? "none of the pool's \(Format.count(documentCount)) documents: raise it."
          : "\(Format.count(chosen)) of the pool's \(Format.count(documentCount)) documents, without a token in "
            + "them: raise it, or check --text-field.")
    }
  }
}
