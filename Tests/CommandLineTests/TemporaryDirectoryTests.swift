import Foundation
import TestSupport
import Testing

/// An unusable directory for temporary files is named, with the variable that sets it.
@Suite struct TemporaryDirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `A spool that can't be made leads to advice about TMPDIR`() throws {
    let run = try Program.shell(
      "TMPDIR=$PWD/none \"$0\" select --target \"$1\" --pool - < \"$2\"",
      [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors
        == "\(directory.path("none")): no such file or directory. Temporary files go to this directory. Set TMPDIR to "
        + "a directory that you may write to and that has enough free space, such as TMPDIR=/var/tmp, and run the same "
        + "command again.\n")
    let followed = try Program.shell(
      "TMPDIR=/var/tmp \"$0\" select -q --target \"$1\" --pool - --count 3 < \"$2\"",
      [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(followed.status == 0)
  }

  @Test func `A shuffle on disk that can't be made leads to advice about TMPDIR`() throws {
    // A shuffle uses up to 16 MiB of memory.
    let line = Data("{\"text\": \"\(String(repeating: "word ", count: 200_000))\"}\n".utf8)
    try directory.write((0..<20).reduce(into: Data()) { all, _ in all += line }, to: "pool")
    let run = try Program.shell(
      """
      TMPDIR=$PWD/none "$0" select --target "$1" --pool pool --fraction 1 --shuffle --duplicates keep -o out
      """, [Fixtures.wiki], in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors.contains(
        "none: no such file or directory. Temporary files go to this directory. Set TMPDIR"))
    #expect(directory.names == ["pool"])
  }
}
