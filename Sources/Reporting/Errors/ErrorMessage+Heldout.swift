internal import Pipeline

/// Errors of judging by held-out text.
extension ErrorMessage {
  init(_ error: HeldoutError) {
    switch error {
    case .tooFewTokens(let side, let count, let limit):
      let subject =
        switch side {
        case .selection: "the selection"
        case .pool: "the pool"
        case .other(let path): "the selection in \(path)"
        }
      let size = Format.count(count, "token")
      text =
        "\(subject) has only \(size), but models are to be trained on \(Format.count(limit)). "
        + "Lower --heldout-tokens to at most \(count), or leave it out."
    case .tooManyTokens(let limit):
      text =
        "models can be trained on at most \(Format.count(limit, "token")). Set --heldout-tokens to "
        + "fewer."
    }
  }
}
