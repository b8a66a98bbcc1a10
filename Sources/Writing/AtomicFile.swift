internal import Files
internal import Platform

/// A file that appears under its name only when it is complete.
///
///     var file = try AtomicFile(path: "out.jsonl", replaces: false, registry: registry)
///     try file.write(bytes.span)
///     try file.commit()
///
/// Until the commit it is a temporary file beside its final place, `.NAME.PID.dsel-tmp`, which only
/// its owner may read. Without a commit, `deinit` removes it. When it is complete it gets the mode
/// of any new file, 0666 less `umask`.
///
/// The temporary file is locked while its process lives, from its creation until it has its name,
/// so the next run that writes the same output can remove what killed runs left, and nothing else.
/// Two runs may write the same output at the same time: it is that of the run that ends last.
///
/// A path that is no regular file, such as `/dev/null` or a named pipe, is written to directly, and
/// so is a descriptor such as `/dev/fd/3`.
package struct AtomicFile: ~Copyable {
  package let path: String
  let temporaryPath: String?
  /// nil after the last write.
  ///
  /// The file is renamed when closed, since some object-store mounts rename only closed files.
  private var file: File?
  /// Shows other runs that a closed file is not a leftover, while it waits for its name.
  private var lock: File?
  private let registry: TemporaryFiles
  private var isCommitted = false

  /// - Parameter replaces: whether an existing file with that name may be replaced.
  /// - Throws: ``WritingError``
  package init(path: String, replaces: Bool, registry: TemporaryFiles) throws(WritingError) {
    try Self.check(path: path, replaces: replaces)
    do throws(SystemError) {
      if let descriptor = File.descriptor(named: path) {
        let file = try File(writingTo: descriptor, path: path)
        self.init(path: path, temporaryPath: nil, file: file, registry: registry)
      } else if let status = try FileStatus(path: path), status.kind == .other {
        self.init(
          path: path, temporaryPath: nil, file: try File(writing: path), registry: registry)
      } else {
        Leftovers.remove(beside: path)
        let names = TemporaryNames(for: path)
        var number = 0
        while true {
          number += 1
          let name = names.temporary(number)
          if let file = try Self.create(name, registry) {
            self.init(path: path, temporaryPath: name, file: file, registry: registry)
            return
          }
        }
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
    self.file = consume file
    self.registry = registry
  }

  /// Creates the temporary file and locks it.
  ///
  /// - Returns: nil if another process has that name. A process in a container or on another
  ///   machine may have our number.
  private static func create(
    _ temporaryPath: String, _ registry: TemporaryFiles
  ) throws(SystemError) -> File? {
    let file: File
    do throws(SystemError) { file = try registry.create(temporaryPath) } catch {
      if error.code == EEXIST { return nil }
      throw error
    }
    do throws(SystemError) {
      // Another run may have taken it for a leftover between its creation and the lock.
      if file.lock(.shared) != .busy, try FileStatus(path: temporaryPath) != nil { return file }
    } catch {
      registry.discard(temporaryPath)
      throw error
    }
    registry.forget(temporaryPath)
    return nil
  }

  /// Takes away the name of an older file, before any output of the run gets its own.
  ///
  /// If the run fails, the file gets its name back.
  ///
  /// A path that is no regular file keeps its name.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  package static func retire(
    _ path: String, registry: TemporaryFiles
  ) throws(WritingError) {
    do throws(SystemError) {
      guard try FileStatus(path: path)?.kind == .regular else { return }
    } catch {
      throw .system(error)
    }
    let code = registry.retire(path, keptPath: TemporaryNames(for: path).kept)
    guard code == 0 else { throw .system(SystemError(.rename, path, code: code)) }
  }

  /// The place of a file: its directory, however that is written, and its name.
  ///
  /// An output replaces whatever has its name, even a link. So two outputs collide only if both
  /// parts are equal.
  package struct Place: Equatable {
    let directory: FileStatus?
    let name: ExactString

    /// - Throws: ``SystemError`` of operation `inspect`.
    package init(path: String) throws {
      directory = try FileStatus(path: AtomicFile.directory(of: path))
      name = ExactString(path.lastPathPart)
    }

    package static func == (one: Place, other: Place) -> Bool {
      guard let directory = one.directory, let otherDirectory = other.directory else {
        return false
      }
      return directory.isSameFile(as: otherDirectory) && one.name == other.name
    }
  }

  static func directory(of path: String) -> String {
    let directory = path[..<path.lastPathPart.startIndex].utf8
    // Without the trailing slash, except that of the root.
    let name = directory.dropLast(directory.count > 1 ? 1 : 0)
    return name.isEmpty ? "." : String(Substring(name))
  }

  deinit {
    if let temporaryPath, !isCommitted {
      registry.discard(temporaryPath)
    }
  }

  /// Checks, before any work, that `path` may be written.
  ///
  /// - Returns: whether a new file will be made. A path that is written to directly needs none.
  /// - Throws: ``WritingError/outputExists(path:)``, ``WritingError/linkExists(path:target:)``,
  ///   ``WritingError/isDirectory(path:)``, ``WritingError/system(_:)``
  @discardableResult
  package static func check(path: String, replaces: Bool) throws(WritingError) -> Bool {
    if File.descriptor(named: path) != nil { return false }
    let status: FileStatus?
    do throws(SystemError) { status = try FileStatus(path: path) } catch { throw .system(error) }
    switch status?.kind {
    case .directory: throw .isDirectory(path: path)
    case .regular where !replaces: throw .outputExists(path: path)
    case .other: return false
    case nil where !replaces:
      if let target = File.linkTarget(path) { throw .linkExists(path: path, target: target) }
    default: break
    }
    // The temporary file will be created there, perhaps after hours. It is better to fail now.
    let code = File.checkWritable(directory: directory(of: path))
    guard code == 0 else { throw .system(SystemError(.createTemporary, path, code: code)) }
    return true
  }

  /// - Throws: ``WritingError/system(_:)``
  package func write(_ bytes: Span<UInt8>) throws(WritingError) {
    do throws(SystemError) {
      switch file {
      case .some(let file): try file.writeAll(bytes)
      case nil: preconditionFailure("the file is whole already")
      }
    } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
  }

  /// Waits until the content is on the disk, and closes the file.
  ///
  /// Nothing can be added after that.
  ///
  /// - Throws: ``WritingError/system(_:)``
  package mutating func finish() throws(WritingError) {
    guard let file = file.take() else { return }
    do throws(SystemError) {
      guard let temporaryPath else { return try file.close() }
      file.setDefaultMode()
      if try !file.synchronize() { registry.warnOfNoSync(Self.directory(of: path)) }
      // Before it is closed, so that it is locked at every moment.
      lock = Self.lock(temporaryPath)
      try file.close()
      // Some object stores open only files that have been closed.
      if lock == nil { lock = Self.lock(temporaryPath) }
    } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
  }

  /// Opens a file again and locks it; nil if that fails.
  ///
  /// Then nothing guards the file.
  private static func lock(_ temporaryPath: String) -> File? {
    guard let file = try? File(locking: temporaryPath), file.lock(.shared) == .taken else {
      return nil
    }
    return file
  }

  /// Removes the file, whose content is elsewhere now.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  consuming func drop() throws(WritingError) {
    guard let temporaryPath else { return }
    lock = nil
    isCommitted = true
    let code = registry.drop(temporaryPath)
    guard code == 0 else { throw .system(SystemError(.rename, path, code: code)) }
  }

  /// Waits until everything is on the disk, and gives the file its name.
  ///
  /// If other outputs of the run still wait for their names and one of them fails, this one is
  /// taken back.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  package consuming func commit() throws(WritingError) {
    try finish()
    guard let temporaryPath else { return }
    var lock = lock.take()
    // The lock lasts until the file has its name.
    defer { _ = lock.take() }
    let code = registry.commit(
      temporaryPath, to: path, keptPath: TemporaryNames(for: path).kept, unlock: { lock = nil })
    // The file has its name or has been removed. There is nothing left to remove.
    isCommitted = true
    guard code == 0 else { throw .system(SystemError(.rename, path, code: code)) }
  }
}
