internal import Pipeline

/// Errors of strata and mixtures.
extension ErrorMessage {
  init(_ error: StrataError) {
    text =
      switch error {
      case .tooManyStrata(let limit):
        "--stratify: the field has more than \(Format.count(limit)) values. Name a field with "
          + "fewer."
      case .tooManyToEstimate(let limit):
        "--mixture auto: the field has more than \(Format.count(limit)) values in documents that "
          + "can be selected. Name a field with fewer by --stratify, or give the shares of the "
          + "values that matter, like --mixture wiki=0.4."
      case .noStrata(let field):
        "--stratify: no document has the field \"\(field)\". Check its name: dots lead into "
          + "objects, and a dot in a key is written '\\.'."
      case .emptyMixture(let field, let values):
        "--mixture: nothing is left to draw from, because every value of \"\(field)\" has a share "
          + "of 0: \(values.map { "\"\($0)\"" }.joined(separator: ", ")). Give one of them a share."
      case .unknownStratum(let field, let name, let values):
        Self.unknownStratum(field, name, values)
      case .repeatedStratum(let field, let name):
        "--mixture names \"\(name)\" twice: as values of \"\(field)\", equal numbers are the same "
          + "however they are written. Name it once."
      }
  }

  private static func unknownStratum(
    _ field: String, _ name: String, _ values: [String]
  ) -> String {
    let shown = values.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    let more = values.count > 20 ? ", and \(Format.count(values.count - 20)) more" : ""
    let near = EditDistance.nearest(to: name, among: values).map { "\"\($0)\"" }
    let meant = near.isEmpty ? "" : "Did you mean \(Format.list(near, "or"))? "
    return
      "--mixture names \"\(name)\", but no document that can be selected has that value in "
      + "\"\(field)\". \(meant)The values are: \(shown)\(more)."
  }
}
