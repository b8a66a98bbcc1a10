internal import Pipeline

/// Errors of what is excluded.
extension ErrorMessage {
  init(_ error: ExclusionError) { text = Self.text(error) }

  private static func text(_ error: ExclusionError) -> String {
    switch error {
    case .onlyShort(let count, let least, let length):
      "--exclude: \(count == 1 ? "the evaluation document has" : "all \(Format.count(count)) evaluation documents have") "
        + "fewer than \(Format.count(least, "token")), and so few would be found by chance. "
        + (least < length || least == 1
          ? "Exclude longer texts: question and answer together, for example."
          : "Lower --exclude-ngram \(length), or exclude longer texts.")
    case .tooManyTokens(let path, let limit):
      "\(path): the evaluation documents have more than \(Format.count(limit, "token")) together. "
        + "Name fewer files with --exclude."
    case .noTexts(let path):
      "\(path): this model doesn't have the hashes of its texts, which --exclude-target needs. Fit "
        + "the target again with 'dsel fit --keep-texts'."
    }
  }
}
