import Featurizing
import Testing

@testable import Reporting

/// Texts come from anywhere. In a page, they must show and do nothing.
@Suite struct MarkupTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("a & b", "a &amp; b"),
    ("\"'", "&quot;&#39;"),
    // A text that turns the direction of what follows.
    ("a\u{202E}b", "a<b>202E</b>b"),
    ("\u{0}\u{1B}[0m\r", "<b>0</b><b>1B</b>[0m<b>D</b>"),
    ("line\nline\tend", "line\nline\tend"),
    ("\u{2028}\u{FEFF}\u{E000}", "<b>2028</b><b>FEFF</b><b>E000</b>"),
    // Emoji and scripts need joiners.
    ("\u{200D}", "\u{200D}"),
  ])
  func `Text is escaped`(text: String, html: String) {
    let markup: Markup = "<p>\(text)</p>"
    #expect(markup.html == "<p>\(html)</p>")
  }

  @Test func `An attribute has no markup`() {
    let markup: Markup = "<i title=\"\(attribute: "\"><b>\u{202E}")\">"
    #expect(markup.html == "<i title=\"&quot;&gt;&lt;b&gt;\\u{202e}\">")
  }

  @Test func `A tower of marks is cut`() {
    let tower = "e" + String(repeating: "\u{301}", count: 100) + "x"
    let markup: Markup = "\(tower)"
    #expect(markup.html.unicodeScalars.count == 6)
    #expect(markup.html.hasSuffix("x"))
  }

  @Test func `Markup isn't escaped again`() {
    let part: Markup = "<i>\("<")</i>"
    #expect(("<p>\([part, part])</p>" as Markup).html == "<p><i>&lt;</i><i>&lt;</i></p>")
  }

  /// From `printf '' | openssl dgst -sha256 -binary | base64`, and the same for `abc` and `a`.
  @Test(arguments: [
    ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
    ("a", "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="),
  ])
  func `Hashes are those of openssl`(text: String, hash: String) {
    #expect(SHA256.base64(of: text) == hash)
  }
}
