internal import Platform

/// The logarithms of gains: ln(1 + c / (a + C)), for a feature that a document has c times and the
/// set C times.
///
/// Most counts are small whole numbers. Their logarithms are found once.
struct GainLogs: Sendable {
  let pseudocount: Double
  /// For c = 1, by C: once a document is in the set, these are needed for all of its features.
  private let ofSingle: [Double]
  /// By C, and for each by c.
  private let ofRepeated: [Double]

  private static let singleLimit = 4096
  private static let countLimit = 64
  private static let mostOccurrences = 32

  /// - Parameter pseudocount: a.
  init(pseudocount: Double) {
    self.pseudocount = pseudocount
    ofSingle = (0..<Self.singleLimit).map { Self.value(1, Double($0), pseudocount) }
    ofRepeated = (0..<(Self.countLimit * Self.mostOccurrences)).map { place in
      let (count, occurrences) = (place / Self.mostOccurrences, 1 + place % Self.mostOccurrences)
      return Self.value(occurrences, Double(count), pseudocount)
    }
  }

  /// - Parameters:
  ///   - occurrences: c, at least 1.
  ///   - count: C, at least 0.
  @inline(__always)
  func value(_ occurrences: Int, beside count: Double) -> Double {
    let limit = occurrences == 1 ? Self.singleLimit : Self.countLimit
    if count < Double(limit), occurrences <= Self.mostOccurrences {
      let whole = Int(count)
      if Double(whole) == count {
        return occurrences == 1
          ? ofSingle.span[whole] : ofRepeated.span[whole * Self.mostOccurrences + occurrences - 1]
      }
    }
    return Self.value(occurrences, count, pseudocount)
  }

  private static func value(_ occurrences: Int, _ count: Double, _ pseudocount: Double) -> Double {
    log(1 + Double(occurrences) / (pseudocount + count))
  }
}
