internal import Pipeline

extension HeldoutRecord {
  var sections: [ReportSection] { [.lines([headline]), .table(figures)] }

  var warnings: [String] {
    let ofOthers = others.map { ($0.inputs ?? [], "selection given with --beside") }
    let roles = [(inputs, "held-out text")] + ofOthers
    return roles.flatMap { inputs, role in InputWarnings.all(inputs, role: role) }
      + [textsOfTarget].compactMap { $0 } + seenTexts
  }

  /// Held-out documents that are in the target, which the selections were made for.
  private var textsOfTarget: String? {
    guard targetDocuments > 0 else { return nil }
    return "\(Format.count(targetDocuments)) of \(Format.count(documents, "held-out document")) "
      + "\(targetDocuments == 1 ? "is" : "are") also in the target. The selections were made to be "
      + "like the target, so this text can't show how good they are: hold out other documents."
  }

  /// Selections that have held-out documents, which their models then know by heart.
  private var seenTexts: [String] {
    columns.filter { $0.1.heldoutDocuments > 0 }.map { name, side in
      let count = Format.count(side.heldoutDocuments, "document")
      return "\(count) of the \(name) \(side.heldoutDocuments == 1 ? "is" : "are") also in the "
        + "held-out text. A model that has seen the text predicts it too well: remove such "
        + "documents from one of them."
    }
  }

  private var columns: [(String, Trained)] {
    let ofOthers = others.map { (Format.files($0.inputs?.map(\.path) ?? []) ?? "", $0) }
    return [("selection", selected)] + ofOthers
      + (randomArm.map { [("random baseline", $0)] } ?? [])
  }

  private var headline: String {
    let limit = tokenLimit.map { ", trained on \(Format.count($0, "word")) each" } ?? ""
    return "held-out text: \(Format.count(documents, "document")), "
      + "\(Format.count(tokens, "word")), \(Format.count(bytes, "byte")). Language models\(limit):"
  }

  private var figures: ReportTable {
    let columns = columns
    var table = ReportTable(header: [""] + columns.map(\.0))
    func add(_ name: String, _ cell: (Trained) -> String) {
      table.add(name, columns.map { cell($0.1) })
    }
    add("bits per byte") { Format.decimal($0.bitsPerByte, digits: 4) }
    if columns.contains(where: { $0.1.shuffles > 1 }) {
      add("bits per byte, range") { Self.range($0.spread.bitsPerByte, $0.shuffles, digits: 4) }
    }
    add("perplexity") { Format.decimal($0.perplexity, digits: 2) }
    if columns.contains(where: { $0.1.shuffles > 1 }) {
      add("perplexity, range") { Self.range($0.spread.perplexity, $0.shuffles, digits: 2) }
    }
    add("training documents") { Format.count($0.documents) }
    add("training words") { Format.count($0.tokens) }
    add("shuffles") { Format.count($0.shuffles) }
    return table
  }

  /// The smallest and the largest of several figures.
  private static func range(_ range: Range, _ count: Int, digits: Int) -> String {
    guard count > 1 else { return "" }
    return Format.decimal(range.smallest, digits: digits) + " to "
      + Format.decimal(range.largest, digits: digits)
  }
}
