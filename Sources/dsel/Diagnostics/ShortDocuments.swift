/// What is said, last of all, of documents that are too short to be drawn: where most of a pool is, or a draw fell short for it.
struct ShortDocuments {
  var documents: Int
  /// Those of fewer tokens than `minimum`; nil where that isn't known.
  var short: Int?
  var minimum: Int
  /// True if all the others were drawn, and more was asked for.
  var isAllSelected: Bool
  /// True where the minimum was decided by `dsel weigh --candidates`.
  var isOfCandidates = false

  var warnings: [String] {
    guard let short, short > 0, isAllSelected || short > documents - short else { return [] }
    return [
      "\(Format.count(short)) of \(Format.count(documents, "document")) "
        + "\(short == 1 ? "has" : "have") fewer than \(Format.count(minimum, "token")) and can't be selected. "
        + "To include \(short == 1 ? "it" : "them"), \(isOfCandidates ? "weigh again with a lower" : "lower") "
        + "--min-tokens (now \(minimum))."
    ]
  }
}
