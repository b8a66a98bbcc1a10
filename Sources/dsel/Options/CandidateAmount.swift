import Pipeline

/// The size of the largest draw that candidates serve: a count, or a number of bytes.
///
/// Which of them is meant, another option says. Most texts can be both: `10k`.
struct CandidateAmount: Equatable {
  /// nil if the text is a number of bytes only, such as `10MB`.
  private let count: Int?
  private let bytes: Int?

  /// - Throws: ``NumberError``
  init(parsing argument: String) throws {
    bytes = try? ByteCount(parsing: argument).value
    count = bytes == nil ? try Count(parsing: argument).value : try? Count(parsing: argument).value
  }

  /// nil if the text is no such number.
  func value(in unit: CandidateUnit) -> Int? { unit == .bytes ? bytes : count }
}
