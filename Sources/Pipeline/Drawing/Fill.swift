/// Finds how much has to be asked for, so that as much comes as is wanted though some strata have
/// too little.
///
/// The more is asked for, the more each stratum may give, and those that have enough do. So strata
/// pass on what they lack by the same shares, a larger draw contains the smaller, and no rule is
/// needed for what is taken from whom. It can't be calculated: copies of a stratum's texts may be
/// drawn in others, which shows in a draw only.
enum Fill {
  /// What came of a try.
  struct Try {
    /// The number of documents that were drawn.
    var count: Int
    /// The share of the draw that strata have which gave all that was asked of them.
    var openShare: Double
    /// True if no stratum gave all that was asked of it.
    var isExhausted: Bool
  }

  /// - Parameters:
  ///   - wanted: how many documents are to come.
  ///   - draw: draws when so much is asked for. One more asked for brings one more document or
  ///     none.
  /// - Returns: a number at which as many come as are wanted, or at which all that there are come.
  /// - Complexity: a few tries, most of which come nearer by a factor of ten.
  static func total(for wanted: Int, draw: (Int) -> Try) -> Int {
    var total = wanted
    var found = draw(total)
    while found.count < wanted, !found.isExhausted, total < .max / 4 {
      let missing = Double(wanted - found.count)
      // Strata of small shares may not have been asked for anything yet.
      let step = max(missing, (missing / max(found.openShare, 0.01)).rounded(.up))
      total += Int(exactly: step) ?? .max / 4
      found = draw(total)
    }
    // One less asked for is one less at most.
    while found.count > wanted {
      total -= found.count - wanted
      found = draw(total)
    }
    return total
  }
}
