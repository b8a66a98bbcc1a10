package import Pipeline

extension FitReport: Report {
  package var warnings: [String] {
    InputWarnings.all(inputs, role: "input")
      + InputWarnings.missingFields(missingFields, role: "input") + model.warnings
  }

  package var sections: [ReportSection] {
    let reused =
      reusedInputs > 0
      ? "; \(Format.count(reusedInputs, "file")) \(reusedInputs == 1 ? "was" : "were") fitted "
        + "before"
      : ""
    return [.lines([model.summary + reused])]
  }

  package var details: [String] { model.details }
}

/// A merged model.
extension FitReport.Model: Report {
  package var sections: [ReportSection] { [.lines([summary])] }

  fileprivate var summary: String {
    "model of \(Format.count(documents, "document"))"
      + (fitSample.map { " (--fit-sample \($0))" } ?? "") + ": \(Format.count(tokens, "word"))"
  }

  package var details: [String] {
    var lines = [
      "\(Format.count(features, "n-gram")) in \(Format.count(buckets, "bucket")), "
        + "\(Format.count(emptyBuckets)) of them empty"
    ]
    if let sampledDocuments {
      lines.append("a sample of \(Format.count(sampledDocuments, "document"))")
    }
    return lines
  }

  /// The model may be one of many, so an empty one isn't an error.
  package var warnings: [String] {
    guard features == 0 else { return [] }
    let reason =
      documents == 0 && fitSample != nil
      ? "--fit-sample chose none of the documents"
      : documents == 0
        ? "none of the files has a document"
        : "the documents have no word (check --text-field)"
    return [
      "the model is empty: \(reason). It can be merged with others, but it can't be used alone."
    ]
  }
}
