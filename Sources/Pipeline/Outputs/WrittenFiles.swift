internal import Writing

/// Whole files that wait for their names.
struct WrittenFiles {
  private var files: [Box] = []

  mutating func append(_ file: consuming AtomicFile?) {
    if let file { files.append(Box(file)) }
  }

  init() {}

  /// One file, or nothing where it went to standard output.
  init(_ file: consuming AtomicFile?) { append(file) }

  /// - Throws: ``WritingError``; then no output of the run has its name.
  func commit() throws(WritingError) {
    for file in files { try file.commit() }
  }

  /// An array can't hold what can't be copied.
  private final class Box {
    private var file: AtomicFile?

    init(_ file: consuming AtomicFile) { self.file = consume file }

    func commit() throws(WritingError) {
      if let file = file.take() { try file.commit() }
    }
  }
}
