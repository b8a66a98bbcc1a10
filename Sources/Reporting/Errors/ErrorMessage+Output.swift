internal import Compression
internal import Files
internal import Pipeline
internal import Writing

/// Errors of output files.
extension ErrorMessage {
  init(_ error: OutputError) {
    text =
      switch error {
      case .writing(let error): Self.writing(error)
      case .isInput(let path):
        "\(path): the output is also an input. Write to another file."
      case .isOutput(let path):
        "\(path): two outputs would be the same file. Give each its own name."
      case .noRoom(let directory, let needed, let free, let command):
        "\(directory): the candidates need a temporary file of about "
          + "\(Format.bytes(needed)), and \(Format.bytes(free)) are free here. Set TMPDIR to a "
          + "directory with more room, \(Self.roomAdvice(command))"
      case .notInDocuments(let path):
        "\(path): --format dolma needs files in a directory 'documents', because it writes to "
          + "'attributes' next to that. Move the file to such a directory, or use --format jsonl."
      case .rows(let path, let output): "\(path): \(Self.rows(output))"
      }
  }

  private static func rows(_ output: OutputError.RowOutput) -> String {
    switch output {
    case .selection:
      "the rows of a Parquet file can't be written as lines. Write where they are with --picks "
        + "picks.jsonl instead of --output, and take them with 'python -m dsel take picks.jsonl "
        + "-o selected.parquet'."
    case .attributes:
      "the Dolma toolkit has no attributes for Parquet files. Use --format jsonl."
    case .flushedWeights:
      "the rows of a Parquet file are read in pages, so their weights can't be flushed one by one. "
        + "Leave --flush-documents out."
    }
  }

  private static func roomAdvice(_ command: OutputError.Spooler) -> String {
    switch command {
    case .select:
      "select less (a smaller --count, --fraction, --tokens, --bytes or --auto-limit), or draw "
        + "by --objective weight, which needs no such file."
    case .weigh:
      "keep fewer candidates with a smaller --candidates, or weigh in two rounds: first with "
        + "--keys-only."
    case .selectByWeight:
      "select less (a smaller --count, --fraction, --tokens or --bytes), or leave --near-duplicates "
        + "out."
    case .weighByWeight:
      "keep fewer candidates with a smaller --candidates, or leave --near-duplicates out."
    case .merge:
      "or leave the files as they are, and name all of them with 'dsel resample --candidates'."
    case .resample: "or choose fewer documents with a smaller --count."
    }
  }

  private static func writing(_ error: WritingError) -> String {
    switch error {
    case .system(let error): system(error)
    case .compression(.outOfMemory):
      "there is not enough memory to compress the output. Use fewer --threads."
    case .compression(let error):
      "a temporary file of --shuffle is damaged: \(fault(error)). Check the disk of TMPDIR, and "
        + "run again."
    case .outputExists(let path)
    where path.lastPathPart.utf8.elementsEqual(ShardDirectory.manifestName.utf8):
      "\(path): the file exists. Name another with --manifest (with --by-shard, each run needs one "
        + "of its own), or add --force to replace it."
    case .outputExists(let path):
      "\(path): the file exists. Add --force to replace it, or name another."
    case .linkExists(let path, let target):
      "\(path): this is a link to \(target), which does not exist. Name \(target) to write there, "
        + "or add --force to replace the link."
    case .isDirectory(let path):
      "\(path): this is a directory. Name a file in it, or write shards with --output-dir."
    case .notDirectory(let path):
      "\(path): this is not a directory, and shards go to one. Name another, or write one file."
    case .shardsExist(let path):
      "\(path): the directory has shards. Add --force to replace all of them, or name another."
    case .directoryInUse(let path):
      "\(path): another run of dsel writes shards there. Wait until it ends, or name another "
        + "directory."
    case .noRename(let directory, let error):
      "\(directory): the file system can't rename files (\(error.reason.lowercasedFirst)), as some "
        + "mounts of object stores can't, so no output could appear complete. Write to another "
        + "file system and copy the result, or write to standard output."
    case .noLockAnswer(let directory, let seconds):
      "\(directory): the file system did not answer to a lock (flock) for \(seconds) s, as NFS "
        + "without its lock service does. Mount it with local_lock=flock (or nolock), or write to "
        + "another file system."
    case .writer(let fault): writer(fault)
    }
  }
}
