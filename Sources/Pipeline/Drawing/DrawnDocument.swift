internal import Resampling

/// A document of a selection.
///
/// It takes 56 bytes, for each document that is drawn.
struct DrawnDocument: Sendable {
  let candidate: Candidate
  /// The target's number; negative for none.
  private let targetNumber: Int16

  /// - Parameter target: the target that drew the document; nil if it was drawn at random.
  init(candidate: Candidate, target: Int?) {
    self.candidate = candidate
    targetNumber = target.map { Int16($0) } ?? -1
  }

  var target: Int? { targetNumber < 0 ? nil : Int(targetNumber) }
}
