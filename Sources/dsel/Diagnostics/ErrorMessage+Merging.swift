import Pipeline

/// Errors of merging.
extension ErrorMessage {
  init(_ error: MergeError) {
    text = Self.text(error)
  }

  private static func text(_ error: MergeError) -> String {
    switch error {
    case .repeatedInput(let path, let other, let input):
      "\(path): \(input) was fitted for \(other) too, and would count twice. Leave one of them out, or add "
        + "--allow-repeats."
    case .mixedKinds(let path, let other):
      "\(path): of another kind than \(other). Merge models with models, and candidates with candidates."
    }
  }
}
