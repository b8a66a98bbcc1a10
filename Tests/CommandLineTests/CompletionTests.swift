import Foundation
import TestSupport
import Testing

/// Completions, tested in the shells themselves.
///
/// bash and zsh are driven on a terminal as by a person's typing; fish has a command for it.
@Suite struct CompletionTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["crawl.jsonl.zst", "wiki pages.jsonl", "pool.model"] {
      try directory.write("", to: name)
    }
    for name in ["selected", "work"] {
      try FileManager.default.createDirectory(
        at: directory.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try directory.write("", to: "sel.txt")
  }

  private static func has(_ shell: String) -> Bool {
    ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(shell)")
    }
  }

  private static let hasBash = has("bash")
  private static let hasZsh = has("zsh")
  private static let hasFish = has("fish")

  /// The line typed before the tab, and the words that the shell then has.
  private static let typed: [(String, [String])] = [
    ("dsel sel", ["select"]),
    ("dsel select --pool cr", ["select", "--pool", "crawl.jsonl.zst"]),
    ("dsel select --pool a.jsonl cr", ["select", "--pool", "a.jsonl", "crawl.jsonl.zst"]),
    ("dsel select --target a.jsonl wi", ["select", "--target", "a.jsonl", "wiki pages.jsonl"]),
    ("dsel select --target wiki=wi", ["select", "--target", "wiki=wiki pages.jsonl"]),
    ("dsel select --pool=cr", ["select", "--pool=crawl.jsonl.zst"]),
    ("dsel select --output=cr", ["select", "--output=crawl.jsonl.zst"]),
    ("dsel select --compress=zs", ["select", "--compress=zst"]),
    ("dsel select cr", ["select", "crawl.jsonl.zst"]),
    (
      "dsel select --compress gz --output-dir se",
      ["select", "--compress", "gz", "--output-dir", "selected/"]
    ),
    ("dsel select --estimator bl", ["select", "--estimator", "blend"]),
    ("dsel select --on-error s", ["select", "--on-error", "skip"]),
    ("dsel select --strat", ["select", "--stratify"]),
    ("dsel fit cr", ["fit", "crawl.jsonl.zst"]),
    ("dsel fit a.jsonl --work-dir wo", ["fit", "a.jsonl", "--work-dir", "work/"]),
    ("dsel merge po", ["merge", "pool.model"]),
    ("dsel weigh --pool-model po", ["weigh", "--pool-model", "pool.model"]),
    ("dsel weigh --target-model po", ["weigh", "--target-model", "pool.model"]),
    ("dsel resample --weights cr", ["resample", "--weights", "crawl.jsonl.zst"]),
    ("dsel compare --selected cr", ["compare", "--selected", "crawl.jsonl.zst"]),
    ("dsel explain --pool-model po", ["explain", "--pool-model", "pool.model"]),
    ("dsel select -o se", ["select", "-o", "sel"]),
  ]

  /// Types each line and a tab on a terminal.
  ///
  /// It prints the words with which the shell calls a function in dsel's place.
  private static let driver = #"""
    import json, os, pty, re, select, sys, time
    shell, lines = sys.argv[1], sys.argv[2:]
    setup = {
        "bash": ["PS1='READY> '", "bind 'set enable-bracketed-paste off'", "source ./dsel.bash"],
        "zsh": ["PS1='READY> '", "unsetopt zle_bracketed_paste prompt_sp", "fpath=($PWD $fpath)",
                "autoload -Uz compinit", "compinit -u -D"],
    }[shell] + ["dsel() { printf 'GOT'; printf '<%s>' \"$@\"; printf 'END\\n'; }"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", HOME=os.getcwd(), HISTFILE="/dev/null")
        arguments = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
        os.execvp(shell, arguments)
    def wait(pattern):
        seen, end = b"", time.time() + 20
        while time.time() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                try: seen += os.read(terminal, 65536)
                except OSError: break
            plain = re.sub(rb"\x1b(\[[0-9;?]*[A-Za-z]|[=>])|\r", b"", seen)
            match = re.search(pattern, plain, re.S)
            if match: return match
        sys.exit("no %r in %r" % (pattern, seen))
    def send(text): os.write(terminal, text.encode())
    for number, command in enumerate(setup):
        send(command + "; printf 'SET%dUP\\n' " + str(number) + "\r")
        wait(b"SET%dUP" % number)
    for line in lines:
        send(line + "\t")
        time.sleep(0.4)
        send("\r")
        found = wait(rb"GOT((?:<[^>]*>)*)END").group(1).decode()
        print(json.dumps(re.findall("<([^>]*)>", found)))
    send("exit\r")
    """#

  private func install(_ shell: String, as name: String) throws {
    let script = try Dsel.run(["--generate-completion-script", shell], in: directory)
    try directory.write(script.output, to: name)
  }

  private func expectCompleted(in shell: String) throws {
    let lines = Self.typed.map(\.0)
    let run = try Program.run(
      "/usr/bin/env", ["python3", "-c", Self.driver, shell] + lines, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let completed = try run.output.jsonLines().map { $0.elements.compactMap(\.string) }
    try #require(completed.count == lines.count)
    for (words, expected) in zip(completed, Self.typed) {
      // zsh removes the slash after a directory when the line is entered.
      let completed = words.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
      let meant = expected.1.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
      #expect(completed == meant, "\(shell): \(expected.0)")
    }
  }

  @Test(.enabled(if: hasBash, "bash isn't installed"))
  func `bash completes names of files, directories and values`() throws {
    try install("bash", as: "dsel.bash")
    try expectCompleted(in: "bash")
  }

  @Test(.enabled(if: hasZsh, "zsh isn't installed: scripts/setup.sh --tests"))
  func `zsh completes names of files, directories and values`() throws {
    try install("zsh", as: "_dsel")
    try expectCompleted(in: "zsh")
  }

  @Test(.enabled(if: hasFish, "fish isn't installed: scripts/setup.sh --tests"))
  func `fish completes names of files, directories and values`() throws {
    try install("fish", as: "dsel.fish")
    for (line, words) in Self.typed {
      let run = try Program.run(
        "/usr/bin/env",
        [
          "HOME=\(directory.url.path)", "fish", "-N", "-c",
          "source dsel.fish; complete -C \"$argv\"",
          line,
        ],
        in: directory)
      try #require(run.status == 0, "\(run.errors)")
      // Each line is a candidate, a tab, and its description.
      let found = run.lines.map { String($0.prefix { $0 != "\t" }) }
      let last = words.last ?? ""
      if last == "sel" {
        #expect(found == ["sel.txt", "selected/"], "\(line)")
      } else {
        #expect(found == [last], "\(line)")
      }
    }
  }

  /// Guards against a forgotten completion: the name of a value shows whether it is a file.
  @Test func `Every option and operand for a file or directory completes it`() throws {
    var count = 0
    for command in ["select", "fit", "merge", "weigh", "resample", "compare", "explain", "show"] {
      let dump = try Dsel.run([command, "--experimental-dump-help"], in: directory)
      for argument in try JSON(dump.output).command.arguments.elements {
        let value = argument.valueName.string ?? ""
        let kind = argument.completionKind
        let isFile = ["file", "[name=]file", "file|dir", "model", "doc", "pool"].contains(value)
        let isDirectory = ["dir", "directory", "directory"].contains(value)
        let name = "\(command) \(argument.preferredName.name.string ?? value)"
        if isFile { #expect(kind.file != .null, "\(name)") }
        if isDirectory { #expect(kind.directory != .null, "\(name)") }
        if isFile || isDirectory { count += 1 }
        let values = argument.allValues.elements
        if !values.isEmpty { #expect(kind.list.values.elements == values, "\(name)") }
      }
    }
    #expect(count > 30)
  }
}
