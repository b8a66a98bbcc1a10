/// The lengths that documents may have to be drawn.
package struct LengthRange: Sendable, Equatable {
  package var minimum: Int
  /// nil for no limit.
  package var maximum: Int?

  package init(minimum: Int, maximum: Int? = nil) {
    self.minimum = minimum
    self.maximum = maximum
  }

  package func contains(_ length: Int) -> Bool { length >= minimum && !isAbove(length) }

  /// Whether a length is above the range.
  package func isAbove(_ length: Int) -> Bool { maximum.map { length > $0 } ?? false }
}
