import Foundation
import TestSupport
import Testing

/// Texts in different fields in the target, in the pool and in the weighed pool; and empty fits.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct TargetTextTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let lines = (0..<300).map { number in
      "{\"raw_content\": \"some words and the number \(number)\", \"text\": \"id \(number)\"}\n"
    }
    try directory.write(lines.joined(), to: "p")
    let plain = (0..<300).map { "{\"text\": \"some words and the number \($0)\"}\n" }
    try directory.write(plain.joined(), to: "plain")
    try directory.write(plain.prefix(40).joined(), to: "t")
  }

  private static let select = ["select", "--min-tokens", "0", "--count", "20", "--quiet"]

  @Test func `The target's text may be in another field than the pool's`() throws {
    let run = try Dsel.run(
      Self.select + ["--target", "t", "--target-text-field", "text", "--pool", "p"]
        + ["--text-field", "raw_content", "-o", "out"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let expected = try Dsel.run(Self.select + ["--target", "t", "--pool", "plain"], in: directory)
    #expect(
      try directory.read("out").jsonLines().map(\.raw_content)
        == expected.output.jsonLines().map(\.text))
    let settings = try directory.json("out.manifest.json").settings
    #expect(
      settings.target_text_field.string == "text" && settings.text_field.string == "raw_content")
    let compare = ["compare", "--selected", "out", "--pool", "p", "--text-field", "raw_content"]
    let compared = try Dsel.run(
      compare + ["--target", "t", "--target-text-field", "text", "--json"], in: directory)
    #expect(try JSON(compared.output).target.documents.int == 40, "\(compared.errors)")
    #expect(try JSON(compared.output).settings.target_text_field.string == "text")
    for documents in [["p", "--line", "1"], []] {
      let explained = try Dsel.run(
        ["explain", "--target", "t", "--target-text-field", "text", "--pool", "p"]
          + ["--text-field", "raw_content", "--json"] + documents, in: directory)
      #expect(explained.status == 0, "\(explained.errors)")
      #expect(try JSON(explained.output).settings.target_text_field.string == "text")
    }
  }

  @Test(arguments: [
    ["select", "--pool", "p"], ["compare", "--selected", "p"], ["explain", "--pool", "p", "p"],
  ])
  func `A field that the target lacks is reported as the target's`(command: [String]) throws {
    let run = try Dsel.run(
      [command[0], "--target", "t", "--text-field", "raw_content"] + command.dropFirst(),
      in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors
        == "t:1: the field \"raw_content\" is missing. The line has: text. Name the field that holds the text with "
        + "--text-field, for target and pool, or with --target-text-field, for the target alone, or leave such lines out with --on-error skip.\n"
    )
  }

  @Test func `An option without meaning in its place is refused by name`() throws {
    for (command, message) in [
      (["select", "--target", "t", "--pool", "p", "--target-text-field", "a..b"], "an empty key"),
      (
        ["explain", "--target-model", "m", "--pool-model", "m", "p", "--target-text-field", "x"],
        "--target-text-field needs --target"
      ),
      (
        ["explain", "--target", "t", "--pool", "p", "p", "--fit-sample", "0.5"],
        "--fit-sample is an option of 'dsel select' and 'dsel fit', not of 'dsel explain'."
      ),
    ] {
      let run = try Dsel.run(command, in: directory)
      #expect(run.status == 64)
      #expect(run.errors.contains(message), "\(run.errors)")
    }
  }

  @Test func `Weights of another field are reported, and candidates record theirs`() throws {
    try Stages.run(["fit", "t", "-o", "tm", "--min-tokens", "0", "--buckets", "64"], in: directory)
    try Stages.run(
      ["fit", "p", "--text-field", "raw_content", "-o", "pm", "--min-tokens", "0"]
        + ["--buckets", "64"], in: directory)
    let weigh = ["weigh", "p", "--text-field", "raw_content", "--target-model", "tm"]
    try Stages.run(weigh + ["--pool-model", "pm", "-o", "w"], in: directory)
    try Stages.run(
      weigh + ["--pool-model", "pm", "-o", "c", "--candidates", "20", "--min-tokens", "0"]
        + ["--objective", "weight"], in: directory)
    let draw = ["resample", "--pool", "p", "-o", "out"]
    let byWeights = ["--weights", "w", "--count", "20", "--min-tokens", "0"]
    for field in ["text", "none"] {
      let run = try Dsel.run(draw + byWeights + ["--text-field", field], in: directory)
      #expect(run.status == 1 && !directory.exists("out"))
      #expect(
        run.errors
          == "p: the text at --text-field \(field) is not the text that was weighed. Name the field that was "
          + "weighed, or weigh the file again if it has changed. If this is part of a plan, run 'dsel "
          + "plan' again with another --work-dir and --output-dir.\n")
    }
    // Following the advice works.
    try Stages.run(draw + byWeights + ["--text-field", "raw_content"], in: directory)
    let expected = try directory.read("out")
    for options in [[], ["--text-field", "raw_content"]] {
      try Stages.run(
        draw + ["--candidates", "c", "--force", "--remainder", "rest"] + options, in: directory)
      #expect(try directory.read("out") == expected)
      #expect(try directory.read("rest").rawLines.count == 280)
      #expect(try directory.json("out.manifest.json").settings.text_field.string == "raw_content")
    }
    let other = try Dsel.run(
      draw + ["--candidates", "c", "--force", "--text-field", "body"], in: directory)
    #expect(other.status == 1)
    #expect(
      other.errors
        == "--text-field is body, but the candidates of c were weighed with raw_content. Leave --text-field out.\n"
    )
  }

  @Test func `An empty sample is reported with the number of documents`() throws {
    let run = try Dsel.run(
      Self.select + ["--target", "t", "--pool", "plain", "--fit-sample", "0.00001"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("chose none of the pool's 300 documents. Raise it.\n"))
    try directory.write(String(repeating: "{\"text\": \" \"}\n", count: 300), to: "spaces")
    let spaces = try Dsel.run(
      Self.select + ["--target", "t", "--pool", "spaces", "--fit-sample", "0.9"], in: directory)
    #expect(spaces.status == 1)
    // Equal texts are chosen together or not at all.
    #expect(
      spaces.errors
        == "--fit-sample 0.9 chose 300 of the pool's 300 documents, and these have no tokens. "
        + "Raise it, or check --text-field.\n", "\(spaces.errors)")
  }
}
