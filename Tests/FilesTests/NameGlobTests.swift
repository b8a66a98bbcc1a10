import Testing

@testable import Files

@Suite struct NameGlobTests {
  @Test(arguments: [
    // Without a slash: the last part of the name.
    ("*.xz", "a.xz", true), ("*.xz", "pool/b/a.xz", true), ("*.xz", "a.xz.gz", false),
    ("*.xz", ".xz", true), ("part-*", "pool/part-1.x", true), ("pool*", "pool/a", false),
    ("a.xz", "b/a.xz", true), ("a.xz", "aa.xz", false), ("*", "s3://b/k", true),
    // With one: all of it, and stars stand for slashes.
    ("s3://*", "s3://bucket/a/b.jsonl", true), ("s3://*", "/s3://bucket", false),
    ("s3://*/en/*.xz", "s3://b/c/en/d/e.xz", true), ("pool/*", "./pool/a", false),
    ("*/pool/*", "./pool/a", true), ("http*://*", "https://host/a?b=c", true),
    // Single characters and sets.
    ("?.x", "é.x", true), ("?.x", "ab.x", false), ("[ab].x", "b.x", true), ("[ab].x", "c.x", false),
    ("[!ab].x", "c.x", true), ("[^ab].x", "a.x", false), ("[a-c0-9].x", "7.x", true),
    ("[]].x", "].x", true), ("[a-].x", "-.x", true), ("[c-a].x", "b.x", true),
    ("\\*.x", "*.x", true), ("\\*.x", "a.x", false), ("a[*]", "a*", true),
    // Stars that have to stand for less than they might.
    ("*a*b", "aabab", true), ("*a*b", "aaba", false), ("a**b", "ab", true),
    ("*aab", "aaaab", true), ("", "", false),
  ])
  func `A pattern matches names as documented`(glob: String, name: String, isMatch: Bool) {
    #expect((try? NameGlob(parsing: glob).matches(name)) ?? false == isMatch)
  }

  @Test(arguments: [
    ("", NameGlob.Fault.empty), ("[ab", .openSet), ("[]", .openSet), ("a\\", .strayBackslash),
  ])
  func `A pattern that is cut short is refused`(glob: String, fault: NameGlob.Fault) {
    #expect(throws: fault) { try NameGlob(parsing: glob) }
  }

  @Test func `A long name is soon found not to match many stars`() throws {
    let glob = try NameGlob(parsing: String(repeating: "*a", count: 50) + "b")
    #expect(!glob.matches(String(repeating: "a", count: 5000)))
  }
}
