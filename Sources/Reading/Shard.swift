package import Files
internal import Platform

/// One input: a file that each pass opens anew, a command that each pass starts anew, or a spool
/// with the bytes of a pipe.
package struct Shard: Sendable {
  /// An open file with several owners: a spool has no name by which it could be opened again.
  package final class OpenFile: Sendable {
    let file: File
    /// The command that the bytes come from, if they do.
    let command: ReaderCommand.Run?

    package init(_ file: consuming File) {
      self.file = file
      command = nil
    }

    init(_ file: consuming File, _ command: ReaderCommand.Run) {
      self.file = file
      self.command = command
    }
  }

  package enum Origin: Sendable {
    case file(path: String)
    case standardInput
    case spool(OpenFile)
    case command(ReaderCommand)
  }

  /// The name for messages and the manifest.
  package let name: String
  /// Whether the name was given to a pipe: see ``PipeName``.
  package let isNamed: Bool
  package let origin: Origin
  /// The file's state when the run began. Later passes check that it is unchanged.
  package let status: FileStatus
  /// The formats that its documents may have: see ``DocumentFormats``.
  package let formats: [any DocumentFormat]

  /// - Parameters:
  ///   - path: a path, or `-` for standard input; a pipe may have a name before it.
  ///   - formats: in the order in which they are asked whether the file is theirs.
  ///   - readers: the commands that read some files, which need not exist here.
  /// - Throws: ``ReadingError/isDirectory(path:)``, ``ReadingError/remote(path:)``,
  ///   ``ReadingError/system(_:)``
  package init(
    path: String, formats: [any DocumentFormat] = DocumentFormats.all,
    readers: ReaderSettings = ReaderSettings()
  ) throws(ReadingError) {
    self.formats = formats
    let named = PipeName(path)
    let path = named?.path ?? path
    isNamed = named != nil
    do throws(SystemError) {
      if path == "-" {
        name = named?.name ?? File.standardInputName
        origin = .standardInput
        status = try File.standardInput().status()
      } else if named == nil, let rule = readers.rule(for: path) {
        name = path
        origin = .command(ReaderCommand(rule, path, readers))
        status = .ofOutput(named: path)
      } else {
        name = named?.name ?? path
        // Anything but a file can't be opened again: a socket's name in /dev/fd, for example.
        origin = File.isPipedInput(path) ? .standardInput : .file(path: path)
        guard let status = try FileStatus(path: path) else {
          throw SystemError(.open, path)
        }
        self.status = status
      }
    } catch {
      if error.isMissingFile, Self.isRemote(path) { throw .remote(path: path) }
      throw .system(error)
    }
    if status.kind == .directory { throw .isDirectory(path: path) }
  }

  /// Whether a name begins like `s3://`.
  package static func isRemote(_ path: String) -> Bool {
    let parts = path.utf8.split(
      separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].starts(with: "//".utf8), !parts[0].isEmpty else {
      return false
    }
    return parts[0].allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
  }

  /// - Throws: ``ReadingError/system(_:)``
  package init(
    name: String, isNamed: Bool = false, spool: OpenFile,
    formats: [any DocumentFormat] = DocumentFormats.all
  ) throws(ReadingError) {
    self.name = name
    self.isNamed = isNamed
    self.formats = formats
    origin = .spool(spool)
    do { status = try spool.file.status() } catch { throw .system(error) }
  }

  /// True if the bytes can be read again. A pipe gives them only once.
  package var isRereadable: Bool {
    switch origin {
    case .file: status.kind == .regular
    case .standardInput: false
    case .spool, .command: true
    }
  }

  /// Whether bytes can be read at any offset, from a file that is watched for changes.
  var hasOffsets: Bool { isRereadable && command == nil }

  /// Whether it is a file, and neither a command nor the bytes of a pipe.
  package var isFile: Bool { if case .file = origin { true } else { false } }

  /// Checks that a file is what it was when the run began.
  ///
  /// - Throws: ``ReadingError/changed(path:)``, ``ReadingError/system(_:)``
  package func checkUnchanged() throws(ReadingError) {
    guard hasOffsets else { return }
    let file = try open()
    do throws(SystemError) {
      if try file.file.status() == status { return }
    } catch {
      throw .system(error)
    }
    throw .changed(path: name)
  }

  /// The command that reads the shard; nil for one that dsel opens itself.
  package var command: ReaderCommand? {
    if case .command(let command) = origin { command } else { nil }
  }

  /// Whether the records are lines, as the first bytes show: see ``DocumentFormat/hasLines``.
  ///
  /// - Throws: ``ReadingError/system(_:)``
  package func hasLines() throws(ReadingError) -> Bool {
    precondition(isRereadable)
    // Other formats need offsets.
    guard hasOffsets else { return true }
    var head: [UInt8] = []
    let file = try open()
    do throws(SystemError) {
      try head.append(addingCapacity: Self.headSize) { output throws(SystemError) in
        _ = try file.file.read(into: &output, at: 0)
      }
    } catch {
      throw .system(error)
    }
    return formats.first { $0.recognizes(head.span) }?.hasLines ?? true
  }

  /// No format needs more bytes to be recognised.
  private static let headSize = 64

  /// Opens the shard to read records again, in whatever format it has.
  ///
  /// - Throws: ``ReadingError``
  package func recordReader(
    _ request: DocumentRequest, _ limits: ReadingLimits
  ) throws(ReadingError) -> any RecordReader & ~Copyable {
    let source = try ByteSource.open(self, maximumWindow: limits.maximumWindow)
    let format = source.format
    return try format.recordReader(of: source, request)
  }

  /// - Throws: ``ReadingError/system(_:)``, ``ReadingError/reader(path:_:)``
  func open() throws(ReadingError) -> OpenFile {
    switch origin {
    case .file(let path):
      do throws(SystemError) { return OpenFile(try File(reading: path)) } catch {
        throw .system(error)
      }
    case .standardInput: return OpenFile(File.standardInput())
    case .spool(let file): return file
    case .command(let command): return try command.start()
    }
  }
}
