internal import CProgram
internal import Platform

/// The programs that this process has started, each with a process group of its own.
///
/// A group holds what its program starts in turn, so all of it can be ended together. Programs
/// start one at a time: else one could inherit a pipe that is just being made for another.
@safe package enum ChildGroups {
  private struct State {
    var groups: [pid_t] = []
    var isPrepared = false
    /// True once all have been ended for good.
    var isClosed = false
    var watch: ChildWatch?
    var showsMessages = false
  }

  private static let state = Lock(State())
  /// The time that programs have to end after SIGTERM.
  static let patience = Duration.milliseconds(500)

  /// Whether what programs write to standard error is shown at once, and not only after a failure.
  package static func showMessages() { state.withLock { $0.showsMessages = true } }

  static var showsMessages: Bool { state.withLock { $0.showsMessages } }

  /// The pipes of a program, as its standard input, output and error; nil for `/dev/null`.
  struct Streams {
    var input: Int32?
    var output: Int32?
    var errors: Int32?
    /// Whether output and errors go where this process's go. Then the program is in its group.
    var isOnTerminal = false
  }

  /// Starts a program.
  ///
  /// - Parameter streams: makes the pipes. No other program starts meanwhile.
  /// - Returns: the number of its process, and of its group.
  /// - Throws: ``SystemError`` of operation `startProgram`.
  static func start(
    _ words: [String], _ streams: () throws(SystemError) -> Streams
  ) throws(SystemError) -> pid_t {
    try state.withLock { state throws(SystemError) in
      guard !state.isClosed else { throw SystemError(.startProgram, words[0], code: ECANCELED) }
      if !state.isPrepared {
        state.isPrepared = true
        closeInherited()
        state.watch = ChildWatch()
      }
      let process = try spawn(words, try streams())
      state.groups.append(process)
      state.watch?.add(process)
      return process
    }
  }

  /// Ends what is left of a group whose program has ended, and forgets it.
  ///
  /// The program must not have been waited for: until then, no other group gets its number.
  static func forget(_ group: pid_t) {
    state.withLock { state in
      _ = kill(-group, SIGKILL)
      state.groups.removeAll { $0 == group }
      state.watch?.remove(group)
    }
  }

  /// Ends all programs, and lets no other start.
  ///
  /// They get SIGTERM and, if they take longer than half a second, SIGKILL.
  ///
  /// - Parameter status: if given, the process ends as well. Other threads that see their programs
  ///   end wait here, so none of them ends the process first, with a status of its own.
  package static func endAll(exitingWith status: Int32? = nil) {
    state.withLock { state in
      state.isClosed = true
      for group in state.groups { _ = kill(-group, SIGTERM) }
      let deadline = ContinuousClock.now + patience
      while !state.groups.allSatisfy(hasEnded), ContinuousClock.now < deadline {
        _ = SystemCall.waitForBytes([], milliseconds: 5)
      }
      for group in state.groups {
        _ = kill(-group, SIGKILL)
        state.watch?.remove(group)
        _ = waitpid(group, nil, WNOHANG)
      }
      state.groups = []
      state.watch?.end()
      state.watch = nil
      if let status { _exit(status) }
    }
  }

  /// Whether a program has ended. It stays there until it is waited for.
  static func hasEnded(_ process: pid_t) -> Bool {
    var found = unsafe siginfo_t()
    // SAFETY: waitid writes what it found, and with WNOHANG returns at once.
    let code = unsafe waitid(P_PID, id_t(process), &found, WEXITED | WNOHANG | WNOWAIT)
    // Nobody else waits for it, so an error means that it is gone.
    return code != 0 ? errno != EINTR : unsafe found.si_signo != 0
  }

  /// Keeps programs from inheriting what this process itself has inherited.
  ///
  /// All that it opens itself is closed in programs already.
  private static func closeInherited() {
    let listed = File.names(in: "/dev/fd").compactMap { Int32($0) }
    let limit = Int32(clamping: min(sysconf(Int32(_SC_OPEN_MAX)), 1 << 16))
    for descriptor in listed.isEmpty ? Array(3..<max(3, limit)) : listed where descriptor > 2 {
      let flags = fcntl(descriptor, F_GETFD)
      if flags != -1 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  // MARK: Starting

  /// Signals that this process ignores, or waits for in its own way.
  private static let handled = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE]

  static func spawn(_ words: [String], _ streams: Streams) throws(SystemError) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    // SAFETY: the C library makes and frees both, and the program's words are copied by the kernel.
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe _ = posix_spawnattr_destroy(&attributes) }

    let places = [
      (streams.input, O_RDONLY), (streams.output, O_WRONLY), (streams.errors, O_WRONLY),
    ]
    for (number, place) in places.enumerated() where number == 0 || !streams.isOnTerminal {
      if let descriptor = place.0 {
        unsafe _ = posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      } else {
        unsafe _ = posix_spawn_file_actions_addopen(
          &actions, Int32(number), "/dev/null", place.1, 0)
      }
    }
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    if !streams.isOnTerminal { flags |= Int32(POSIX_SPAWN_SETPGROUP) }
    #if canImport(Darwin)
      flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #endif
    unsafe _ = posix_spawnattr_setflags(&attributes, Int16(flags))
    unsafe _ = posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    unsafe _ = sigemptyset(&signals)
    unsafe _ = posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in handled { unsafe _ = sigaddset(&signals, signal) }
    unsafe _ = posix_spawnattr_setsigdefault(&attributes, &signals)

    var arguments = unsafe words.map { word -> UnsafeMutablePointer<CChar>? in
      unsafe FileName.withBytes(of: word) { unsafe strdup($0) }
    }
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    unsafe arguments.append(nil)
    guard let program = unsafe arguments[0] else { throw .outOfMemory() }
    var process: pid_t = 0
    let code = unsafe posix_spawnp(
      &process, program, &actions, &attributes, &arguments, dsel_environment())
    guard code == 0 else { throw SystemError(.startProgram, words[0], code: code) }
    return process
  }
}

/// Ends programs if this process is killed and can't do so itself.
///
/// It is a shell that reads a pipe: the numbers of groups that began and ended. The pipe ends with
/// this process, whatever ends that.
struct ChildWatch: Sendable {
  private static let script = """
    trap '' INT TERM HUP QUIT
    groups=
    while read -r sign group; do
      case $sign in
        +) groups="$groups $group" ;;
        *) rest=
           for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
           groups=$rest ;;
      esac
    done
    for one in $groups; do kill -s KILL -- "-$one" 2> /dev/null; done
    """

  private let process: pid_t
  private let pipe: Int32

  /// - Returns: nil if there is no shell. Then a killed process leaves programs that don't write.
  init?() {
    guard let ends = Self.makePipe() else { return nil }
    defer { _ = SystemCall.closeDescriptor(ends.read) }
    let words = ["/bin/sh", "-c", Self.script]
    do throws(SystemError) {
      process = try ChildGroups.spawn(words, ChildGroups.Streams(input: ends.read))
      pipe = ends.write
    } catch {
      _ = SystemCall.closeDescriptor(ends.write)
      return nil
    }
  }

  /// A pipe that programs don't inherit.
  static func makePipe() -> (read: Int32, write: Int32)? {
    guard let ends = SystemCall.makePipe() else { return nil }
    for end in [ends.read, ends.write] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  func add(_ group: pid_t) { tell("+ \(group)\n") }
  func remove(_ group: pid_t) { tell("- \(group)\n") }

  private func tell(_ line: String) {
    let bytes = Array(line.utf8)
    // SAFETY: write reads the bytes during the call. A pipe takes so few at once, or not at all.
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe _ = write(pipe, bytes.baseAddress, bytes.count)
    }
  }

  func end() {
    _ = SystemCall.closeDescriptor(pipe)
    // It has nothing left to do, and ends at once.
    _ = waitpid(process, nil, 0)
  }
}
