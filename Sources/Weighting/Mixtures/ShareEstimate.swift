internal import Platform

/// The shares of strata that explain a target best.
///
/// Each document of the target comes from one stratum, which isn't known. If the target has the
/// shares π of strata, a document with n features comes from the stratum s with the probability
///
///     r(s) ∝ π(s) p(features | s)^(1/√n)
///
/// The shares are those that equal the mean of these probabilities, by expectation maximization
/// from equal shares (Saerens, Latinne and Decaestecker 2002, "Adjusting the Outputs of a
/// Classifier to New a Priori Probabilities"). The root is there because words of a document come
/// in bursts: the probabilities of a document's features don't multiply as if they were
/// independent.
package struct ShareEstimate: Sendable {
  /// The shares in a unit, one per stratum, with the sum 1.
  package let shares: [Double]
  /// How much worse, in nats per feature, the strata predict the target than their own documents.
  package let distance: Double
  /// Pairs of strata that can't be told apart, at least one of which has a share.
  package let alike: [(Int, Int)]

  /// A target at this distance is unlike all strata.
  ///
  /// Text of the same sources has up to 0.07, and up to 0.26 in a pool of 1,300 documents; text of
  /// other sources 0.28 and more.
  package static let largestDistance = 0.25

  private static let mostRounds = 1000
  private static let precision = 1e-6
  /// Strata with smaller shares aren't compared with others.
  private static let leastShare = 0.01

  /// - Precondition: there is a document.
  /// - Complexity: O(*n* *m*) per round, for *n* documents and *m* strata.
  package init(_ evidence: StratumEvidence, _ models: StratumModels, unit: StratumEvidence.Unit) {
    let evidence = evidence.ordered()
    let (documents, count) = (evidence.documents, evidence.stratumCount)
    var likelihoods: [Double] = []
    likelihoods.reserveCapacity(evidence.logProbabilities.count)
    for (number, document) in documents.enumerated() {
      let row = evidence.logProbabilities[(number * count)..<((number + 1) * count)]
      let (most, root) = (row.max() ?? 0, Double(document.featureCount).squareRoot())
      likelihoods += row.map { exp(($0 - most) / root) }
    }
    let copies = documents.map { $0.size(.documents) }
    let shares = Self.maximize(likelihoods, copies, count)

    // The last probabilities, once more, by what documents count in the unit and in features.
    var (inUnit, inFeatures) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    var crossEntropy = 0.0
    var probabilities = [Double](repeating: 0, count: count)
    for (number, document) in documents.enumerated() {
      Self.assign(likelihoods, number * count, shares, &probabilities)
      let features = Double(document.copies) * Double(document.featureCount)
      for stratum in 0..<count {
        let probability = probabilities[stratum]
        inUnit[stratum] += document.size(unit) * probability
        inFeatures[stratum] += features * probability
        let logProbability = evidence.logProbabilities[number * count + stratum]
        crossEntropy -= Double(document.copies) * probability * logProbability
      }
    }
    let (all, features) = (inUnit.reduce(0, +), inFeatures.reduce(0, +))
    self.shares = inUnit.map { $0 / all }
    let own = zip(inFeatures, models.ownCrossEntropies).reduce(0) { $0 + $1.0 * $1.1 }
    distance = (crossEntropy - own) / features
    let large = self.shares.indices.filter { inUnit[$0] / all >= Self.leastShare }
    alike = models.alike(large)
  }

  private static func maximize(
    _ likelihoods: [Double], _ copies: [Double], _ count: Int
  ) -> [Double] {
    let all = copies.reduce(0, +)
    var shares = [Double](repeating: 1 / Double(count), count: count)
    var probabilities = shares
    for _ in 0..<mostRounds {
      var next = [Double](repeating: 0, count: count)
      for (number, copies) in copies.enumerated() {
        assign(likelihoods, number * count, shares, &probabilities)
        for stratum in 0..<count { next[stratum] += copies * probabilities[stratum] }
      }
      var change = 0.0
      for stratum in 0..<count {
        next[stratum] /= all
        change = max(change, abs(next[stratum] - shares[stratum]))
      }
      shares = next
      if change < precision { break }
    }
    return shares
  }

  /// The probabilities that a document comes from each of the strata.
  private static func assign(
    _ likelihoods: [Double], _ start: Int, _ shares: [Double], _ probabilities: inout [Double]
  ) {
    var sum = 0.0
    for stratum in shares.indices {
      let product = likelihoods[start + stratum] * shares[stratum]
      probabilities[stratum] = product
      sum += product
    }
    // A document's stratum has lost its share to others that are like it.
    guard sum > 0 else {
      for stratum in shares.indices { probabilities[stratum] = shares[stratum] }
      return
    }
    for stratum in shares.indices { probabilities[stratum] /= sum }
  }

  /// The shares in parts of 10,000 that add up to 10,000: rounded down, and the rest to the largest
  /// remainders.
  package var parts: [Int] {
    let exact = shares.map { $0 * Double(Self.partCount) }
    var parts = exact.map { Int($0.rounded(.down)) }
    let order = exact.indices.sorted {
      let (one, other) = (exact[$0] - Double(parts[$0]), exact[$1] - Double(parts[$1]))
      return one != other ? one > other : $0 < $1
    }
    for stratum in order.prefix(max(0, Self.partCount - parts.reduce(0, +))) { parts[stratum] += 1 }
    return parts
  }

  package static let partCount = 10_000
}
