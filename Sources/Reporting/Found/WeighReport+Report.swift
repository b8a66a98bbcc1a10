package import Pipeline

extension WeighReport: Report {
  package var warnings: [String] {
    InputWarnings.all(inputs, role: "pool")
      + InputWarnings.missingFields(missingFields, role: "pool")
      + (targetInputs.map { [Self.swapped($0)] } ?? []) + fieldWarnings
  }

  /// A shard may have no document with the field of strata, but a misspelt one has none anywhere.
  private var fieldWarnings: [String] {
    guard let candidates, let field = candidates.stratify, candidates.strata == 0, documents > 0
    else { return [] }
    return [
      "no document has the field \"\(field)\" of --stratify. If others have it, all is well. If not, "
        + "check its name: dots lead into objects, and a dot in a key is written '\\.'."
    ]
  }

  private static func swapped(_ paths: [String]) -> String {
    let files = Format.files(paths) ?? ""
    return
      "weighed files that the target's model was fitted to, and the pool's model was not: \(files). "
      + "Check that --target-model and --pool-model are not swapped."
  }

  package var sections: [ReportSection] {
    let bytes = inputs.reduce(0) { $0 + $1.textBytes }
    var lines = [
      "weighed \(Format.count(documents, "document")), \(Format.count(tokens, "word")) in "
        + timings.speed(byteCount: bytes)
    ]
    if let candidates {
      lines.append(
        "kept \(Format.count(candidates.kept, "candidate"))"
          + (candidates.excluded.map { ", excluded \(Format.count($0, "document"))" } ?? ""))
    }
    if reusedInputs > 0 {
      lines.append(
        "\(Format.count(reusedInputs, "file")) \(reusedInputs == 1 ? "was" : "were") weighed before"
      )
    }
    return [.lines(lines)]
  }
}
