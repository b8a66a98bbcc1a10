internal import Pipeline

/// Errors of finding a size.
extension ErrorMessage {
  init(_ error: SizingError) {
    switch error {
    case .smallTarget(let documents, let tokens, let half, let leastDocuments, let leastTokens):
      text =
        "the target is too small to find a size by: it has \(Format.count(documents, "document")) "
        + "with \(Format.count(tokens, "token")), of which the smaller half has "
        + "\(Format.count(half, "document")) (all copies of a text are in one half), and one half "
        + "has to predict the other. It needs at least \(Format.count(leastDocuments, "different document")) and "
        + "\(Format.count(leastTokens, "token")). Add documents to the target, or give the size as "
        + "a number."
    case .nothingToJudge:
      text =
        "no size can be judged: nothing with tokens is selected from the pool, except copies of the "
        + "target's own documents. Lower --min-tokens, raise --auto-limit, or give the size as a "
        + "number."
    }
  }
}
