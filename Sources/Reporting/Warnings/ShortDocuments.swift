/// A warning about documents that are too short to be drawn.
///
/// It appears if they are most of a pool, or if a draw got fewer documents than requested.
struct ShortDocuments {
  var documents: Int
  /// Number of documents with fewer tokens than `minimum`; nil if unknown.
  var short: Int?
  var minimum: Int
  /// True if all the others were drawn, and more were requested.
  var isAllSelected: Bool
  /// True if `dsel weigh --candidates` set the minimum.
  var isOfCandidates = false

  var warnings: [String] {
    guard let short, short > 0, isAllSelected || short > documents - short else { return [] }
    let them = short == 1 ? "it" : "them"
    return [
      "\(Format.count(short)) of \(Format.count(documents, "document")) "
        + "\(short == 1 ? "has" : "have") fewer than \(Format.count(minimum, "token")) and can't "
        + "be selected. To include \(them), "
        + "\(isOfCandidates ? "weigh again with a lower" : "lower") --min-tokens (now \(minimum))."
    ]
  }
}
