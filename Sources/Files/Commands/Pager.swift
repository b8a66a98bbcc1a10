internal import Platform

/// A program that shows text at a terminal, page by page.
package enum Pager {
  package enum End: Equatable, Sendable {
    /// It was shown, at least as far as the user wanted.
    case shown
    /// There is no such program.
    case notFound
    /// The program failed, and may have shown nothing.
    case failed
  }

  /// The command that shows pages: `PAGER`, or `less -R`, which passes colours on.
  ///
  /// - Returns: nil if pages aren't wanted: `PAGER` is empty or `cat`, or the terminal is a simple
  ///   one.
  package static var command: String? {
    guard FileName.environment("TERM") != "dumb" else { return nil }
    // Without a message of the shell that there is no less.
    let command =
      FileName.environment("PAGER") ?? "command -v less > /dev/null || exit 127; less -R"
    return ["", "cat"].contains(command) ? nil : command
  }

  /// Shows text on the terminal, and waits until the user has seen enough.
  ///
  /// The program belongs to this process's group, since only that may read from the terminal.
  package static func show(_ text: [UInt8], by command: String) -> End {
    guard let pipe = ChildWatch.makePipe() else { return .notFound }
    // less: end if all fits the screen, pass colours on, and leave the text there.
    let script = ": \"${LESS=FRX}\"; export LESS; \(command)"
    let streams = ChildGroups.Streams(input: pipe.read, isOnTerminal: true)
    let process: pid_t?
    do throws(SystemError) {
      process = try ChildGroups.spawn(["/bin/sh", "-c", script], streams)
    } catch {
      process = nil
    }
    _ = SystemCall.closeDescriptor(pipe.read)
    let file = File(adopting: pipe.write, path: command)
    guard let process else { return .notFound }
    // The terminal sends an interrupt to the pager too, which knows what to do. Other signals end
    // this process as usual.
    signal(SIGINT, SIG_IGN)
    for number in [SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
    // A user who leaves early closes the pipe.
    try? file.writeAll(text.span)
    _ = consume file
    var status: Int32 = 0
    // SAFETY: the status is written during the call.
    guard File.retrying({ unsafe waitpid(process, &status, 0) }) == process else { return .failed }
    // 126 and 127 are the shell's, for programs that can't be started or found.
    switch status {
    case 0: return .shown
    case 126 << 8, 127 << 8: return .notFound
    default: return .failed
    }
  }
}
