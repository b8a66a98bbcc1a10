import Testing

@testable import Reporting

@Suite struct FormatTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (72_962, "72,962"),
    (1_234_567, "1,234,567"),
  ])
  func `Thousands are separated`(value: Int, text: String) { #expect(Format.count(value) == text) }

  @Test(arguments: [
    (0.0, 3, "0.000"), (-0.0004, 3, "0.000"), (1.2345, 2, "1.23"), (0.9996, 3, "1.000"),
    (-2.5, 1, "-2.5"), (2.5, 0, "3"), (1e300, 3, "1e+300"), (.infinity, 3, "inf"),
    (.nan, 3, "nan"),
  ])
  func `Decimals are rounded, and huge numbers stay as they are`(
    value: Double, digits: Int, text: String
  ) {
    #expect(Format.decimal(value, digits: digits) == text)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (9_999, "9.99 kB"), (10_049, "10.0 kB"),
    (582_999, "582 kB"), (2_193_032, "2.19 MB"), (44_270_000, "44.2 MB"),
    (10_000_000_000, "10.0 GB"),
    (999_999_999_999, "999 GB"), (1_050_000_000_000, "1.05 TB"), (.max, "9223372 TB"),
  ])
  func `Sizes have three digits, and are rounded down`(count: Int, text: String) {
    #expect(Format.bytes(count) == text)
  }

  @Test(arguments: [(0.0, "0:00"), (64.2, "1:05"), (3600.0, "1:00:00"), (1e20, "277777:46:40")])
  func `Times are rounded up to seconds`(seconds: Double, text: String) {
    #expect(Format.time(seconds) == text)
  }

  @Test func `A noun follows its number`() {
    #expect(Format.count(1, "document") == "1 document")
    #expect(Format.count(0, "document") == "0 documents")
    #expect(Format.count(1, unit: "tokens") == "1 token")
    #expect(Format.list(["a"], "or") == "a" && Format.list(["a", "b", "c"], "or") == "a, b or c")
    #expect(Format.files([]) == nil && Format.files(["a", "b", "c"]) == "a and 2 more")
  }

  @Test func `Bytes are written as options accept them`() {
    #expect(Format.byteArgument(128 << 20) == "128MiB" && Format.byteArgument(1025) == "1025")
    #expect(Format.byteArgument(2_147_000_000) == "2147MB" && Format.bytePhrase(1) == "1 byte")
    #expect(Format.byteArgument(atLeast: (190 << 20) + 1) == "191MiB")
  }

  @Test(arguments: [
    ("a-b.c/d", "a-b.c/d"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("é", "'é'"),
  ])
  func `Words are quoted for a shell if necessary`(word: String, quoted: String) {
    #expect(ShellWord.quoted(word) == quoted)
  }
}
