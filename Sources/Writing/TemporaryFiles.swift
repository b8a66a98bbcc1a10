internal import Files

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The outputs of a run: they get their names together, or none does.
///
/// A file is temporary until it is whole. Once the first of several gets its name, what had that name before
/// is kept until the last one has got its own: a failure or a signal in between puts it back.
package final class TemporaryFiles: Sendable {
  /// A file that has its name while others still wait for theirs.
  private struct Named {
    let path: String
    let former: Former
  }

  /// What had a name before.
  private enum Former {
    case nothing
    case kept(KeptFile)
    /// There is no way to keep it: the file system has no hard links.
    case lost
  }

  /// A second name for an older file, locked while this process lives, as its temporary files are.
  private final class KeptFile: Sendable {
    let path: String
    private let file: File?

    init(_ path: String) {
      self.path = path
      let file = try? File(reading: path)
      _ = file?.lock()
      self.file = file
    }
  }

  private struct State {
    var temporary: Set<String> = []
    var named: [Named] = []
    /// True once all outputs have their names: the run has done what it was for.
    var isDone = false

    /// Takes away all that this run has made.
    mutating func undo() {
      for path in temporary { File.remove(path) }
      temporary = []
      while let last = named.popLast() {
        switch last.former {
        case .nothing: File.remove(last.path)
        case .kept(let kept): _ = File.rename(kept.path, to: last.path)
        case .lost: break
        }
      }
    }
  }

  private let state = Lock(State())

  package init() {}

  /// Creates a temporary file, so that no signal comes between that and knowing its name.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`
  func create(_ path: String) throws(SystemError) -> File {
    try state.withLock { state throws(SystemError) in
      let file = try File(creating: path, mode: 0o666)
      state.isDone = false
      state.temporary.insert(path)
      return file
    }
  }

  /// Forgets a temporary file that another process has removed.
  func forget(_ temporaryPath: String) {
    state.withLock { _ = $0.temporary.remove(temporaryPath) }
  }

  /// Takes a temporary file away, and with it the other outputs, if some have their names already.
  func discard(_ temporaryPath: String) {
    state.withLock { state in
      guard state.temporary.remove(temporaryPath) != nil else { return }
      File.remove(temporaryPath)
      if !state.named.isEmpty { state.undo() }
    }
  }

  /// Gives a temporary file its name.
  ///
  /// - Parameter keptPath: a name for what has `path` now, as long as other outputs wait for their names.
  /// - Returns: zero, or `errno`; then no output of this run has its name.
  func commit(_ temporaryPath: String, to path: String, keptPath: String) -> Int32 {
    state.withLock { state in
      state.temporary.remove(temporaryPath)
      let isLast = state.temporary.isEmpty
      let former = isLast ? .lost : Self.keep(path, as: keptPath)
      let code = File.rename(temporaryPath, to: path)
      guard code == 0 else {
        File.remove(temporaryPath)
        if case .kept(let kept) = former { File.remove(kept.path) }
        state.undo()
        return code
      }
      state.named.append(Named(path: path, former: former))
      if isLast {
        for case .kept(let kept) in state.named.map(\.former) { File.remove(kept.path) }
        state.named = []
        state.isDone = true
      }
      return 0
    }
  }

  private static func keep(_ path: String, as keptPath: String) -> Former {
    switch File.link(path, to: keptPath) {
    case 0: .kept(KeptFile(keptPath))
    case ENOENT: .nothing
    default: .lost
    }
  }

  /// Says that more outputs follow after those that have their names already: a signal ends the run again.
  package func goOn() { state.withLock { $0.isDone = false } }

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
