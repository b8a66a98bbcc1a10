/// Warnings about documents that are too short or too long to be drawn.
///
/// They appear if these are most of a pool, or if a draw got fewer documents than requested.
struct ShortDocuments {
  var documents: Int
  /// Number of documents with fewer tokens than `minimum`; nil if unknown.
  var short: Int?
  var minimum: Int
  /// Number of documents with more tokens than `maximum`, which nil stands for no limit.
  var long: Int?
  var maximum: Int?
  /// True if all the others were drawn, and more were requested.
  var isAllSelected: Bool
  /// True if `dsel weigh --candidates` set the limits.
  var isOfCandidates = false

  var warnings: [String] {
    var warnings: [String] = []
    if let short {
      warnings += warning(short, "fewer", than: minimum, "lower", "--min-tokens")
    }
    if let long, let maximum {
      warnings += warning(long, "more", than: maximum, "higher", "--max-tokens")
    }
    return warnings
  }

  private func warning(
    _ count: Int, _ comparison: String, than limit: Int, _ change: String, _ option: String
  ) -> [String] {
    guard count > 0, isAllSelected || count > documents - count else { return [] }
    let verb = change == "lower" ? "lower" : "raise"
    return [
      "\(Format.count(count)) of \(Format.count(documents, "document")) "
        + "\(count == 1 ? "has" : "have") \(comparison) than \(Format.count(limit, "word")) and "
        + "can't be selected. To include \(count == 1 ? "it" : "them"), "
        + "\(isOfCandidates ? "weigh again with a \(change)" : verb) \(option) (now \(limit))."
    ]
  }
}
