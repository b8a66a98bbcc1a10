/// What a draw finds out for annotations.
struct StatisticsPlan: Sendable {
  /// Takes the log weights of all eligible documents; nil if none are needed.
  var weightSpool: WeightSpool?
  /// Whether each part needs the largest key that it didn't draw.
  var needsNextKeys = false

  init() {}

  /// - Parameters:
  ///   - wanted: what annotations will have.
  ///   - directory: for a temporary file.
  init(_ wanted: [AnnotationStatistic], targetCount: Int, directory: String) {
    if wanted.contains(where: \.needsRanks) {
      weightSpool = WeightSpool(targetCount: targetCount, directory: directory)
    }
    needsNextKeys = wanted.contains(.probability)
  }
}

extension AnnotationStatistic {
  var needsRanks: Bool { self == .rank || self == .quantile }
  var needsLogWeights: Bool { self != .part }
}
