import ArgumentParser

/// `dsel weigh --flush-documents`: weights for a program that waits for them.
extension WeighCommand {
  /// - Throws: `ValidationError`
  func validateFlushing() throws {
    guard let flushDocuments else { return }
    guard flushDocuments.value >= 1 else {
      throw ValidationError("--flush-documents must be at least 1.")
    }
    let others = [
      ("--output", output.output != nil, "a file"), ("--work-dir", workDir != nil, "files"),
      ("--candidates", candidates.candidates != nil, "nothing before the pool's end"),
      ("--format dolma", format == .dolma, "files"),
      ("--compress", output.container != .plain, "compressed blocks"),
    ]
    if let (option, _, target) = others.first(where: { $0.1 }) {
      throw ValidationError(
        "\(option) can't be used with --flush-documents, which is about weights on standard "
          + "output: it writes \(target). Leave one of them out.")
    }
    guard rejecting.rejects == nil else {
      throw ValidationError(
        "--rejects can't be used with --flush-documents: it reads the whole pool before the first "
          + "document is weighed. Leave one of them out.")
    }
  }
}
