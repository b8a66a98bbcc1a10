internal import Featurizing
package import Pipeline

/// A page about a run: one file of HTML, without anything from elsewhere.
///
/// The page depends on the data alone. Each section is a template in a file of its own.
package struct ReportPage {
  let data: ReportData

  package init(_ data: ReportData) { self.data = data }

  package static let maker: PageMaker = { ReportPage($0).render() }

  /// A part of the page with a heading.
  struct Section {
    var id: StaticString
    var title: String
    var body: Markup
  }

  package func render() -> [UInt8] { Array(page.html.utf8) }

  private var page: Markup {
    let sections = [
      fates, weights, sizes, heldout, lengths, domains, phrases, parts, samples, run,
    ].compactMap { $0 }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="dsel \(attribute: data.dselVersion)">
      <title>\(title) · dsel</title>
      <style>\(Markup(stringLiteral: PageStyle.css))</style>
      </head>
      <body>
      \(head)
      <nav aria-label="Sections">\(sections.map(link))</nav>
      </header>
      <main>
      \(sections.map(section))
      </main>
      <footer>dsel \(data.dselVersion) · seed \(String(data.seed))</footer>
      <script>\(Markup(stringLiteral: PageScript.code))</script>
      </body>
      </html>

      """
  }

  private func link(_ section: Section) -> Markup {
    "<a href=\"#\(section.id.description)\">\(section.title)</a> "
  }

  private func section(_ section: Section) -> Markup {
    "<section id=\"\(section.id.description)\">\n<h2>\(section.title)</h2>\n\(section.body)\n</section>\n"
  }

  /// Nothing is loaded, and nothing runs but the script of this page: the hashes say so.
  private var policy: Markup {
    let style = SHA256.base64(of: PageStyle.css)
    let script = SHA256.base64(of: PageScript.code)
    return Markup(
      stringLiteral: "default-src 'none'; style-src 'sha256-\(style)'; "
        + "script-src 'sha256-\(script)'; base-uri 'none'; form-action 'none'")
  }
}

extension ReportPage {
  /// The name of a side, and the class of its colour.
  static func name(_ role: ReportData.Lengths.Role) -> String {
    switch role {
    case .pool: "Pool"
    case .selected: "Selection"
    case .target: "Target"
    }
  }

  static func colour(_ role: ReportData.Lengths.Role) -> Markup {
    switch role {
    case .pool: "pool"
    case .selected: "selected"
    case .target: "target"
    }
  }

  static func note(_ text: String) -> Markup { "<p class=\"note\">\(text)</p>\n" }
  static func small(_ text: String) -> Markup { "<p class=\"small\">\(text)</p>\n" }

  /// A list of colours and what they stand for.
  static func keys(_ roles: [ReportData.Lengths.Role]) -> Markup {
    let items = roles.map { role -> Markup in
      "<li>\(square(colour(role)))\(name(role))</li>"
    }
    return "<ul class=\"keys\">\(items)</ul>\n"
  }

  static func square(_ colour: Markup) -> Markup {
    "<svg aria-hidden=\"true\"><rect class=\"\(colour)\" width=\"11\" height=\"11\" rx=\"3\"/></svg>"
  }

  /// A number with a minus sign that is as wide as a plus.
  static func signed(_ number: String) -> String {
    number.hasPrefix("-") ? "−" + number.dropFirst() : number
  }

  static func decimal(_ value: Double, _ digits: Int) -> String {
    signed(Format.decimal(value, digits: digits))
  }

  static func share(_ part: Int, of whole: Int) -> String {
    Format.percent(Double(part) / Double(max(1, whole)))
  }

  /// The sections that are missing, and why.
  func lack(_ lack: ReportData.Lack) -> Bool { data.lacks.contains(lack) }
}
