import Foundation
import TestSupport
import Testing

/// Common mistakes and their messages.
@Suite struct MisuseTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `A field that no document has can't cut a pool into strata`() throws {
    let select = try Dsel.select(["--stratify", "domian", "--count", "5"], in: directory)
    let resample = try Dsel.run(
      ["resample", "--field", "score", "--stratify", "domian", "--count", "1"]
        + [directory.write(#"{"text":"a","score":1}"# + "\n", to: "pool.jsonl")], in: directory)
    for run in [select, resample] {
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.hasPrefix("--stratify: no document has the field \"domian\"."))
    }
  }

  @Test func `A record beside a result isn't read as a result`() throws {
    for command in [
      ["merge", "a.zst", "a.zst.manifest.json"],
      ["resample", "p", "--candidates", "a.manifest.json"],
    ] {
      let run = try Dsel.run(command, in: directory)
      #expect(run.status == 64)
      #expect(run.errors.contains(".manifest.json is the record of a run, not its result."))
    }
  }

  @Test func `An input that merge would read twice must be a file`() throws {
    let run = try Dsel.run(["merge", "/dev/null", "-o", "sum.model"], in: directory)
    #expect(run.status == 1 && directory.names.isEmpty)
    #expect(
      run.errors
        == "/dev/null: this is not a regular file, and dsel reads it twice. Write it to a file first.\n"
    )
  }
}
