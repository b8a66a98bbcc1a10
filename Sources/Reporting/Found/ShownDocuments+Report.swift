package import Pipeline

extension ShownDocuments: Report {
  package var sections: [ReportSection] { [.lines(lines(width: 80, .signs))] }

  package var warnings: [String] {
    InputWarnings.skipped(
      (skippedFiles ?? []).map { ($0.path, $0.skippedLines) }, role: "files")
      + InputWarnings.missingDomain(missingDomainField)
  }

  /// The documents as a terminal shows them, or as another program reads them.
  ///
  /// - Parameter width: the width of lines, which only names of files exceed.
  package func text(width: Int, hasColors: Bool) -> [UInt8] {
    Array(
      lines(width: width, hasColors ? .colors : .signs).map { $0 + "\n" }.joined().utf8)
  }

  private func lines(width: Int, _ marks: WrappedText.Marks) -> [String] {
    var lines = wrapped(introduction, width)
    if documents.isEmpty { return lines }
    lines += wrapped(
      marks == .signs
        ? "+These words+ speak most for a document, and -these- most against it."
        : "Green words speak most for a document, and red ones most against it.", width)
    var (last, number): (Document?, Int) = (nil, 0)
    for document in documents {
      if last?.group != document.group || last.flatMap(Self.target) != Self.target(document) {
        let title = title(document)
        lines += [""] + (marks == .signs ? [title] : ["\u{1B}[1m\(title)\u{1B}[0m"])
        number = 0
      }
      number += 1
      lines += [""] + self.lines(document, number, width, marks)
      last = document
    }
    return lines
  }

  private var introduction: String {
    guard let selectedDocuments else {
      let least = minTokens > 0 ? " with \(Format.count(minTokens, "word")) or more" : ""
      return documents.isEmpty
        ? "There is no document\(least)."
        : "There \(eligibleDocuments == 1 ? "is" : "are") "
          + "\(Format.count(eligibleDocuments, "document"))\(least)."
    }
    return "\(Format.count(selectedDocuments)) of "
      + "\(Format.count(eligibleDocuments, "eligible document")) were selected."
  }

  /// The target that a group is of. Random documents are of all targets.
  private static func target(_ document: Document) -> String? {
    document.group == .random ? nil : document.target
  }

  private func title(_ document: Document) -> String {
    let target = Self.target(document).map { " for \(PrintableText.of($0))" } ?? ""
    let isPool = selectedDocuments == nil
    let words =
      switch document.group {
      case .top: isPool ? "The largest log weights" : "Selected: the largest log weights"
      case .selectedAtCut:
        hasCut ? "Selected: the last ones above the cut" : "Selected: the smallest keys"
      case .belowCut:
        hasCut ? "Not selected: the first ones below the cut" : "Not selected: the largest keys"
      case .random: isPool ? "At random" : "Selected: at random"
      }
    return words + target
  }

  private func lines(
    _ document: Document, _ number: Int, _ width: Int, _ marks: WrappedText.Marks
  ) -> [String] {
    let indent = 4
    let number = "\(number)."
    let blanks = String(repeating: " ", count: max(1, indent - number.count))
    var place = number + blanks + PrintableText.of("\(document.file):\(document.line)")
    // On one line, however narrow the terminal is.
    if let id = document.id { place += wrapped(" (\(id.cut(to: 40)))", .max, indent: 1).joined() }
    let target = document.group == .random ? document.target.map { " for \($0)" } ?? "" : ""
    var facts = "log weight\(target) \(Format.decimal(document.logWeight))"
    if let key = document.key { facts += ", key \(Format.decimal(key))" }
    facts += ", \(Format.count(document.tokens, "word"))"
    if let domain = document.domain { facts += ", \(domain.cut(to: 40))" }
    var lines = [place] + wrapped(facts, width, indent: indent)
    for (name, ngrams) in [("for", document.up), ("against", document.down)]
    where !ngrams.isEmpty {
      let words = ngrams.map {
        "'\($0.ngram.cut(to: 40))' \(Format.signed($0.contribution, digits: 3))"
      }
      lines += wrapped("\(name): \(words.joined(separator: ", "))", width, indent: indent)
    }
    var text = WrappedText(width: width, indent: indent)
    if document.snippetBegin > 0 { text.add("… ") }
    for piece in document.snippet {
      switch piece.speaks {
      case .inFavor: text.add(piece.text, sign: "+", color: 32, marks)
      case .against: text.add(piece.text, sign: "-", color: 31, marks)
      case nil: text.add(piece.text)
      }
    }
    let end = document.snippet.reduce(document.snippetBegin) { $0 + $1.text.utf8.count }
    if end < document.textBytes { text.add(" …") }
    text.end()
    return lines + text.lines
  }

  private func wrapped(_ text: String, _ width: Int, indent: Int = 0) -> [String] {
    var wrapped = WrappedText(width: width, indent: indent)
    wrapped.add(text)
    wrapped.end()
    return wrapped.lines
  }
}
