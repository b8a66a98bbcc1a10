import Testing

@testable import Reporting

@Suite struct ReportFormatTests {
  private struct Sample: Report {
    var manyWords = 3
    var sections: [ReportSection] {
      var table = ReportTable(header: ["name", "n", "share"])
      table.add("a", ["1", "12.5 %"])
      table.add("long\u{1B}", ["1,000", ""], remark: "a remark")
      return [.lines(["one", "two\nthree"]), .table(table)]
    }
  }

  @Test func `Text has columns, and a blank line between sections`() {
    let text = String(decoding: ReportFormat.text.render(Sample()), as: UTF8.self)
    #expect(
      text == """
        one
        two\\u{a}three

        name            n   share
        a               1  12.5 %
        long\\u{1b}  1,000          a remark

        """)
  }

  @Test func `JSON has the report's own members, in snake case`() {
    let text = String(decoding: ReportFormat.json.render(Sample()), as: UTF8.self)
    #expect(text == "{\n  \"many_words\" : 3\n}\n")
  }

  @Test func `Every format is registered under a name of its own`() {
    #expect(ReportFormat.all.map(\.name) == ["text", "json"])
    for format in ReportFormat.all { #expect(format.render(Sample()).last == 0x0A) }
  }
}
