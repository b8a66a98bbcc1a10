internal import Pipeline

/// Errors of finding a size.
extension ErrorMessage {
  init(_ error: SizingError) {
    switch error {
    case .smallTarget(let documents, let tokens, let leastDocuments, let leastTokens):
      text =
        "the target is too small to find a size by: it has \(Format.count(documents, "document")) "
        + "with \(Format.count(tokens, "token")), and one half of it has to predict the other. "
        + "It needs at least \(Format.count(leastDocuments, "different document")) and "
        + "\(Format.count(leastTokens, "token")). Add documents to the target, or give the size as "
        + "a number."
    case .nothingToJudge:
      text =
        "no size can be judged: all that is selected from the pool are copies of the target's own "
        + "documents, or has no tokens. Give the size as a number."
    }
  }
}
