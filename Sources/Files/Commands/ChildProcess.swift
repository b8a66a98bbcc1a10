package import Platform

/// A program that this process has started: what it writes, and how it ends.
///
/// What it writes to standard error is read along, so that it never waits for that, and the last of
/// it is kept. A program that nobody needs any longer is ended, with all that it has started.
@safe package final class ChildProcess: Sendable {
  package enum End: Equatable, Sendable {
    case status(Int)
    case signal(Int)
  }

  private struct State {
    /// Read by ``output``'s owner; -1 for a program that is written to.
    var output: Int32
    /// -1 once it has ended.
    var errors: Int32
    var messages: [UInt8] = []
    /// nil until the program has been waited for.
    var end: End?
  }

  /// The bytes of standard error that are kept, and those that are shown.
  private static let keptByteCount = 8 << 10
  private static let shownLineCount = 8
  /// A larger pipe means fewer changes between the two programs.
  private static let pipeByteCount: Int32 = 256 << 10

  private let process: pid_t
  private let state: Lock<State>
  private let showsMessages: Bool

  private init(_ process: pid_t, output: Int32, errors: Int32) {
    self.process = process
    state = Lock(State(output: output, errors: errors))
    showsMessages = ChildGroups.showsMessages
    _ = fcntl(errors, F_SETFL, fcntl(errors, F_GETFL) | O_NONBLOCK)
  }

  deinit { end() }

  /// Starts a program whose standard output is read. Its standard input is empty.
  ///
  /// - Throws: ``SystemError`` of operation `startProgram`.
  package static func reading(_ words: [String]) throws(SystemError) -> ChildProcess {
    let (process, output, errors) = try start(words, input: nil, hasOutput: true)
    let child = ChildProcess(process, output: output, errors: errors)
    #if os(Linux)
      // F_SETPIPE_SZ. A refusal does no harm.
      _ = fcntl(output, 1031, pipeByteCount)
    #endif
    return child
  }

  /// The output, as a file that the caller owns from now on, and keeps while it waits for more.
  package func takeOutput() -> File {
    File(adopting: state.withLock { $0.output }, path: "output")
  }

  /// Starts a program with a file as its standard input.
  ///
  /// The program reads on from the file's position, and moves it: see ``File/position``.
  ///
  /// - Throws: ``SystemError`` of operation `startProgram`.
  package static func writing(
    _ words: [String], from file: borrowing File
  ) throws(SystemError) -> ChildProcess {
    let (process, _, errors) = try start(words, input: file.number, hasOutput: false)
    return ChildProcess(process, output: -1, errors: errors)
  }

  private static func start(
    _ words: [String], input: Int32?, hasOutput: Bool
  ) throws(SystemError) -> (pid_t, output: Int32, errors: Int32) {
    var pipes: [(read: Int32, write: Int32)] = []
    // The program has its own copies.
    defer { for pipe in pipes { _ = SystemCall.closeDescriptor(pipe.write) } }
    do throws(SystemError) {
      let process = try ChildGroups.start(words) { () throws(SystemError) in
        for _ in 0..<(hasOutput ? 2 : 1) {
          guard let pipe = ChildWatch.makePipe() else { throw SystemError(.startProgram, words[0]) }
          pipes.append(pipe)
        }
        // What a writer prints, such as the text itself by `tee`, would hide its errors.
        return ChildGroups.Streams(
          input: input, output: hasOutput ? pipes.first?.write : nil, errors: pipes.last?.write)
      }
      return (process, pipes[0].read, pipes[pipes.count - 1].read)
    } catch {
      for pipe in pipes { _ = SystemCall.closeDescriptor(pipe.read) }
      throw error
    }
  }

  // MARK: Reading

  /// Waits until there is output to read, or until the output has ended.
  ///
  /// - Parameter limit: the longest time without output; nil for any.
  /// - Returns: false if there was none in that time.
  package func waitForOutput(atMost limit: Duration?) -> Bool {
    let deadline = limit.map { ContinuousClock.now + $0 }
    return state.withLock { state in
      while true {
        let ready = Self.poll([state.output, state.errors], until: deadline)
        if ready[1] { read(&state) }
        if ready[0] { return true }
        if let deadline, ContinuousClock.now >= deadline { return false }
      }
    }
  }

  /// Waits until the program ends, which it does soon after the end of its output.
  ///
  /// - Returns: nil if it goes on for longer than `limit`.
  package func finish(within limit: Duration?) -> End? {
    let deadline = limit.map { ContinuousClock.now + $0 }
    return state.withLock { state in
      if let end = state.end { return end }
      guard waitForEnd(&state, until: deadline) else { return nil }
      return reap(&state)
    }
  }

  /// Ends the program, and all that it has started.
  package func end() {
    state.withLock { state in
      guard state.end == nil else { return }
      _ = kill(-process, SIGTERM)
      if !waitForEnd(&state, until: ContinuousClock.now + ChildGroups.patience) {
        _ = kill(-process, SIGKILL)
        _ = waitForEnd(&state, until: nil)
      }
      _ = reap(&state)
    }
  }

  /// The last lines that the program wrote to standard error, without the blanks around them.
  package var lastLines: [String] {
    state.withLock { state in
      let lines = state.messages.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      return lines.filter { $0.contains { $0 > UInt8(ascii: " ") } }.suffix(Self.shownLineCount)
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }

  private func waitForEnd(_ state: inout State, until deadline: ContinuousClock.Instant?) -> Bool {
    // The pipe of standard error tells nothing: something else may keep it open.
    var pause = Duration.milliseconds(1)
    while true {
      let hasEnded = ChildGroups.hasEnded(process)
      read(&state)
      if hasEnded { return true }
      if let deadline, ContinuousClock.now >= deadline { return false }
      _ = Self.poll([state.errors], until: ContinuousClock.now + pause)
      pause = min(pause * 2, .milliseconds(20))
    }
  }

  private func reap(_ state: inout State) -> End {
    ChildGroups.forget(process)
    var status: Int32 = 0
    // SAFETY: the status is written during the call. The program has ended, so this doesn't wait.
    let found = File.retrying { unsafe waitpid(process, &status, 0) }
    // The kernel's encoding, which the C library's macros take apart. Somebody who ends all
    // programs may have waited for this one.
    let signal = found == process ? Int(status & 0x7F) : Int(SIGKILL)
    let end = signal == 0 ? End.status(Int((status >> 8) & 0xFF)) : .signal(signal)
    if state.errors >= 0 { _ = SystemCall.closeDescriptor(state.errors) }
    state.errors = -1
    state.end = end
    return end
  }

  /// Takes what there is on standard error.
  private func read(_ state: inout State) {
    var block = [UInt8](repeating: 0, count: 16 << 10)
    while state.errors >= 0 {
      let (descriptor, size) = (state.errors, block.count)
      // SAFETY: at most `size` bytes are written, which the block has.
      let count = File.retrying { unsafe SystemCall.readBytes(descriptor, &block, size) }
      guard count > 0 else {
        if count == 0 {
          _ = SystemCall.closeDescriptor(descriptor)
          state.errors = -1
        }
        return
      }
      if showsMessages { try? File.standardError().writeAll(block.span.extracting(..<count)) }
      state.messages += block[..<count]
      if state.messages.count > 2 * Self.keptByteCount {
        state.messages.removeFirst(state.messages.count - Self.keptByteCount)
      }
      // An endless stream must not keep others waiting.
      if count < size { return }
    }
  }

  /// Whether each of some descriptors has bytes, or its end; -1 has neither.
  private static func poll(
    _ descriptors: [Int32], until deadline: ContinuousClock.Instant?
  ) -> [Bool] {
    let left = deadline.map { max(.zero, $0 - ContinuousClock.now).components }
    // Rounded up, so that the time is over when the call returns.
    let milliseconds = left.map {
      Int32(clamping: $0.seconds * 1000 + $0.attoseconds / 1_000_000_000_000_000 + 1)
    }
    return SystemCall.waitForBytes(descriptors, milliseconds: milliseconds ?? -1)
  }
}
