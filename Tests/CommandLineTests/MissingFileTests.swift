import TestSupport
import Testing

/// Names under which nothing is, or something else than was meant.
@Suite struct MissingFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func errors(_ arguments: [String]) throws -> String {
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 1)
    return run.errors
  }

  @Test func `A missing file is an error that says to check the name`() throws {
    #expect(
      try errors(["fit", "wik.jsonl"])
        == "wik.jsonl: no such file or directory. Check the name.\n")
  }

  @Test func `A pattern that the shell hands on is an error that says so`() throws {
    #expect(
      try errors(["fit", "shards/*.zst"])
        == "shards/*.zst: no such file or directory. No file matches this pattern, or it is in "
        + "quotes, where the shell doesn't expand it.\n")
  }

  @Test func `An output in a missing directory is an error; making it helps`() throws {
    let arguments = ["fit", "-q", Fixtures.wiki, "-o", "out/wiki.model"]
    #expect(
      try errors(arguments)
        == "out/wiki.model: no such file or directory. Create the directory (mkdir -p), or name "
        + "another output.\n")
    let made = try Program.shell(
      "mkdir -p out && \"$0\" fit -q \"$1\" -o out/wiki.model", [Fixtures.wiki], in: directory)
    #expect(made.status == 0 && made.errors.isEmpty)
  }

  @Test func `Documents that are given for a model are not called a damaged model`() throws {
    let said = try errors([
      "weigh", "--target-model", Fixtures.wiki, "--pool-model", Fixtures.wiki, Fixtures.wiki,
    ])
    #expect(
      said
        == "\(Fixtures.wiki): not a model. Name a file from 'dsel fit' or 'dsel merge'.\n")
  }

  @Test func `Documents that are given for weights are an error that names the command`() throws {
    let said = try errors([
      "resample", "--weights", Fixtures.wiki, "--pool", Fixtures.wiki, "--count", "3",
    ])
    #expect(
      said.hasSuffix("Name a file of weights from 'dsel weigh'.\n"), "\(said)")
  }
}
