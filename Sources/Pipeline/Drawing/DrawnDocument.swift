internal import Resampling

/// A document of a selection.
///
/// It takes 56 bytes, for each document that is drawn.
struct DrawnDocument: Sendable {
  let candidate: Candidate
  /// The target's number; negative for none.
  private let targetNumber: Int16
  private let partNumber: Int32

  /// - Parameters:
  ///   - target: the target that drew the document; nil if it was drawn at random.
  ///   - part: the part's index in ``Drawn/parts``.
  init(candidate: Candidate, target: Int?, part: Int = 0) {
    self.candidate = candidate
    partNumber = Int32(part)
    targetNumber = target.map { Int16($0) } ?? -1
  }

  var target: Int? { targetNumber < 0 ? nil : Int(targetNumber) }
  var part: Int { Int(partNumber) }
}
