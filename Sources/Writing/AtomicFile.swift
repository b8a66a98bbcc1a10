internal import Files
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The temporary files of this run, so that a signal can take them away.
package final class TemporaryFiles: Sendable {
  private let paths = Mutex<Set<String>>([])

  package init() {}

  func insert(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// Runs `body`, which ends the file's time as a temporary one, so that no signal comes between.
  func remove<Result>(_ path: String, _ body: () -> Result) -> Result {
    paths.withLock {
      $0.remove(path)
      return body()
    }
  }

  /// Unlinks them all, and lets no commit happen any more.
  package func unlinkAllAndExit(status: Int32) -> Never {
    paths.withLock { paths in
      // SAFETY: unlink reads the string during the call only.
      for path in paths { unsafe _ = unlink(path) }
      _exit(status)
    }
  }
}

/// A file that appears under its name only when it is whole.
///
///     var file = try AtomicFile(path: "out.jsonl", replaces: false, registry: registry)
///     try file.write(bytes.span)
///     try file.commit()
///
/// Until then it is a temporary file beside it, `.NAME.PID.dsel-tmp`; without a commit, `deinit` takes that away.
/// What is no regular file, such as `/dev/null` or a named pipe, is written to directly.
package struct AtomicFile: ~Copyable {
  package let path: String
  private let temporaryPath: String?
  private let file: File
  private let registry: TemporaryFiles
  private var isCommitted = false

  /// - Parameter replaces: whether an existing file of that name may be replaced.
  /// - Throws: ``WritingError``
  package init(path: String, replaces: Bool, registry: TemporaryFiles) throws(WritingError) {
    try Self.check(path: path, replaces: replaces)
    do throws(SystemError) {
      if let status = try FileStatus(path: path), status.kind == .other {
        self.init(
          path: path, temporaryPath: nil, file: try File(writing: path), registry: registry)
      } else {
        let temporaryPath = Self.temporaryPath(for: path)
        // Left by a killed process that had the same number: nobody else uses such a name.
        unsafe _ = unlink(temporaryPath)
        let file = try File(creating: temporaryPath, mode: 0o666)
        self.init(path: path, temporaryPath: temporaryPath, file: file, registry: registry)
      }
    } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
  }

  private init(
    path: String, temporaryPath: String?, file: consuming File, registry: TemporaryFiles
  ) {
    self.path = path
    self.temporaryPath = temporaryPath
    self.file = file
    self.registry = registry
    if let temporaryPath { registry.insert(temporaryPath) }
  }

  private static func temporaryPath(for path: String) -> String {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    return "\(directory(of: path))/.\(name).\(getpid()).dsel-tmp"
  }

  /// Where a file stands: its folder, however that is written, and its name. Outputs replace what has their
  /// name, links too, so two of them collide only when both agree.
  package struct Place: Equatable {
    private let folder: FileStatus?
    private let name: Substring

    /// - Throws: ``SystemError`` of operation `inspect`.
    package init(path: String) throws {
      folder = try FileStatus(path: AtomicFile.directory(of: path))
      name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    }

    package static func == (one: Place, other: Place) -> Bool {
      guard let folder = one.folder, let otherFolder = other.folder else { return false }
      return folder.isSameFile(as: otherFolder) && one.name == other.name
    }
  }

  fileprivate static func directory(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
  }

  deinit {
    if let temporaryPath, !isCommitted {
      registry.remove(temporaryPath) { unsafe _ = unlink(temporaryPath) }
    }
  }

  /// Checks, before any work is done, that `path` may be written.
  ///
  /// - Throws: ``WritingError/outputExists(path:)``, ``WritingError/isDirectory(path:)``,
  ///   ``WritingError/system(_:)``
  package static func check(path: String, replaces: Bool) throws(WritingError) {
    let status: FileStatus?
    do throws(SystemError) { status = try FileStatus(path: path) } catch { throw .system(error) }
    switch status?.kind {
    case .directory: throw .isDirectory(path: path)
    case .regular where !replaces: throw .outputExists(path: path)
    case .other: return
    default: break
    }
    // The temporary file will be made there, after hours perhaps: better to fail now.
    // SAFETY: access reads the string during the call only.
    guard unsafe access(directory(of: path), W_OK) == 0 else {
      throw .system(SystemError(.createTemporary, path))
    }
  }

  package var isTerminal: Bool { file.isTerminal }

  /// - Throws: ``WritingError/system(_:)``
  package func write(_ bytes: Span<UInt8>) throws(WritingError) {
    do throws(SystemError) { try file.writeAll(bytes) } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
  }

  /// Waits until what was written is on the disk.
  ///
  /// - Throws: ``WritingError/system(_:)``
  package func synchronize() throws(WritingError) {
    guard temporaryPath != nil else { return }
    do throws(SystemError) { try file.synchronize() } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
  }

  /// Waits until all is on the disk, and gives the file its name.
  ///
  /// - Throws: ``WritingError/system(_:)``; then the name is as it was.
  package consuming func commit() throws(WritingError) {
    guard let temporaryPath else { return }
    try synchronize()
    let code = registry.remove(temporaryPath) {
      // SAFETY: rename reads both strings during the call only.
      unsafe rename(temporaryPath, path) == 0 ? 0 : errno
    }
    guard code == 0 else {
      registry.insert(temporaryPath)
      throw .system(SystemError(.rename, path, code: code))
    }
    isCommitted = true
  }
}
