import Foundation
import Platform
import TestSupport
import Testing

@Suite struct SystemCallTests {
  /// 0.75 s, which file systems keep exactly if they count in nanoseconds or quarters.
  @Test func `The time of a file's last change equals Foundation's, and is finer than a second`()
    throws
  {
    let directory = try TemporaryDirectory()
    let path = try directory.write("text", to: "file")
    let date = Date(timeIntervalSince1970: 1_000_000_000.75)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    var status = stat()
    #expect(unsafe stat(path, &status) == 0)
    let time = SystemCall.modificationTime(of: status)
    #expect(time.tv_sec == 1_000_000_000)
    #expect(abs(time.tv_nsec - 750_000_000) < 1000)
  }

  /// No other test uses this signal.
  @Test func `An ignored signal is distinguished from one that isn't ignored`() {
    let former = signal(SIGUSR2, SIG_IGN)
    defer { _ = signal(SIGUSR2, former) }
    #expect(SystemCall.ignoresSignal(SIGUSR2))
    _ = signal(SIGUSR2, SIG_DFL)
    #expect(!SystemCall.ignoresSignal(SIGUSR2))
    #expect(!SystemCall.ignoresSignal(-1))
  }

  @Test func `An error keeps its number, and the C library's text`() {
    let error = SystemError(.open, "a/b", code: ENOENT)
    #expect(error.isMissingFile && !error.isFullDisk && !error.isClosedPipe)
    #expect(error.reason == "No such file or directory")
    #expect(SystemError(.write, "a", code: ENOSPC).isFullDisk)
    #expect(SystemError(.write, "a", code: EDQUOT).isFullDisk)
    #expect(SystemError(.write, "a", code: EPIPE).isClosedPipe)
  }

  @Test func `Processor time grows with the work of all threads`() throws {
    let before = ProcessorTime.now
    _ = try Threads.run(2) { _ in
      let end = ContinuousClock.now + .milliseconds(50)
      var number = 1
      while ContinuousClock.now < end { number = number &* 3 }
      return number
    }
    // Two threads work 50 ms each, or less if other processes take the processor.
    #expect(ProcessorTime.now - before > .milliseconds(5))
  }
}
