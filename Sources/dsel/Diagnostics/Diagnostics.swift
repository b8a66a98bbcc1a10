import Files
import Pipeline
import Weighting

/// Says on standard error what a run did, and what went wrong.
struct Diagnostics {
  var isQuiet: Bool

  func fail(_ message: String) { write(message) }

  func say(_ line: String) { write(line) }

  func warn(_ warnings: [String]) {
    for warning in warnings { write("warning: \(warning)") }
  }

  /// The summary, and warnings where the draw is not what was asked for.
  func report(_ manifest: SelectManifest) {
    warn(Self.warnings(manifest))
    if !isQuiet { write(Self.summary(manifest), keepsLines: true) }
    warn(
      ShortDocuments(
        documents: manifest.pool.documents, short: manifest.underMinTokens,
        minimum: manifest.settings.minTokens, isAllSelected: manifest.selected.allEligible
      ).warnings)
  }

  static func warnings(_ manifest: SelectManifest) -> [String] {
    var warnings =
      manifest.targetSides.flatMap { Self.warnings(skippedIn: $0.inputs, role: "target") }
      + Self.warnings(skippedIn: manifest.pool.inputs, role: "pool")
      + Self.warnings(manifest.targetSides.flatMap(\.inputs) + manifest.pool.inputs)
      + manifest.targetSides.flatMap { Self.repeatedContent($0.inputs) }
      + Self.repeatedContent(manifest.pool.inputs)
    let selected = manifest.selected
    if selected.allEligible {
      let advice = manifest.underMinTokens == 0 ? " Add shards." : ""
      warnings.append(Self.exhausted(selected, verb: "selected") + advice)
    } else if selected.documents == 0 {
      warnings.append(
        "nothing was selected: the document with the largest key is larger than the whole budget.")
    }
    return warnings
      + shortfalls(
        manifest.parts ?? [], unit: selected.shortfallUnit,
        canFill: manifest.settings.fill == false)
  }

  /// That all there is was drawn, and is less than what was asked for.
  static func exhausted(_ selected: SelectionRecord, verb: String) -> String {
    let all =
      switch selected.documents {
      case 0: "there is no eligible document"
      case 1: "the only eligible document was \(verb)"
      default: "all \(Format.count(selected.documents, "eligible document")) were \(verb)"
      }
    return "more was asked for than there is: \(all), "
      + "\(Format.count(selected.shortfall, unit: selected.shortfallUnit)) short."
  }

  /// What was left out of the files of a role.
  static func warnings(skippedIn inputs: [InputRecord], role: String) -> [String] {
    warnings(skipped: inputs.map { ($0.path, $0.skippedLines ?? [:]) }, role: role)
  }

  /// What was left out of the files of a role, by reason.
  static func warnings(
    skipped files: [(path: String, counts: [ExactString: Int])], role: String
  ) -> [String] {
    let touched = files.map { ($0.path, $0.counts.values.reduce(0, +)) }.filter { $0.1 > 0 }
    guard !touched.isEmpty else { return [] }
    let skipped = touched.reduce(0) { $0 + $1.1 }
    let all = files.reduce(into: [:]) { $0.merge($1.counts, uniquingKeysWith: +) }
    let lines = Format.count(skipped, "invalid line")
    var places = touched.prefix(mostFiles).map { path, count in
      touched.count == 1 ? path : "\(path) (\(Format.count(count)))"
    }
    if touched.count > mostFiles {
      let more = touched.count - mostFiles
      places.append(Format.count(more, "more file"))
    }
    return [
      "\(lines) of the \(role) \(skipped == 1 ? "was" : "were") skipped (\(reasons(all))), in "
        + "\(places.joined(separator: ", "))."
    ]
  }

  /// Reasons with their numbers, by name.
  static func reasons(_ counts: [ExactString: Int]) -> String {
    counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
      .map { "\($0.key) \(Format.count($0.value))" }.joined(separator: ", ")
  }

  /// Of more files than this, only the number is told.
  private static let mostFiles = 5

  /// What is odd about input files.
  static func warnings(_ inputs: [InputRecord]) -> [String] {
    var warnings: [String] = []
    if let files = names(inputs.filter { $0.checksum == false }.map(\.path)) {
      warnings.append(
        "without a checksum: \(files). Damage to such a file can go unnoticed: the zstd command writes one, and "
          + "libraries do if they are asked to.")
    }
    let empty = inputs.filter { $0.documents == 0 && $0.skippedLines == nil }
    return warnings + Self.warnings(empty: empty.map(\.path))
  }

  /// Files without a document, whether they have no bytes or blank lines only, or nothing is compressed in them.
  static func warnings(empty paths: [String]) -> [String] {
    names(paths).map { ["empty: \($0). Check that nothing was lost."] } ?? []
  }

  /// Files of one role that are byte for byte another: as good as named twice.
  static func repeatedContent(_ inputs: [InputRecord]) -> [String] {
    struct Content: Hashable {
      var bytes: Int
      var xxh3: String
    }
    // Only looked up: the order of a dictionary says nothing here.
    var first: [Content: InputRecord] = [:]
    var repeats: [(path: String, other: String)] = []
    for input in inputs where input.documents > 0 {
      let content = Content(bytes: input.bytes, xxh3: input.xxh3)
      if let other = first[content] {
        if ExactString(other.path) != ExactString(input.path) {
          repeats.append((input.path, other.path))
        }
      } else {
        first[content] = input
      }
    }
    guard let one = repeats.first else { return [] }
    let more = repeats.count - 1
    let others =
      more == 0 ? "" : " (and \(Format.count(more)) more such \(more == 1 ? "file" : "files"))"
    return [
      "\(one.path) has the same bytes as \(one.other)\(others): its documents count twice. Leave one of them out."
    ]
  }

  /// The first of the files, and how many more there are; nil if there is none.
  static func names(_ paths: [String]) -> String? {
    guard let first = paths.first else { return nil }
    return paths.count == 1 ? first : "\(first) and \(Format.count(paths.count - 1)) more"
  }

  static func summary(_ manifest: SelectManifest) -> String {
    let (selected, pool) = (manifest.selected, manifest.pool)
    let seconds = manifest.timings.totalSeconds
    let poolBytes = pool.inputs.reduce(0) { $0 + $1.textBytes }
    return [
      "selected \(Format.count(selected.documents)) of \(Format.count(pool.documents, "document")): "
        + "\(Format.count(selected.tokens, "token")), \(Format.bytes(selected.bytes))",
      targetDocuments(selected),
      manifest.remainder.map {
        "left \(Format.count($0.documents, "document")): \(Format.bytes($0.bytes))"
      },
      divergences(manifest), randomness(manifest),
      "pool of \(Format.bytes(poolBytes)) in \(Format.decimal(seconds, digits: 2)) s: "
        + Format.rate(byteCount: poolBytes, seconds: seconds)
        + " with \(Format.count(manifest.timings.threads, "thread"))",
      advice(manifest).map { "note: \($0)" },
    ].compactMap { $0 }.joined(separator: "\n")
  }

  /// How many of the selection are no find, since the target has them already.
  private static func targetDocuments(_ selected: SelectionRecord) -> String? {
    guard let count = selected.targetDocuments, count > 0 else { return nil }
    let about = selected.targetDocumentsIsEstimate == true ? "about " : ""
    return
      "\(about)\(Format.count(count)) of them \(count == 1 ? "is a document" : "are documents") of the target, which the pool has, too"
  }

  /// A line for the only target, or one for each.
  private static func divergences(_ manifest: SelectManifest) -> String? {
    if let targets = manifest.targets {
      return targets.map { target in
        let line =
          "\(target.name ?? "target"): \(Format.count(target.documents, "document")), effective sample size "
          + Format.significant(target.effectiveSampleSize)
        let kl = divergences(
          target.klTargetPool, target.klTargetRandom, target.klTargetSelected,
          target.klReduction)
        return kl.map { "\(line); \($0)" } ?? line
      }.joined(separator: "\n")
    }
    return divergences(
      manifest.klTargetPool, manifest.klTargetRandom, manifest.klTargetSelected,
      manifest.klReduction)
  }

  private static func divergences(
    _ pool: Double?, _ random: Double?, _ selected: Double?, _ reduction: Double?
  ) -> String? {
    guard let pool else { return nil }
    var line = "KL(target || pool) \(Format.decimal(pool))"
    if let random { line += ", random \(Format.decimal(random))" }
    if let selected { line += ", selected \(Format.decimal(selected))" }
    if let reduction { line += ": reduced by \(Format.decimal(reduction)) nats" }
    return line
  }

  private static func randomness(_ manifest: SelectManifest) -> String {
    let eligible =
      "\(Format.count(manifest.eligibleDocuments, "eligible document")) "
      + "(\(Format.count(manifest.underMinTokens)) under --min-tokens"
      + (manifest.settings.mixture == nil
        ? "" : ", \(Format.count(manifest.outsideMixture ?? 0)) outside --mixture") + ")"
    var line =
      manifest.effectiveSampleSize.map {
        "effective sample size \(Format.significant($0)) of \(eligible)"
      } ?? eligible
    if let overlap = manifest.overlapWithTopK {
      line += ", overlap with top-k \(Format.decimal(100 * overlap, digits: 1)) %"
    }
    if let correlation = manifest.weightLengthCorrelation {
      line += ", correlation of weight with length \(Format.decimal(correlation, digits: 2))"
    }
    return line
  }

  /// What parts of a draw fell short of.
  static func shortfalls(_ parts: [PartRecord], unit: String, canFill: Bool) -> [String] {
    parts.filter { $0.shortfall > 0 && (unit == "documents" || $0.documents == 0) }.map { part in
      let names = [
        part.epoch.map { "epoch \($0)" }, part.stratum.map { "stratum \"\($0)\"" },
        part.target.map { "target \($0)" }, part.by == "weights" ? nil : part.by,
      ].compactMap { $0 }
      let fill =
        part.stratum != nil && canFill && unit == "documents"
        ? " Add --fill to draw them from the other values." : ""
      return
        "\(names.joined(separator: ", ")): \(Format.count(part.shortfall, unit: unit)) short of "
        + "\(Format.count(part.budget)).\(fill)"
    }
  }

  /// What the figures say about the draw, and the option that helps: the weightiest only.
  static func advice(_ manifest: SelectManifest) -> String? {
    let (settings, selected) = (manifest.settings, manifest.selected)
    let unseenShare =
      manifest.unseenShare ?? manifest.targets?.map(\.unseenShare).max() ?? 0
    if settings.compat == nil, settings.estimator == Estimator.ratio.rawValue,
      unseenShare > largestUnseenShare
    {
      let share = Format.decimal(100 * unseenShare, digits: 0)
      return "the target is small for so many buckets: \(share) % of the pool's n-grams fall into "
        + "buckets that it leaves empty, and chance decides what they weigh. Add to the target, or "
        + "take --estimator blend, which doubts them, or fewer --buckets."
    }
    if let tokens = manifest.targetSides.map(\.tokens).min(), tokens < smallestTarget {
      return
        "the target has \(Format.count(tokens, "token")), too few to tell what is "
        + "typical of it. Add to the target."
    }
    if !settings.topK, selected.documents > 1,
      selected.documents + selected.droppedCopies < manifest.eligibleDocuments,
      let overlap = manifest.overlapWithTopK, overlap > largestOverlap
    {
      return
        "this draw is top-k in practice: the weights differ by more than the noise. For one that "
        + "is really random take --temperature auto, or a --temperature above "
        + "\(settings.temperature)."
    }
    return nil
  }

  /// More of the pool's n-grams in buckets that the target leaves empty are worth a word.
  private static let largestUnseenShare = 0.05
  /// Tokens of a target that is worth no word.
  private static let smallestTarget = 10_000
  /// A draw that shares more with top-k is called so.
  private static let largestOverlap = 0.95

  private func write(_ text: String, keepsLines: Bool = false) {
    let printable = ErrorMessage.printable(text, keepsLines: keepsLines)
    // Standard error is the last place to tell of trouble: if it is gone there is nobody to tell.
    try? File.standardError().writeAll(Array((printable + "\n").utf8).span)
  }
}
