internal import Files
internal import Reading

/// Why a document is excluded, as a line of a file of candidates has it.
struct StoredReason {
  private var name: String?
  private var file: Int?
  private var line: Int?
  private var gram: String?

  /// The text of an n-gram is cut before that, even with all of its bytes escaped.
  private static let longestGram = 8192

  init() {}

  /// Reads a member of a line.
  ///
  /// - Returns: false if the member is none of its own.
  mutating func read(
    _ key: String, _ stream: inout JSONStream
  ) throws(JSONStreamError) -> Bool {
    switch key {
    case "reason": name = try stream.readString()
    case "evaluation_file": file = try stream.readCount()
    case "evaluation_line": line = try stream.readCount()
    case "ngram": gram = try stream.readString(maximumByteCount: Self.longestGram)
    default: return false
    }
    return true
  }

  func reason(evaluationFileCount: Int) throws(JSONStreamError) -> ExclusionReason {
    switch name {
    case "target": return .target
    case "ngram":
      guard let file, file < evaluationFileCount else { throw .invalid("evaluation_file") }
      guard let line else { throw .missing("evaluation_line") }
      guard let gram else { throw .missing("ngram") }
      return .evaluation(file: file, line: line, gram: gram)
    case nil: throw .missing("reason")
    default: throw .invalid("reason")
    }
  }
}
