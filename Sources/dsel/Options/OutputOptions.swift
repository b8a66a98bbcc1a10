import ArgumentParser
import Compression
import Files
import Pipeline
import Reading
import Writing

/// The outputs and their destinations.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "File for the selected lines. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      """
      Give the selected lines, once they are all there, to the standard input of COMMAND instead \
      of a file: 's5cmd pipe'. The name from --output, if there is one, goes in place of {} or \
      after the last word. The manifest follows in the same way, as OUTPUT.manifest.json.
      """, valueName: "command"))
  var writer: String?

  @Option(
    help: ArgumentHelp(
      """
      Directory for the selected lines in shards: shard_00000000.jsonl.zst, …, and manifest.json.
      """,
      valueName: "dir"),
    completion: .directory)
  var outputDir: String?

  @Option(
    help: ArgumentHelp(
      """
      Instead of --output: file that says where the selected documents are. 'python -m dsel take \
      FILE -o OUTPUT' takes them, also from Parquet. With --candidates, instead of --pool, too: \
      choose only. Each machine can then copy its part: --candidates FILE --pool SHARD.
      """, valueName: "file"),
    completion: .file())
  var picks: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest size of a shard, uncompressed. (default: 256M)",
      valueName: "bytes"), transform: ByteCount.init(parsing:))
  var shardBytes: ByteCount?

  @Option(
    help: ArgumentHelp(
      """
      File for the pool's other documents. A directory, or a name that ends in /, gets shards.
      """,
      valueName: "file|dir"),
    completion: .file())
  var remainder: String?

  @Option(
    help: """
      Order of the selected lines: as in the pool, random (shuffle), or by falling log weight \
      (weight). (default: pool)
      """)
  var order: Order?

  @Flag(help: "Short for --order shuffle.")
  var shuffle = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --shuffle: seed of the order. (default: --seed)", valueName: "seed"),
    transform: Seed.init(parsing:))
  var shuffleSeed: Seed?

  @Option(
    help: "Compression of the output. (default: by the suffix of its name; zst in a directory)")
  var compress: Compression?

  @Flag(
    help:
      """
      Add "dsel": {log_weight, key} to each line, replacing an existing "dsel"; also the target's \
      name, and for a set the document's gain and its place in the order. resample adds only the \
      key.
      """
  )
  var annotate = false

  @Option(
    help: ArgumentHelp(
      """
      Add to "dsel", and imply --annotate: the part of the draw (part), the probability with which \
      it drew the document (probability), and the place of its log weight among all eligible \
      documents: rank, from 1, and quantile, from 0 to 1.
      """, valueName: "statistic,…"),
    completion: .list(AnnotationStatistic.allCases.map(\.rawValue)))
  var annotateWith: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      File for the record of the run. (default: OUTPUT.manifest.json, or manifest.json in \
      --output-dir)
      """, valueName: "file"),
    completion: .file())
  var manifest: String?

  @Flag(help: "Replace existing files, and all shards in a directory.")
  var force = false

  enum Order: String, ExpressibleByArgument, CaseIterable { case pool, shuffle, weight }

  enum Compression: String, ExpressibleByArgument, CaseIterable {
    case none, zst, gz

    /// The names of the formats' commands are accepted too.
    init?(argument: String) {
      switch argument {
      case "zstd": self = .zst
      case "gzip": self = .gz
      default: self.init(rawValue: argument)
      }
    }
  }

  /// Whether lines get a "dsel".
  var annotates: Bool { annotate || !annotateWith.isEmpty }

  /// - Throws: `ValidationError`
  func statistics() throws -> [AnnotationStatistic] {
    var given: [AnnotationStatistic] = []
    for name in annotateWith.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) })
    {
      guard let statistic = AnnotationStatistic(rawValue: String(name)) else {
        throw ValidationError(
          "--annotate-with '\(name)' is unknown. Choose from "
            + AnnotationStatistic.allCases.map(\.rawValue).joined(separator: ", ") + ".")
      }
      given.append(statistic)
    }
    return AnnotationStatistic.allCases.filter { given.contains($0) }
  }

  var path: String? { OutputName.file(output ?? picks) }

  private var shuffles: Bool { shuffle || order == .shuffle }

  private var place: OutputSettings.Place {
    if let outputDir { return .directory(path: outputDir) }
    return path.map { .file(path: $0) } ?? .standardOutput
  }

  var container: Container { container(place) }

  private func container(_ place: OutputSettings.Place) -> Container {
    Self.container(compress) ?? place.defaultContainer
  }

  /// The requested container; nil if the file's name decides.
  static func container(_ compress: Compression?) -> Container? {
    switch compress {
    case Compression.none?: .plain
    case .zst?: .zstd
    case .gz?: .gzip
    case nil: nil
    }
  }

  /// True if lines go to standard output.
  var isStandardOutput: Bool { place == .standardOutput && writer == nil }

  /// - Throws: `ValidationError`
  func checkTerminal() throws {
    try Self.checkTerminal(container, isStandardOutput: isStandardOutput)
  }

  /// Refuses to write compressed bytes to a terminal.
  static func checkTerminal(_ container: Container, isStandardOutput: Bool) throws {
    if container != .plain, isStandardOutput, File.standardOutput().isTerminal {
      throw ValidationError(
        "The terminal can't show compressed output. Name a file with --output.")
    }
  }

  /// - Parameters:
  /// - rejects: the file for skipped lines.
  /// - seed: the seed of the run.
  /// - Throws: ``SystemError`` of operation `inspect`.
  func settings(rejects: String?, seed: UInt64) throws -> OutputSettings {
    var settings = OutputSettings()
    settings.output = place
    settings.format = picks == nil ? .jsonLines : .picks
    settings.container = container
    if let remainder {
      let isDirectory =
        try remainder.utf8.last == UInt8(ascii: "/")
        || FileStatus(path: remainder)?.kind == .directory
      settings.remainder = isDirectory ? .directory(path: remainder) : .file(path: remainder)
      // The file's name decides here, because --compress applies to the output only.
      settings.remainderContainer =
        isDirectory ? container(.directory(path: remainder)) : Container(suffixOf: remainder)
    }
    if let shardBytes { settings.shardByteLimit = shardBytes.value }
    settings.rejects = rejects
    settings.manifest = try manifest ?? defaultManifest()
    if let writer = try writerCommand() { try stage(&settings, for: writer) }
    settings.shuffleSeed = shuffles ? shuffleSeed?.value ?? seed : nil
    settings.ordersByWeight = order == .weight
    settings.replaces = force
    settings.spoolDirectory = FileName.environment("TMPDIR") ?? Defaults.spoolDirectory
    return settings
  }

  /// - Throws: `ValidationError`
  private func writerCommand() throws -> WriterCommand? {
    try writer.map { text in
      do throws(CommandWords.Fault) {
        return WriterCommand(try CommandWords(parsing: text), name: path)
      } catch {
        throw ValidationError(
          "--writer '\(text)' \(ReaderOptions.message(error, "Write it like 's5cmd pipe {}'."))")
      }
    }
  }

  /// Lets the output become whole in a temporary file.
  private func stage(_ settings: inout OutputSettings, for writer: WriterCommand) throws {
    let directory = FileName.environment("TMPDIR") ?? Defaults.spoolDirectory
    let number = UInt64.random(in: .min ... .max)
    let staged = "\(directory)/dsel-kept-\(String(number, radix: 36)).jsonl"
    let suffix =
      switch settings.container {
      case .plain: ""
      case .zstd: ".zst"
      case .gzip: ".gz"
      }
    settings.output = .file(path: staged + suffix)
    settings.writer = writer
    guard manifest == nil, writer.manifestName != nil else { return }
    settings.manifest = "\(staged).manifest.json"
    settings.givesManifest = true
  }

  /// Refuses to replace the member that contains a line's text.
  func validate(with reading: ReadingOptions) throws {
    let keys = (try? TextExpression(parsing: reading.textField))?.rootKeys ?? []
    guard annotates, keys.contains(Array("dsel".utf8)) else { return }
    throw ValidationError(
      "\(annotate ? "--annotate" : "--annotate-with") would replace the text, because --text-field \(reading.textField) is inside of "
        + "\"dsel\". Leave one of the two out."
    )
  }

  private static func isSameDirectory(_ one: String, _ other: String) -> Bool {
    func bytes(_ path: String) -> [UInt8] {
      var bytes = FileName.bytes(of: path)
      while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
      return bytes
    }
    return bytes(one) == bytes(other)
  }

  private func defaultManifest() throws -> String? {
    switch place {
    case .standardOutput: nil
    case .directory(let path):
      "\(path)\(path.utf8.last == UInt8(ascii: "/") ? "" : "/")\(ShardDirectory.manifestName)"
    case .file(let path): try OutputName.manifest(of: path)
    }
  }

  func validate() throws {
    for (name, value) in [("--output", output), ("--manifest", manifest), ("--picks", picks)]
    where value == "" {
      throw ValidationError("\(name) is empty. Name a file.")
    }
    let others = [("--output", output), ("--output-dir", outputDir)]
    if picks != nil, let other = others.first(where: { $0.1 != nil })?.0 {
      throw ValidationError(
        "\(other) can't be used with --picks, which says where documents are instead of writing "
          + "them. Leave one of the two out.")
    }
    if writer == nil {
      try OutputName.validate("--output", OutputName.file(output), isOfSelection: true)
    } else {
      if let other = [("--output-dir", outputDir), ("--picks", picks)].first(where: { $0.1 != nil })
      {
        throw ValidationError("\(other.0) can't be used with --writer, which takes one output.")
      }
      guard
        try writerCommand()?.command.isScriptWithoutName != true || path == nil || manifest != nil
      else {
        throw ValidationError(
          "--writer: the script doesn't use the output's name, so the manifest, which follows the "
            + "selection, would take its place. Use the name as $1: --writer 'sh -c \"cat > "
            + "\\\"$1\\\"\" sh'. Or leave --output out, or name a file for the manifest with "
            + "--manifest.")
      }
    }
    try OutputName.validate("--picks", OutputName.file(picks))
    try OutputName.validate("--remainder", remainder)
    for (name, value) in [("--output-dir", outputDir), ("--manifest", manifest)] {
      if let value { try OutputName.refuseRemote(name, value) }
    }
    for (name, value) in [("--output-dir", outputDir), ("--remainder", remainder)] {
      if value == "" { throw ValidationError("\(name) is empty. Name a directory.") }
      if value == "-" {
        throw ValidationError(
          "\(name) can't be standard output (-). For a directory of that name, "
            + "write ./-.")
      }
    }
    if let outputDir, let remainder, Self.isSameDirectory(outputDir, remainder) {
      throw ValidationError(
        "--output-dir and --remainder name the same directory. Give each a directory of its own.")
    }
    guard output == nil || outputDir == nil else {
      throw ValidationError("Give only one of --output and --output-dir.")
    }
    _ = try statistics()
    if let shardBytes {
      guard shardBytes.value >= 1 else {
        throw ValidationError("--shard-bytes must be at least 1.")
      }
      guard outputDir != nil || remainder != nil else {
        throw ValidationError("--shard-bytes needs a directory: --output-dir or --remainder.")
      }
    }
    if shuffle, let order, order != .shuffle {
      throw ValidationError(
        "--shuffle is short for --order shuffle. Leave --shuffle or --order \(order.rawValue) out.")
    }
    guard shuffleSeed == nil || shuffles else {
      throw ValidationError("--shuffle-seed needs --shuffle.")
    }
    if let path, let manifest, ExactString(path) == ExactString(manifest) {
      throw ValidationError("--output and --manifest name the same file.")
    }
  }
}
