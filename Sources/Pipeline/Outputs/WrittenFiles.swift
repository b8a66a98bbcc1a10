internal import Writing

/// Whole files that wait for their names.
struct WrittenFiles {
  private var files: [Box] = []

  mutating func append(_ file: consuming AtomicFile?) {
    if let file { files.append(Box(file)) }
  }

  init() {}

  /// Holds one file, or nothing if it went to standard output.
  init(_ file: consuming AtomicFile?) { append(file) }

  /// - Throws: ``WritingError``. Then no output of the run has its name.
  func commit() throws(WritingError) {
    for file in files { try file.commit() }
  }

  /// A class, since an array can't hold noncopyable values.
  private final class Box {
    private var file: AtomicFile?

    init(_ file: consuming AtomicFile) { self.file = consume file }

    func commit() throws(WritingError) {
      if let file = file.take() { try file.commit() }
    }
  }
}
