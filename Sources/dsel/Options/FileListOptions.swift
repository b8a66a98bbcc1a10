import ArgumentParser

/// Lists of files of documents.
struct FileListOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      File with the names of further files and directories, one per line. Use - for standard \
      input. May be repeated.
      """, valueName: "file"),
    completion: .file())
  var filesFrom: [String] = []

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "With --files-from: a NUL byte ends each name, as 'find -print0' writes them.")
  var null = false

  func validate() throws {
    if filesFrom.contains("") { throw ValidationError("--files-from is empty. Name a file.") }
    guard !null || !filesFrom.isEmpty else {
      throw ValidationError("-0 (--null) needs --files-from, which names a list of files.")
    }
  }
}
