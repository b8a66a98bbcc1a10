import Pipeline

/// Errors of strata and mixtures.
extension ErrorMessage {
  init(_ error: StrataError) {
    text = Self.text(error)
  }

  private static func text(_ error: StrataError) -> String {
    switch error {
    case .tooManyStrata(let limit):
      "--stratify: the field has more than \(Format.count(limit)) values. Name one that sorts documents into few."
    case .noStrata(let field):
      "--stratify: no document has the field \"\(field)\". Check its name: dots lead into objects, and a dot in a "
        + "key is written '\\.'."
    case .emptyMixture(let field, let values):
      "--mixture: nothing is left to draw from: all values of \"\(field)\" that there are have a share of 0: "
        + "\(values.map { "\"\($0)\"" }.joined(separator: ", ")). Give one of them a share."
    case .unknownStratum(let field, let name, let values): unknownStratum(field, name, values)
    case .repeatedStratum(let field, let name):
      "--mixture names \"\(name)\" twice: as values of \"\(field)\", numbers that are equal are one. Name it once."
    }
  }

  private static func unknownStratum(
    _ field: String, _ name: String, _ values: [String]
  ) -> String {
    let shown = values.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    let more = values.count > 20 ? ", and \(Format.count(values.count - 20)) more" : ""
    let near = EditDistance.nearest(to: name, among: values).map { "\"\($0)\"" }
    let meant = near.isEmpty ? "" : "Did you mean \(near.joined(separator: " or "))? "
    return
      "--mixture names \"\(name)\", and no document that can be selected has that value in \"\(field)\". "
      + "\(meant)The values are: \(shown)\(more)."
  }
}
