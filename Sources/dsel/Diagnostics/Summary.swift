import Pipeline
import Writing

/// What commands say they did, in a line or two.
enum Summary {
  static func model(_ model: FitReport.Model, reused: Int) -> String {
    var line =
      "model of \(Format.count(model.documents, "document")), \(Format.count(model.tokens, "token")): "
      + "\(Format.count(model.features, "n-gram")) in \(Format.count(model.buckets, "bucket")), "
      + "\(Format.count(model.empty_buckets)) of them empty"
    if let sampled = model.sampled_documents {
      line += "; a sample of \(Format.count(sampled, "document"))"
    }
    if reused > 0 { line += "; \(Self.files(reused)) fitted before" }
    return line
  }

  static func candidates(_ candidates: CandidateSummary) -> String {
    "candidates of \(Format.count(candidates.shards, "file")): "
      + "\(Format.count(candidates.candidates)) for a draw of up to \(Format.count(candidates.count)) out of "
      + Format.count(candidates.documents, "document")
  }

  private static func files(_ count: Int) -> String {
    "\(Format.count(count, "file")) \(count == 1 ? "was" : "were")"
  }

  static func weights(_ report: WeighReport) -> String {
    let bytes = report.inputs.reduce(0) { $0 + $1.text_bytes }
    let seconds = report.timings.total_seconds
    var line =
      "weighed \(Format.count(report.documents, "document")), \(Format.count(report.tokens, "token")) "
      + "in \(Format.decimal(seconds, digits: 2)) s: "
      + Format.rate(byteCount: bytes, seconds: seconds)
      + " with \(Format.count(report.timings.threads, "thread"))"
    if let candidates = report.candidates {
      line += "; kept \(Format.count(candidates.kept, "candidate"))"
    }
    if report.reused_inputs > 0 {
      line += "; \(Self.files(report.reused_inputs)) weighed before"
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
    if let size = manifest.effective_sample_size {
      var line =
        "effective sample size \(Format.significant(size)) of "
        + Format.count(manifest.eligible_documents, "eligible document")
      if let overlap = manifest.overlap_with_top_k {
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
    var warnings = warnings(
      skipped: manifest.skipped_lines, inputs: manifest.inputs ?? [],
      role: isByFields ? "pool" : "weights")
    let selected = manifest.selected
    if selected.all_eligible {
      warnings.append(Diagnostics.exhausted(selected, verb: "drawn"))
    } else if selected.documents == 0, manifest.settings.source != "candidates" {
      warnings.append(
        "nothing was drawn: the document with the largest key is larger than the whole budget.")
    }
    return warnings
      + Diagnostics.shortfalls(manifest.parts ?? [], unit: selected.shortfall_unit)
  }

  /// What is said last of a draw.
  static func lastWarnings(_ manifest: ResampleManifest) -> [String] {
    ShortDocuments(
      documents: manifest.documents, short: manifest.under_min_tokens,
      minimum: manifest.settings.min_tokens, isAllSelected: manifest.selected.all_eligible
    ).warnings
  }

  /// Warnings of what a pass found in its inputs.
  static func warnings(
    skipped: [String: Int], inputs: [SelectManifest.Input], role: String
  ) -> [String] {
    Diagnostics.warnings(skipped: skipped, role: role) + Diagnostics.warnings(inputs)
  }
}

/// What there is to say of a file of candidates.
struct CandidateSummary: Encodable {
  var count: Int
  var candidates: Int
  var shards: Int
  var documents: Int
  var eligible_documents: Int
  var seed: UInt64

  init(_ file: CandidateFile) {
    count = file.header.settings.count
    candidates = file.candidateCount
    shards = file.header.shards.count
    documents = file.header.documentCount
    eligible_documents = file.header.eligibleCount
    seed = file.header.settings.seed
  }
}

extension RunOptions.Surroundings {
  /// Says what was done: as JSON on standard output, or in words on standard error.
  func report<Report: Encodable>(
    _ report: Report, _ options: ReportOptions, words: (Report) -> [String]
  ) throws {
    progress.clear()
    if options.json { try write(ManifestWriter.encode(report)) }
    for line in words(report) { diagnostics.say(line) }
  }
}
