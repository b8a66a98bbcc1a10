import Foundation
import TestSupport
import Testing

/// Lines of progress on a terminal.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct ProgressLineTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs a command on a terminal with a given number of columns, and prints each line of progress.
  ///
  /// Its pool comes slowly through standard input.
  private static let script = #"""
    import fcntl, os, pty, re, struct, subprocess, sys, termios, time
    columns, pool, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    environment["TERM"] = "xterm"
    run = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=inner, env=environment)
    os.close(inner)
    data = open(pool, "rb").read()
    for part in range(4):
        run.stdin.write(data[part * len(data) // 4:(part + 1) * len(data) // 4])
        run.stdin.flush()
        time.sleep(0.15)
    run.stdin.close()
    drawn = b""
    while True:
        try: part = os.read(outer, 65536)
        except OSError: break
        if not part: break
        drawn += part
    if run.wait() != 0: sys.exit(drawn.decode())
    for line in re.findall("\r([^\r\x1b\n]+)\x1b\\[K", drawn.decode()): print(line)
    """#

  private func lines(columns: Int, _ options: [String]) throws -> [String] {
    // The size needs several reads, so that the second comes after the first report is due.
    var pool = Data()
    for _ in 0..<3 { pool += try Fixtures.crawlText() }
    try directory.write(pool, to: "pool.jsonl")
    let command = [Dsel.binary.path, "select", "--target", Fixtures.wiki, "--pool", "-"]
    let run = try Program.run(
      "/usr/bin/env",
      ["python3", "-c", Self.script, "\(columns)", directory.path("pool.jsonl")] + command
        + options,
      in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.lines
  }

  @Test(arguments: [0, 1, 8, 20, 33, 60, 80, 200])
  func `No line is wider than the terminal`(columns: Int) throws {
    let lines = try lines(columns: columns, ["--count", "5"])
    // A terminal without a known width is treated as having 80 columns.
    let room = (columns == 0 ? 80 : columns) - 1
    #expect(lines.allSatisfy { $0.count <= room }, "\(lines)")
    if room > 30 { #expect(lines.contains { $0.hasPrefix("storing piped input  pass 1 of 5") }) }
    if room > 70 { #expect(lines.contains { $0.hasSuffix(" MB/s") }) }
  }

  @Test func `Measuring a temperature, and reading candidates, take one more pass`() throws {
    for (options, count) in [
      (["--objective", "weight"], 4), (["--temperature", "auto"], 5), ([], 5),
    ] {
      let lines = try lines(columns: 80, ["--count", "5"] + options)
      #expect(lines.contains { $0.contains("pass 1 of \(count)") }, "\(lines)")
    }
  }
}
