import Pipeline
import Writing

/// What commands say they did, in a line or two.
enum Summary {
  static func model(_ model: FitReport.Model, reused: Int) -> String {
    var line =
      "model of \(Format.count(model.documents, "document")), \(Format.count(model.tokens, "token")): "
      + "\(Format.count(model.features, "n-gram")) in \(Format.count(model.buckets, "bucket")), "
      + "\(Format.count(model.emptyBuckets)) of them empty"
    if let sampled = model.sampledDocuments {
      line += "; a sample of \(Format.count(sampled, "document"))"
    }
    if reused > 0 { line += "; \(Self.files(reused)) fitted before" }
    return line
  }

  /// What is odd about a model that may be one of many.
  static func warnings(_ model: FitReport.Model) -> [String] {
    guard model.features == 0 else { return [] }
    let what =
      model.documents == 0
      ? "there is no document in any of the files"
      : "there is not one token in its documents (check --text-field)"
    return [
      "the model is empty: \(what). It can be merged with others, but nothing can be weighed by it alone."
    ]
  }

  static func candidates(_ candidates: CandidateSummary) -> String {
    let counted = candidates.missingDocuments.map { missing in
      missing > 0
        ? "; \(Format.count(missing, "more document")) \(missing == 1 ? "was" : "were") counted by the pool's model "
          + "and \(missing == 1 ? "is" : "are") still missing"
        : ""
    }
    return "candidates of \(Format.count(candidates.shards, "file")): "
      + "\(Format.count(candidates.candidates)) for a draw of up to \(Format.count(candidates.count)) out of "
      + Format.count(candidates.documents, "document") + (counted ?? "")
  }

  private static func files(_ count: Int) -> String {
    "\(Format.count(count, "file")) \(count == 1 ? "was" : "were")"
  }

  static func weights(_ report: WeighReport) -> String {
    let bytes = report.inputs.reduce(0) { $0 + $1.textBytes }
    let seconds = report.timings.totalSeconds
    var line =
      "weighed \(Format.count(report.documents, "document")), \(Format.count(report.tokens, "token")) "
      + "in \(Format.decimal(seconds, digits: 2)) s: "
      + Format.rate(byteCount: bytes, seconds: seconds)
      + " with \(Format.count(report.timings.threads, "thread"))"
    if let candidates = report.candidates {
      line += "; kept \(Format.count(candidates.kept, "candidate"))"
    }
    if report.reusedInputs > 0 {
      line += "; \(Self.files(report.reusedInputs)) weighed before"
    }
    return line
  }

  static func lines(_ manifest: ResampleManifest) -> [String] {
    let selected = manifest.selected
    var line =
      "drew \(Format.count(selected.documents)) of \(Format.count(manifest.documents, "document")): "
      + "\(Format.bytes(selected.bytes))"
    if manifest.epochs.count > 1 { line += " in \(Format.count(manifest.epochs.count, "epoch"))" }
    var lines = [line]
    if let size = manifest.effectiveSampleSize {
      var line =
        "effective sample size \(Format.significant(size)) of "
        + Format.count(manifest.eligibleDocuments, "eligible document")
      if let overlap = manifest.overlapWithTopK {
        line += ", overlap with top-k \(Format.decimal(100 * overlap, digits: 1)) %"
      }
      lines.append(line)
    }
    if let remainder = manifest.remainder {
      lines.append(
        "left \(Format.count(remainder.documents, "document")): \(Format.bytes(remainder.bytes))")
    }
    return lines
  }

  static func warnings(_ manifest: ResampleManifest) -> [String] {
    let isByFields = manifest.inputs == nil
    var warnings =
      isByFields
      ? Diagnostics.warnings(
        skipped: manifest.pool.map { ($0.path, $0.skippedLines ?? [:]) }, role: "pool")
        + Diagnostics.warnings(
          empty: manifest.pool.filter { $0.documents == 0 && $0.skippedLines == nil }.map(\.path))
      : warnings(manifest.inputs ?? [], role: "weights")
    if let missing = manifest.missingDocuments, missing > 0 {
      warnings.append(
        "candidates are missing: the pool's model counted \(Format.count(missing, "more document")) than they are of."
      )
    }
    if let uncounted = manifest.uncountedDocuments, uncounted > 0 {
      warnings.append(
        "the pool's model didn't count \(Format.count(uncounted, "document")) of the candidates: it was fitted on a part of "
          + "the pool. Fit it on all of it, unless that was meant.")
    }
    let without = manifest.pool.filter { $0.weights == 0 }.map(\.path)
    if !manifest.settings.allowMissing {
      // Others would have been an error.
      warnings += Diagnostics.warnings(empty: without)
    } else if let files = Diagnostics.names(without) {
      warnings.append("no weights are of \(files).")
    }
    let selected = manifest.selected
    if selected.allEligible {
      warnings.append(Diagnostics.exhausted(selected, verb: "drawn"))
    } else if selected.documents == 0, manifest.settings.source != "candidates" {
      warnings.append(
        "nothing was drawn: the document with the largest key is larger than the whole budget.")
    }
    return warnings
      + Diagnostics.shortfalls(
        manifest.parts ?? [], unit: selected.shortfallUnit,
        canFill: manifest.settings.fill == false)
  }

  /// What is said last of a draw.
  static func lastWarnings(_ manifest: ResampleManifest) -> [String] {
    ShortDocuments(
      documents: manifest.documents, short: manifest.underMinTokens,
      minimum: manifest.settings.minTokens, isAllSelected: manifest.selected.allEligible,
      isOfCandidates: manifest.settings.source == "candidates"
    ).warnings
  }

  /// Warnings of what a pass found in its inputs.
  static func warnings(_ inputs: [InputRecord], role: String) -> [String] {
    Diagnostics.warnings(skippedIn: inputs, role: role) + Diagnostics.warnings(inputs)
      + Diagnostics.repeatedContent(inputs)
  }
}

/// What there is to say of a file of candidates.
struct CandidateSummary: Encodable {
  var count: Int
  var candidates: Int
  var shards: Int
  var documents: Int
  var eligibleDocuments: Int
  /// Documents that the pool's model counted, and how many of them are missing; nil where it isn't known.
  var poolDocuments: Int?
  var missingDocuments: Int?
  var seed: UInt64

  init(_ file: CandidateFile) {
    count = file.header.settings.count
    candidates = file.candidateCount
    shards = file.header.shards.count
    documents = file.header.documentCount
    eligibleDocuments = file.header.eligibleCount
    poolDocuments = file.header.poolDocumentCount
    missingDocuments = file.header.poolDocumentCount.map { _ in file.header.missingCount }
    seed = file.header.settings.seed
  }
}

extension RunOptions.CommandContext {
  /// Says what was done: as JSON on standard output, or in words on standard error.
  func report<Report: Encodable>(
    _ report: Report, _ options: ReportOptions, words: (Report) -> [String]
  ) throws {
    progress.clear()
    if options.json { try write(ManifestWriter.encode(report)) }
    for line in words(report) { diagnostics.say(line) }
  }
}
