/// Divides the budget of a set among the slices of its candidates.
package enum Quotas {
  /// The parts ⌊B (r + 1) / R⌋ − ⌊B r / R⌋ of a budget B for R slices, which sum to B.
  ///
  /// - Complexity: O(*n*) for *n* slices.
  package static func equal(_ budget: Int, sliceCount: Int) -> [Int] {
    (0..<sliceCount).map { part(budget, $0 + 1, sliceCount) - part(budget, $0, sliceCount) }
  }

  /// The parts of a number of documents, none larger than the slice.
  ///
  /// What small slices can't give is divided among the others, in proportion to the documents that
  /// they have left.
  ///
  /// - Parameter sizes: the number of candidates in each slice; their sum is at least `count`.
  /// - Complexity: O(*n*) for *n* slices.
  package static func limited(_ count: Int, by sizes: [Int]) -> [Int] {
    var quotas = equal(count, sliceCount: sizes.count)
    let missing = zip(quotas, sizes).reduce(0) { $0 + max(0, $1.0 - $1.1) }
    guard missing > 0 else { return quotas }
    let spares = zip(quotas, sizes).map { max(0, $1 - $0) }
    let spareSum = spares.reduce(0, +)
    precondition(missing <= spareSum, "fewer candidates than the quotas need")
    var before = 0
    for slice in quotas.indices {
      let after = before + spares[slice]
      quotas[slice] =
        min(quotas[slice], sizes[slice])
        + part(missing, after, spareSum) - part(missing, before, spareSum)
      before = after
    }
    return quotas
  }

  /// ⌊`amount` `numerator` / `denominator`⌋, without overflow.
  private static func part(_ amount: Int, _ numerator: Int, _ denominator: Int) -> Int {
    let product = amount.multipliedFullWidth(by: numerator)
    return denominator.dividingFullWidth(product).quotient
  }
}
