internal import Pipeline
internal import Reading

/// Errors of directories and lists that should name files.
extension ErrorMessage {
  static func list(_ error: ListError) -> String {
    switch error {
    case .noDocuments(let directory, let others):
      let found = others.map {
        $0.count == 1
          ? " There is \($0.example)."
          : " There are \(Format.count($0.count)) others, such as \($0.example)."
      }
      return
        "\(directory): no file in this directory has a name that ends in \(endings).\(found ?? "") "
        + "Name files themselves to read them under any name."
    case .isDirectory(let path):
      return
        "\(path): this is a directory, and --files-from takes a list of files. Name the directory "
        + "itself, with --pool, to read the files in it."
    case .documents(let path):
      return
        "\(path): this looks like a file of documents, but --files-from takes a list of files. Name "
        + "documents with --pool."
    case .empty(let path): return "\(path): the list has no file names. Write one per line."
    case .endsInNUL(let path):
      return "\(path): the list has NUL bytes. Add -0 (--null) if they end its file names."
    case .endsInLineEnds(let path):
      return "\(path): the list has no NUL bytes, but lines. Leave -0 (--null) out."
    case .nameTooLong(let path, let line):
      return
        "\(path):\(line): the name is longer than a path may be. Check that this is a list of file "
        + "names, one per line."
    case .noFile(let path, let line, let error): return "\(path):\(line): \(noFile(error))"
    case .standardInput(let path, let line):
      return
        "\(path):\(line): a list can't name standard input. Name it on the command line (-). A file "
        + "with the name - is written ./- in the list."
    }
  }

  private static func noFile(_ error: ReadingError) -> String {
    guard case .system(let error) = error, error.isMissingFile else { return reading(error, nil) }
    let fault = "\(error.path): \(error.reason.lowercasedFirst). "
    if error.path.utf8.contains(where: { "*?[".utf8.contains($0) }) {
      return
        "\(fault)Patterns in a list aren't expanded: write the names of the files, or of their "
        + "directory."
    }
    return error.path.utf8.first == UInt8(ascii: "/")
      ? "\(fault)Check the name."
      : "\(fault)Check the name, which is relative to the directory in which dsel runs."
  }

  /// The endings of names in words.
  static let endings =
    ".jsonl, .ndjson or .json, with or without .zst or .gz, or in .parquet"
}

extension FoundFiles.LeftOut {
  /// What to tell the user of files that aren't read.
  package var note: String {
    count == 1
      ? "\(example) is not read: its name doesn't end in \(ErrorMessage.endings)."
      : "\(directory): \(Format.count(count, "file")) are not read, such as \(example): their names "
        + "don't end in \(ErrorMessage.endings)."
  }
}
