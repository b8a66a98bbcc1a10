internal import Pipeline

/// How to make the same selection again.
extension ReportPage {
  var run: Section? {
    let settings = data.settings.map { setting -> Markup in
      let name = setting.name.replacing("_", with: " ")
      return "<div><dt>\(name)</dt><dd>\(Self.shortened(setting.value, to: 300))</dd></div>\n"
    }
    return Section(
      id: "run", title: "The run",
      body: """
        \(Self.note(
          "The same files, settings and seed give the same selection, whatever the number of "
            + "threads."))
        \(timings)
        <dl class="settings">\(settings)<div><dt>seed</dt><dd>\(String(data.seed))</dd></div>
        <div><dt>version of dsel</dt><dd>\(data.dselVersion)</dd></div></dl>
        \(files)
        """)
  }

  /// All that may differ between two equal runs.
  private var timings: Markup {
    guard let command = data.timings.command else { return "<div id=\"timings\"></div>" }
    let words = (["dsel"] + command.arguments).map(ShellWord.quoted).joined(separator: " ")
    let place = command.directory.map { "cd \(ShellWord.quoted($0)) && " } ?? ""
    let line = Self.shortened(place + words, to: 4_000)
    return """
      <div id="timings"><pre>\(line)</pre>
      \(Self.small(
        "Started \(command.started), \(Format.decimal(data.timings.seconds, digits: 2)) s with "
          + "\(Format.count(data.timings.threads, "thread")), \(command.kernels) kernels."))</div>
      """
  }

  private var files: Markup {
    guard !data.files.isEmpty else { return "" }
    let rows = data.files.map { file -> Markup in
      """
      <tr><td><bdi>\(file.path.map { Self.shortened($0, to: 300) } ?? "standard output")</bdi>\
      <br><span class="soft">\(file.role.replacing("_", with: " "))</span></td>\
      <td class="wide">\(file.documents.map(Format.count) ?? "")</td>\
      <td>\(Format.bytes(file.bytes))</td><td class="hash">\(file.xxh3 ?? "")</td></tr>

      """
    }
    let rest =
      data.otherFiles > 0
      ? Self.small("\(Format.count(data.otherFiles, "file")) not shown; the manifest has all.")
      : ""
    return """
      <div class="table"><table><thead><tr><th>File</th><th class="wide">Documents</th><th>Size</th>\
      <th>XXH3</th></tr></thead><tbody>\(rows)</tbody></table></div>
      \(rest)
      """
  }

  /// The first characters of a text that may be long.
  static func shortened(_ text: String, to length: Int) -> String {
    guard text.unicodeScalars.count > length else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(length))) + " …"
  }
}
