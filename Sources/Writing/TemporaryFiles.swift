internal import Files
internal import Platform

/// The outputs of a run: they get their names together, or none does.
///
/// An output is temporary until it is whole. Once the first of several gets its name, what had that name before
/// is kept until the last one has got its own: a failure or a signal in between puts it back.
package final class TemporaryFiles: Sendable {
  let state = Lock(State())
  private let warn: @Sendable (WritingWarning) -> Void

  /// - Parameter warn: called at most once for each kind of warning.
  package init(warn: @escaping @Sendable (WritingWarning) -> Void = { _ in }) { self.warn = warn }

  /// Says, once, that files may not outlive a loss of power.
  func warnOfNoSync(_ directory: String) {
    let isFirst = state.withLock { state in
      defer { state.hasWarnedOfNoSync = true }
      return !state.hasWarnedOfNoSync
    }
    if isFirst { warn(.noSync(directory: directory)) }
  }

  /// Creates a temporary file, so that no signal comes between that and knowing its name.
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

  /// Takes a temporary file away, and with it the other outputs, if some have their names already.
  func discard(_ temporaryPath: String) {
    state.withLock { state in
      guard state.temporary.remove(ExactString(temporaryPath)) != nil else { return }
      File.remove(temporaryPath)
      state.giveUp()
    }
  }

  /// Takes the name of an older file away before any output gets its own.
  ///
  /// So is done with the manifest: while one is there, it tells of what is there, and of nothing else.
  ///
  /// - Returns: zero, also where there is no such file, or `errno`; then no output of this run has its name.
  func retire(_ path: String, keptPath: String) -> Int32 {
    state.withLock { state in
      let code = File.rename(path, to: keptPath)
      guard code == 0 else {
        if code == ENOENT { return 0 }
        state.undo()
        return code
      }
      state.journal.append(.named(path: path, former: .kept(KeptFile(keptPath))))
      // Before any output has its name: after a loss of power too, no manifest tells of other files.
      return state.synchronizeDirectories()
    }
  }

  /// Gives a temporary file its name.
  ///
  /// - Parameter keptPath: a name for what has `path` now, as long as other outputs wait for their names.
  /// - Returns: zero, or `errno`; then no output of this run has its name.
  func commit(_ temporaryPath: String, to path: String, keptPath: String) -> Int32 {
    state.withLock { state in
      // The last one is the manifest, which must not have its name before what it tells of.
      let isLast = state.staged.isEmpty && state.temporary == [ExactString(temporaryPath)]
      var code = isLast ? state.synchronizeDirectories() : 0
      guard code == 0 else { return code }
      state.temporary.remove(ExactString(temporaryPath))
      let former = Self.keep(path, as: keptPath)
      code = File.rename(temporaryPath, to: path)
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
    switch File.link(path, to: keptPath) {
    case 0: .kept(KeptFile(keptPath))
    case ENOENT: .nothing
    default: .lost
    }
  }

  /// Names outputs that are not the last: when all of them have their names, a signal still ends the run, however soon it
  /// comes.
  package func keepingOn<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock { $0.goesOn = true }
    defer { state.withLock { $0.goesOn = false } }
    return try body()
  }

  /// Takes them all away, ends the process, and lets no commit happen any more. Returns if all have their names: whoever
  /// is told that the run failed must not find its outputs.
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
    /// Files that aren't whole yet, or wait for their names.
    var temporary: Set<ExactString> = []
    /// Directories of shards that aren't whole yet, or wait for their names.
    var staged: Set<ExactString> = []
    /// Directories that this run has made for its shards.
    var made: [String] = []
    var journal: [Step] = []
    /// True once all outputs have their names: the run has done what it was for.
    var isDone = false
    /// True while outputs get their names that others will follow.
    var goesOn = false
    /// The devices that are known to do what outputs need.
    var probed: Set<UInt64> = []
    var hasWarnedOfNoSync = false

    var isWaiting: Bool { !temporary.isEmpty || !staged.isEmpty }

    /// Takes away all that this run has made.
    mutating func undo() {
      for path in temporary { File.remove(path.string) }
      temporary = []
      for path in staged { File.removeDirectoryOfFiles(path.string) }
      staged = []
      while let last = journal.popLast() { last.undo() }
      removeMadeDirectories()
    }

    /// Takes the other outputs away, too, if some have their names already.
    mutating func giveUp() {
      if !journal.isEmpty { undo() } else if !isWaiting { removeMadeDirectories() }
    }

    /// Lets go of what was before, once no output waits for its name, and the names are on the disk.
    ///
    /// - Returns: zero, or `errno`; then no output of this run has its name.
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

    /// Waits until what was done to names is on the disk.
    ///
    /// - Returns: zero, or `errno`; then all has been undone.
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
      // The last first: it may lie in another one.
      while let path = made.popLast() { File.removeDirectory(path) }
    }
  }

  /// What has been done to names. Undone from the last to the first.
  enum Step {
    /// A file has got its name while others still wait for theirs, or an older one has lost it.
    case named(path: String, former: Former)
    /// The older shards of a directory have been moved to another one.
    case retired(directory: String, keptDirectory: String)
    /// So many shards have got their names. The leftovers of killed runs go when this one has succeeded.
    case shards(
      directory: String, count: Int, name: @Sendable (Int) -> String, leftovers: [String])

    /// The directory whose names have changed.
    var directory: String {
      switch self {
      case .named(let path, _): AtomicFile.directory(of: path)
      case .retired(let directory, _), .shards(let directory, _, _, _): directory
      }
    }

    func undo() {
      switch self {
      case .named(let path, .nothing): File.remove(path)
      case .named(let path, .kept(let kept)): _ = File.rename(kept.path, to: path)
      case .named(_, .lost): break
      case .retired(let directory, let keptDirectory):
        for name in File.names(in: keptDirectory) where ShardName.matches(name) {
          _ = File.rename("\(keptDirectory)/\(name)", to: "\(directory)/\(name)")
        }
        File.removeDirectory(keptDirectory)
      case .shards(let directory, let count, let name, _):
        for number in 0..<count { File.remove("\(directory)/\(name(number))") }
      }
    }

    func end() {
      switch self {
      case .named(_, .kept(let kept)): File.remove(kept.path)
      case .retired(_, let keptDirectory): File.removeDirectoryOfFiles(keptDirectory)
      case .shards(_, _, _, let leftovers):
        for directory in leftovers { File.removeDirectoryOfFiles(directory) }
      case .named: break
      }
    }
  }

  /// What had a name before.
  enum Former {
    case nothing
    case kept(KeptFile)
    /// There is no way to keep it: the file system has no hard links.
    case lost
  }

  /// A second name for an older file, locked while this process lives, as its temporary files are.
  final class KeptFile: Sendable {
    let path: String
    private let file: File?

    init(_ path: String) {
      self.path = path
      let file = try? File(locking: path)
      _ = file?.lock()
      self.file = file
    }
  }
}
