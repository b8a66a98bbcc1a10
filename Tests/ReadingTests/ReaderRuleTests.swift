import Files
import Testing

@testable import Reading

@Suite struct ReaderRuleTests {
  @Test(arguments: [
    ("*.xz=xz -dc", "*.xz", "xz -dc"), ("*=f --a=b", "*", "f --a=b"),
    ("*\\=1=cat", "*\\=1", "cat"),
  ])
  func `The first equals sign divides a rule`(text: String, glob: String, command: String) throws {
    let rule = try ReaderRule(parsing: text)
    #expect(rule.glob.text == glob)
    #expect(rule.command.text == command)
  }

  @Test(arguments: [
    ("xz -dc", ReaderRule.Fault.noSign), ("=xz", .glob(.empty)), ("[a=xz", .glob(.openSet)),
    ("*=", .command(.empty)), ("*='a", .command(.openQuote)), ("a\\=b", .noSign),
  ])
  func `A rule without one of its parts is refused`(text: String, fault: ReaderRule.Fault) {
    #expect(throws: fault) { try ReaderRule(parsing: text) }
  }

  @Test func `The first rule that fits reads a file`() throws {
    var settings = ReaderSettings()
    settings.rules = try ["a.*=first", "*.x=second"].map(ReaderRule.init(parsing:))
    #expect(settings.rule(for: "b/a.x")?.command.text == "first")
    #expect(settings.rule(for: "a/b.x")?.command.text == "second")
    #expect(settings.rule(for: "b.jsonl") == nil)
  }
}
