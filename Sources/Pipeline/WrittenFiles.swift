internal import Writing

/// Whole files that wait for their names.
struct WrittenFiles {
  private var files: [Box] = []

  mutating func append(_ file: consuming AtomicFile?) {
    if let file { files.append(Box(file)) }
  }

  /// - Throws: ``PipelineError``; then no output of the run has its name.
  func commit() throws {
    do {
      for file in files { try file.commit() }
    } catch let error as WritingError {
      throw PipelineError.writing(error)
    }
  }

  /// An array can't hold what can't be copied.
  private final class Box {
    private var file: AtomicFile?

    init(_ file: consuming AtomicFile) { self.file = consume file }

    func commit() throws {
      if let file = file.take() { try file.commit() }
    }
  }
}
