import Platform
import Testing

@testable import Files

@Suite struct ChildProcessTests {
  private func output(of child: ChildProcess, limit: Duration? = nil) throws -> [UInt8] {
    let file = child.takeOutput()
    var bytes: [UInt8] = []
    while child.waitForOutput(atMost: limit) {
      let before = bytes.count
      try bytes.append(addingCapacity: 1 << 16) { output throws(SystemError) in
        _ = try file.read(into: &output)
      }
      if bytes.count == before { return bytes }
    }
    return bytes
  }

  @Test func `All that a program writes arrives, with its status`() throws {
    // More than the pipes hold, on both.
    let script = "yes text | head -c 500000; yes noise | head -c 300000 >&2; echo end >&2; exit 7"
    let child = try ChildProcess.reading(["sh", "-c", script])
    #expect(try output(of: child) == (0..<500_000).map { Array("text\n".utf8)[$0 % 5] })
    #expect(child.finish(within: nil) == .status(7))
    #expect(child.lastLines.count == 8)
    #expect(child.lastLines.last == "end")
    #expect(child.lastLines.first == "noise")
  }

  @Test func `A program without output is given up, and then ended`() throws {
    let child = try ChildProcess.reading(["sh", "-c", "trap '' TERM; sleep 600 & sleep 600"])
    #expect(!child.waitForOutput(atMost: .milliseconds(50)))
    #expect(child.finish(within: .milliseconds(50)) == nil)
    child.end()
    #expect(child.finish(within: nil) == .signal(Int(SIGKILL)))
    _ = child.takeOutput()
  }

  @Test func `A signal is told from a status`() throws {
    let child = try ChildProcess.reading(["sh", "-c", "kill -USR1 $$"])
    _ = try output(of: child)
    #expect(child.finish(within: nil) == .signal(Int(SIGUSR1)))
  }

  @Test func `A program that is missing is an error`() {
    #expect(throws: SystemError(.startProgram, "no-such-program", code: ENOENT)) {
      try ChildProcess.reading(["no-such-program"])
    }
  }

  @Test func `Programs start side by side, and none keeps another's pipe open`() throws {
    let outputs = try Threads.run(4) { number in
      (0..<25).map { round -> Bool in
        guard let child = try? ChildProcess.reading(["echo", "\(number) \(round)"]),
          let found = try? output(of: child, limit: .seconds(60))
        else { return false }
        return found == Array("\(number) \(round)\n".utf8)
          && child.finish(within: .seconds(60)) == .status(0)
      }
    }
    #expect(outputs.joined().allSatisfy { $0 })
  }
}
