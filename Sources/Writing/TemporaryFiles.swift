internal import Files
internal import Platform

/// The outputs of a run, which get their names together or not at all.
///
/// An output is temporary until it is complete. From the first rename to the last, the older files
/// are kept. A failure or a signal in between puts them back.
package final class TemporaryFiles: Sendable {
  let state = Lock(State())
  private let warn: @Sendable (WritingWarning) -> Void

  /// - Parameter warn: called at most once for each kind of warning.
  package init(warn: @escaping @Sendable (WritingWarning) -> Void = { _ in }) { self.warn = warn }

  /// Warns, once, that files may not survive a loss of power.
  func warnOfNoSync(_ directory: String) {
    let isFirst = state.withLock { state in
      defer { state.hasWarnedOfNoSync = true }
      return !state.hasWarnedOfNoSync
    }
    if isFirst { warn(.noSync(directory: directory)) }
  }

  /// Creates a temporary file.
  ///
  /// No signal can come between that and the note of its name.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`
  func create(_ path: String) throws(SystemError) -> File {
    try state.withLock { state throws(SystemError) in
      let file = try File(creating: path)
      state.isDone = false
      state.temporary.insert(ExactString(path))
      return file
    }
  }

  /// Forgets a temporary file that another process has removed.
  func forget(_ temporaryPath: String) {
    state.withLock { _ = $0.temporary.remove(ExactString(temporaryPath)) }
  }

  /// Removes a temporary file, and the other outputs too if some have their names already.
  func discard(_ temporaryPath: String) {
    state.withLock { state in
      guard state.temporary.remove(ExactString(temporaryPath)) != nil else { return }
      File.remove(temporaryPath)
      state.giveUp()
    }
  }

  /// Removes a temporary file that the run doesn't need any longer, as if it had got its name.
  ///
  /// - Returns: zero, or `errno`. Then no output of this run has its name.
  func drop(_ temporaryPath: String) -> Int32 {
    state.withLock { state in
      state.temporary.remove(ExactString(temporaryPath))
      File.remove(temporaryPath)
      return state.endIfLast()
    }
  }

  /// Takes away the name of an older file, before any output gets its own.
  ///
  /// This is done with the manifest: an existing manifest describes the existing outputs and no
  /// others.
  ///
  /// - Returns: zero, even if there is no such file, or `errno`. Then no output of this run has its
  ///   name.
  func retire(_ path: String, keptPath: String) -> Int32 {
    state.withLock { state in
      let code = File.rename(path, to: keptPath)
      guard code == 0 else {
        if code == ENOENT { return 0 }
        state.undo()
        return code
      }
      state.journal.append(.named(path: path, former: .kept(KeptFile(keptPath))))
      // Before any output has its name: even after a loss of power, no manifest describes other
      // files.
      return state.synchronizeDirectories()
    }
  }

  /// Gives a temporary file its name.
  ///
  /// - Parameters:
  ///   - keptPath: a name for the file that has `path` now, while other outputs wait for their
  ///     names.
  ///   - unlock: closes the temporary file. It stays locked until it has its name, except where the
  ///     file system can't rename open files.
  /// - Returns: zero, or `errno`. Then no output of this run has its name.
  func commit(
    _ temporaryPath: String, to path: String, keptPath: String, unlock: () -> Void
  ) -> Int32 {
    state.withLock { state in
      // The manifest comes last. It must not have its name before the outputs that it describes.
      let isLast = state.staged.isEmpty && state.temporary == [ExactString(temporaryPath)]
      var code = isLast ? state.synchronizeDirectories() : 0
      guard code == 0 else { return code }
      state.temporary.remove(ExactString(temporaryPath))
      let former = Self.keep(path, as: keptPath)
      code = File.rename(temporaryPath, to: path)
      if code != 0 {
        unlock()
        code = File.rename(temporaryPath, to: path)
      }
      guard code == 0 else {
        File.remove(temporaryPath)
        if case .kept(let kept) = former { File.remove(kept.path) }
        state.undo()
        return code
      }
      state.journal.append(.named(path: path, former: former))
      return state.endIfLast()
    }
  }

  private static func keep(_ path: String, as keptPath: String) -> Former {
    for _ in 0..<mostLinks {
      switch File.link(path, to: keptPath) {
      case 0:
        let kept = KeptFile(keptPath)
        if kept.isGuarded { return .kept(kept) }
        File.remove(keptPath)
      case ENOENT: return .nothing
      default: return .lost
      }
    }
    return .lost
  }

  /// How often an older file is linked again where others remove the link.
  private static let mostLinks = 100

  /// Names outputs that others will follow.
  ///
  /// When all of these have their names, a signal still ends the run.
  package func keepingOn<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock { $0.goesOn = true }
    defer { state.withLock { $0.goesOn = false } }
    return try body()
  }

  /// Removes all outputs, prevents every later commit, and ends the process.
  ///
  /// It only returns if all outputs have their names: a run that is reported as failed must not
  /// leave its outputs.
  package func unlinkAllAndExit(status: Int32) {
    state.withLock { state in
      guard !state.isDone else { return }
      state.undo()
      File.exitAtOnce(status: status)
    }
  }
}

extension TemporaryFiles {
  struct State {
    /// Files that aren't complete yet, or wait for their names.
    var temporary: Set<ExactString> = []
    /// Directories of shards that aren't complete yet, or wait for their names.
    var staged: Set<ExactString> = []
    /// Directories that this run has created for its shards.
    var made: [String] = []
    var journal: [Step] = []
    /// True once all outputs have their names and the run has done its work.
    var isDone = false
    /// True while outputs get their names that others will follow.
    var goesOn = false
    /// The devices that were found to support what outputs need.
    var probed: Set<UInt64> = []
    var hasWarnedOfNoSync = false

    var isWaiting: Bool { !temporary.isEmpty || !staged.isEmpty }

    /// Removes everything that this run has created.
    mutating func undo() {
      for path in temporary { File.remove(path.string) }
      temporary = []
      for path in staged { File.removeDirectoryOfFiles(path.string) }
      staged = []
      while let last = journal.popLast() { last.undo() }
      removeMadeDirectories()
    }

    /// Removes the other outputs too, if some have their names already.
    mutating func giveUp() {
      if !journal.isEmpty { undo() } else if !isWaiting { removeMadeDirectories() }
    }

    /// Lets the older files go, once no output waits for its name and the names are on the disk.
    ///
    /// - Returns: zero, or `errno`. Then no output of this run has its name.
    mutating func endIfLast() -> Int32 {
      guard !isWaiting else { return 0 }
      let code = synchronizeDirectories()
      guard code == 0 else { return code }
      for step in journal { step.end() }
      journal = []
      made = []
      isDone = !goesOn
      return 0
    }

    /// Waits until the changed names are on the disk.
    ///
    /// - Returns: zero, or `errno`. Then all changes have been undone.
    mutating func synchronizeDirectories() -> Int32 {
      let directories = journal.map(\.directory) + made.map(AtomicFile.directory)
      for directory in Set(directories.map { ExactString($0) }) {
        let code = File.synchronizeDirectory(directory.string)
        guard code == 0 else {
          undo()
          return code
        }
      }
      return 0
    }

    private mutating func removeMadeDirectories() {
      // The last one first, since it may lie in another one.
      while let path = made.popLast() { File.removeDirectory(path) }
    }
  }

  /// A change of names.
  ///
  /// Changes are undone from the last to the first.
  enum Step {
    /// A file got its name while others still wait, or an older file lost its name.
    case named(path: String, former: Former)
    /// The older shards of a directory were moved to another one.
    case retired(directory: String, kept: KeptFile)
    /// Shards got their names.
    ///
    /// The leftovers of killed runs are removed when this run has succeeded.
    case shards(directory: String, names: [String], leftovers: [String])

    /// The directory in which names changed.
    var directory: String {
      switch self {
      case .named(let path, _): AtomicFile.directory(of: path)
      case .retired(let directory, _), .shards(let directory, _, _): directory
      }
    }

    func undo() {
      switch self {
      case .named(let path, .nothing): File.remove(path)
      case .named(let path, .kept(let kept)): _ = File.rename(kept.path, to: path)
      case .named(_, .lost): break
      case .retired(let directory, let kept):
        for name in File.names(in: kept.path) where ShardName.matches(name) {
          _ = File.rename("\(kept.path)/\(name)", to: "\(directory)/\(name)")
        }
        File.removeDirectory(kept.path)
      case .shards(let directory, let names, _):
        for name in names { File.remove("\(directory)/\(name)") }
      }
    }

    func end() {
      switch self {
      case .named(_, .kept(let kept)): File.remove(kept.path)
      case .retired(_, let kept): File.removeDirectoryOfFiles(kept.path)
      case .shards(_, _, let leftovers):
        for directory in leftovers { File.removeDirectoryOfFiles(directory) }
      case .named: break
      }
    }
  }

  /// The file that had a name before.
  enum Former {
    case nothing
    case kept(KeptFile)
    /// The file can't be kept: the file system has no hard links.
    case lost
  }

  /// A second name for an older file, or a directory of older shards.
  ///
  /// It is locked while this process lives, like temporary files.
  final class KeptFile: Sendable {
    let path: String
    /// False if another run took it for a leftover, between its creation and the lock.
    let isGuarded: Bool
    private let file: File?

    init(_ path: String) {
      self.path = path
      let file = try? File(locking: path)
      // First the lock: from then on nobody removes it. A link to a missing file can't be opened,
      // and so nobody takes it for a leftover.
      isGuarded =
        file?.lock(.shared) != .busy
        && ((try? FileStatus(path: path)) != nil || File.linkTarget(path) != nil)
      self.file = file
    }
  }
}
