/// A number of documents: how large it usually is, and how much it differs.
package struct Scale: Sendable, Equatable {
  package var mean: Double
  /// The standard deviation.
  package var deviation: Double

  /// The scale of some numbers.
  ///
  /// - Parameter numbers: one or more. Their order decides about the last bits.
  package init(of numbers: [Double]) {
    precondition(!numbers.isEmpty)
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    self.mean = mean
    deviation = (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
  }

  package init(mean: Double, deviation: Double) {
    self.mean = mean
    self.deviation = deviation
  }
}
