internal import Files
internal import Pipeline

/// Errors of merging.
extension ErrorMessage {
  init(_ error: MergeError) {
    text =
      switch error {
      case .repeatedInput(let path, let other, let input, let otherInput)
      where ExactString(input) != ExactString(otherInput):
        "\(path): this model was fitted to \(input), and \(other) to \(otherInput), which has the "
          + "same bytes: its documents would count twice. Leave one of these two files out of the "
          + "pool, and if this is part of a plan, run 'dsel plan' again. Elsewhere, --allow-repeats "
          + "lets both count."
      case .repeatedInput(let path, let other, let input, _):
        "\(path): this model and \(other) were both fitted to \(input), which would count twice. "
          + "Leave one of them out, or add --allow-repeats."
      case .mixedKinds(let path, let other):
        "\(path): this is another kind of file than \(other). Merge models with models, and "
          + "candidates with candidates."
      }
  }
}
