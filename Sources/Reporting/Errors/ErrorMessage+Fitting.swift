internal import Pipeline

/// Errors of fitting.
extension ErrorMessage {
  init(_ error: FittingError) {
    text =
      switch error {
      case .emptyFitSample(let share, chosen: 0, let documentCount):
        "--fit-sample \(share) chose none of the pool's "
          + "\(Format.count(documentCount, "document")). Raise it."
      case .emptyFitSample(let share, let chosen, let documentCount):
        "--fit-sample \(share) chose \(Format.count(chosen)) of the pool's "
          + "\(Format.count(documentCount, "document")), and these have no tokens. Raise it, or "
          + "check --text-field."
      }
  }
}
