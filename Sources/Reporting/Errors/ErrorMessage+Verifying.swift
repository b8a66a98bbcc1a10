internal import Pipeline

/// Errors of `dsel verify`.
extension ErrorMessage {
  init(_ error: VerifyError) { text = Self.text(error) }

  private static func text(_ error: VerifyError) -> String {
    switch error {
    case .notManifest(let path):
      "\(path): this is not the manifest of a selection. Name a file that 'dsel select' or 'dsel "
        + "resample' wrote beside its output, such as selected.jsonl.manifest.json."
    }
  }
}
