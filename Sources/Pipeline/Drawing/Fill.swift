/// Finds the total to ask of all strata when some of them have too few documents.
///
/// The larger the total, the more each stratum may give, and those that have enough do. So strata
/// pass on their shortfall in proportion to the shares, and a larger draw contains the smaller one.
/// No rule is needed about which stratum makes up for which. The total can't be calculated: copies
/// of a stratum's texts may be drawn in other strata, and only a draw shows that.
enum Fill {
  /// The outcome of one try.
  struct Try {
    /// The number of documents drawn.
    var count: Int
    /// The share of the draw that belongs to strata which gave everything asked of them.
    var openShare: Double
    /// True if no stratum gave everything asked of it.
    var isExhausted: Bool
  }

  /// - Parameters:
  ///   - wanted: the number of documents to draw.
  ///   - draw: draws with a given total. A total larger by one draws at most one more document.
  /// - Returns: a total that draws `wanted` documents, or all that there are.
  /// - Complexity: a few tries, most of which come nearer by a factor of ten.
  static func total(for wanted: Int, draw: (Int) -> Try) -> Int {
    var total = wanted
    var found = draw(total)
    while found.count < wanted, !found.isExhausted, total < .max / 4 {
      let missing = Double(wanted - found.count)
      // Strata with small shares may not have been asked for anything yet.
      let step = max(missing, (missing / max(found.openShare, 0.01)).rounded(.up))
      total += Int(exactly: step) ?? .max / 4
      found = draw(total)
    }
    // A total smaller by one draws at most one document less.
    while found.count > wanted {
      total -= found.count - wanted
      found = draw(total)
    }
    return total
  }
}
