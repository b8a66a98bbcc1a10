import ArgumentParser
import Files
import Reporting

/// Names of outputs on the command line.
enum OutputName {
  /// Formats and containers that dsel doesn't write. Most have readers that rely on the name.
  private static let foreignSuffixes: Set<String> = [
    "parquet", "arrow", "feather", "orc", "avro", "csv", "tsv", "xls", "xlsx", "npy", "npz", "pkl",
    "h5", "hdf5",
    "sqlite", "db", "xz", "lzma", "bz2", "lz4", "lz", "lzo", "br", "snappy", "z", "zip", "7z",
    "rar", "tar", "tgz", "tbz", "tbz2", "txz", "tzst", "tlz", "arrows", "ipc", "bz", "sz", "warc",
    "msgpack",
  ]

  /// Refuses names of formats or compressions that dsel doesn't write.
  ///
  /// - Parameter isOfSelection: whether rows of a Parquet file can be selected instead.
  /// - Throws: `ValidationError`
  static func validate(_ option: String, _ path: String?, isOfSelection: Bool = false) throws {
    guard let path, File.descriptor(named: path) == nil else { return }
    try refuseRemote(option, path, hasWriter: isOfSelection)
    guard path.utf8.last != UInt8(ascii: "/") else { return }
    var suffixes = path.lastPathPart.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false
    ).dropFirst().map { String(decoding: $0, as: UTF8.self).lowercased() }
    if let last = suffixes.last, ["gz", "gzip", "zst", "zstd"].contains(last) {
      suffixes.removeLast()
    }
    guard let last = suffixes.last, foreignSuffixes.contains(last) else { return }
    if isOfSelection, last == "parquet" {
      throw ValidationError(
        "\(option) \(path): dsel writes JSON lines. From Parquet files, write where the rows are "
          + "with --picks picks.jsonl, and take them with 'python -m dsel take picks.jsonl -o "
          + "selected.parquet'. From JSON lines, use a name that ends in .jsonl, .jsonl.zst or .jsonl.gz."
      )
    }
    throw ValidationError(
      "\(option) \(path): dsel writes JSON lines, plain or compressed with zstd or gzip, but not "
        + ".\(last). Use a name that ends in .jsonl, .jsonl.zst or .jsonl.gz.")
  }

  /// - Parameters:
  ///   - option: only `--output` may be standard output instead.
  ///   - hasWriter: whether `--writer` may take what is written.
  /// - Throws: `ValidationError`
  static func refuseRemote(_ option: String, _ path: String, hasWriter: Bool = false) throws {
    guard let remote = RemoteName(path) else { return }
    throw ValidationError(
      "\(option) \(path): dsel writes files and standard output. "
        + remote.writing(option, hasWriter: hasWriter))
  }

  /// Refuses a name that says that its file is of another format.
  ///
  /// Pipes, devices and descriptors may have any name.
  ///
  /// - Parameters:
  ///   - endings: those that the name may have, in lower case.
  ///   - format: what is written.
  /// - Throws: `ValidationError`
  static func validate(
    _ option: String, _ path: String?, endings: [String], _ format: String
  ) throws {
    guard let path, File.descriptor(named: path) == nil else { return }
    try refuseRemote(option, path)
    guard !endings.contains(where: { path.lowercased().endsInBytes(of: $0) }),
      (try? FileStatus(path: path))?.kind != .other
    else { return }
    throw ValidationError(
      "\(option) \(path): dsel writes \(format). Use a name that ends in "
        + "\(Format.list(endings, "or")).")
  }

  /// The file of an output; nil for standard output, under any of its names.
  ///
  /// `/dev/stdout` may be a file if a shell has redirected it. That file must not be replaced.
  static func file(_ output: String?) -> String? {
    guard let output, output != "-", File.descriptor(named: output) != 1 else { return nil }
    return output
  }

  /// The manifest next to an output; nil for outputs such as `/dev/null` that aren't regular files.
  ///
  /// - Throws: ``SystemError`` of operation `inspect`.
  static func manifest(of path: String) throws -> String? {
    let isFile =
      try File.descriptor(named: path) == nil && FileStatus(path: path)?.kind != .other
    return isFile ? "\(path).manifest.json" : nil
  }
}
