internal import Files
internal import Pipeline

/// Errors of `dsel verify`, and of questions about a selection.
extension ErrorMessage {
  init(_ error: VerifyError) { text = Self.text(error) }

  private static func text(_ error: VerifyError) -> String {
    switch error {
    case .notManifest(let path):
      "\(path): this is not the manifest of a selection. Name a file that 'dsel select' wrote "
        + "beside its output, such as selected.jsonl.manifest.json."
    case .isDirectory(let path):
      "\(path): this is a directory. Name manifests in it, such as "
        + "\(ShellWord.quoted(path.endsInBytes(of: "/") ? path : "\(path)/"))*manifest.json."
    case .notVerifiable(let path):
      "\(path): this is neither a manifest, nor a model or candidates. Name a file that 'dsel "
        + "select', 'dsel resample' or 'dsel weigh' wrote beside its output, such as "
        + "selected.jsonl.manifest.json, or a file of 'dsel fit', 'dsel merge' or 'dsel weigh "
        + "--candidates'."
    case .noCommand(let path):
      "\(path): the manifest is of an older dsel, which did not write its command line there. Make "
        + "the selection again to ask about it."
    case .distributed(let path):
      "\(path): the selection was made on many machines, and only selections of one 'dsel select' "
        + "can be explained or shown from their manifests. Select from a part of the pool with 'dsel "
        + "select' to ask about it."
    case .notOfSelect(let path, let command):
      "\(path): the manifest is of the command 'dsel \(command)'. Only selections of 'dsel select' "
        + "can be explained or shown from their manifests."
    case .readStandardInput(let path):
      "\(path): the run read standard input, which can't be read again. Select from a file to ask "
        + "about the selection."
    case .hasReaders(let path):
      "\(path): the run read files through commands of --reader, and a manifest may come from "
        + "anywhere. Look at them with 'dsel verify \(ShellWord.quoted(path))', then add "
        + "--run-readers to start them."
    case .noDirectory(let path, let directory):
      "\(directory): there is no such directory, and \(path) belongs to a run in it. Name the "
        + "directory of the run's files with --directory."
    case .changedInput(let path, let manifest):
      "\(path): the file is not what it was when the selection was made, so that selection can't be "
        + "made again. Put the file back. 'dsel verify \(ShellWord.quoted(manifest))' says which "
        + "files differ."
    case .otherSelection(let manifest, let version):
      "\(manifest): the same command selects another number of documents now. The manifest is of "
        + "dsel \(version): use that version, or select again."
    case .severalFiles(let count):
      "the pool has \(Format.count(count, "file")), so a line alone names no document. Name the "
        + "file too, with --line FILE:N."
    case .noSuchFile(let path):
      "\(path): this is not one file of the pool. Name the file as the manifest does, in --line "
        + "FILE:N."
    case .tooManyDocuments(let limit):
      "the names belong to more than \(Format.count(limit, "document")). Ask for fewer at a time."
    }
  }
}
