import Foundation
import TestSupport
import Testing

/// `--reader` and `--writer` on the command line. Tests/Robustness/test_readers.py has the rest.
@Suite struct ReaderOptionTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(Fixtures.read("wiki.jsonl"), to: "wiki.jsonl")
    try directory.write(Fixtures.crawlText(), to: "crawl.odd")
  }

  @Test(arguments: [
    (["--reader", "xz -dc"], "--reader 'xz -dc' has no '='. Write it like '*.xz=xz -dc'."),
    (["--reader", "=xz"], "--reader '=xz' has no pattern before '='. Write it"),
    (["--reader", "*="], "--reader '*=' has no command. Write it like"),
    (["--reader", "[a=xz"], "--reader '[a=xz' has a '[' in its pattern that is not closed."),
    (["--reader", "*=f 'a"], "--reader '*=f 'a' has a quote in its command that is not closed."),
    (["--reader", "*=f \\"], "--reader '*=f \\' has a backslash at the end of its command."),
    (["--spool"], "--spool needs --reader, whose commands it is about."),
    (["--allow-empty"], "--allow-empty needs --reader, whose"),
    (["--reader-timeout", "5"], "--reader-timeout needs --reader, whose"),
    (
      ["--reader", "*=cat", "--reader-timeout", "0"], "--reader-timeout must be at least 1 second."
    ),
    (["--writer", "f 'a"], "--writer 'f 'a' has a quote in its command that is not closed."),
    (["--writer", ""], "--writer '' has no command. Write it like 's5cmd pipe {}'."),
    (["--writer", "cat", "--output-dir", "d"], "--output-dir can't be used with --writer, which"),
    (["--writer", "cat", "--picks", "p"], "--picks can't be used with --writer, which takes one"),
  ])
  func `A wrong option is explained before any work`(options: [String], message: String) throws {
    let run = try Dsel.run(
      ["select", "--target", "wiki.jsonl", "--pool", "crawl.odd"] + options, in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `Advice for files that dsel can't read by itself works`() throws {
    for name in ["s3://b/a.jsonl", "https://h/a.jsonl"] {
      let run = try Dsel.run(["fit", name, "-o", "model"], in: directory)
      #expect(run.errors.contains("Add --reader '\(name.prefix { $0 != ":" })://*="))
    }
    let made = try Program.shell("xz -k crawl.odd", [], in: directory)
    guard made.status == 0 else { return }
    let refused = try Dsel.run(["fit", "crawl.odd.xz", "-o", "model"], in: directory)
    #expect(refused.errors.contains("Add --reader '*.xz=xz -dc', or decompress it: "))
    let run = try Dsel.run(
      ["fit", "crawl.odd.xz", "--reader", "*.xz=xz -dc", "--json", "-o", "model"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try JSON(run.output).inputs[0].reader.string == "xz -dc")
  }

  @Test func `A file that is named twice is found, whoever reads it`() throws {
    let reader = ["--reader", "*.odd=cat", "--reader", "box://*=cat", "-o", "model"]
    let file = try Dsel.run(["fit", "crawl.odd", "./crawl.odd"] + reader, in: directory)
    #expect(file.errors.hasPrefix("./crawl.odd: this is the same file as crawl.odd"))
    let object = try Dsel.run(["fit", "box://a", "box://b", "box://a"] + reader, in: directory)
    #expect(object.errors.hasPrefix("box://a: the file is named twice"))
    let output = try Dsel.run(
      ["select", "--target", "wiki.jsonl", "--pool", "crawl.odd", "--force"] + reader.dropLast(2)
        + ["-o", "crawl.odd"], in: directory)
    #expect(output.errors.hasPrefix("crawl.odd: the output is also an input."))
  }
}
