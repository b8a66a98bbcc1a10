internal import Platform

/// What a target's documents tell about the strata that they come from.
package struct StratumEvidence: Sendable {
  /// Texts that are equal count as one, with copies.
  package struct Document: Sendable {
    /// XXH3-64 of the text.
    package var textHash: UInt64
    package var copies = 1
    package var tokenCount: Int
    package var byteCount: Int
    package var featureCount: Int

    package init(textHash: UInt64, tokenCount: Int, byteCount: Int, featureCount: Int) {
      self.textHash = textHash
      self.tokenCount = tokenCount
      self.byteCount = byteCount
      self.featureCount = featureCount
    }
  }

  /// What shares are of.
  package enum Unit: Sendable { case documents, tokens, bytes }

  let stratumCount: Int
  private(set) var documents: [Document] = []
  /// The log probabilities of each document's features, one after another for all strata.
  private(set) var logProbabilities: [Double] = []
  private var places: [UInt64: Int] = [:]

  package init(stratumCount: Int) { self.stratumCount = stratumCount }

  package var documentCount: Int { documents.reduce(0) { $0 + $1.copies } }

  /// - Parameters:
  ///   - document: has at least one feature.
  ///   - sums: the log probability of its features, one per stratum.
  package mutating func add(_ document: Document, _ sums: [Double]) {
    add(document, sums[...])
  }

  private mutating func add(_ document: Document, _ sums: ArraySlice<Double>) {
    if let place = places[document.textHash] {
      documents[place].copies += document.copies
      return
    }
    places[document.textHash] = documents.count
    documents.append(document)
    logProbabilities += sums
  }

  package mutating func merge(_ other: StratumEvidence) {
    for (number, document) in other.documents.enumerated() {
      let start = number * stratumCount
      add(document, other.logProbabilities[start..<(start + stratumCount)])
    }
  }

  /// The same evidence in an order that doesn't depend on how it came.
  func ordered() -> StratumEvidence {
    var ordered = StratumEvidence(stratumCount: stratumCount)
    for number in documents.indices.sorted(by: { documents[$0].textHash < documents[$1].textHash })
    {
      let start = number * stratumCount
      ordered.add(documents[number], logProbabilities[start..<(start + stratumCount)])
    }
    return ordered
  }
}

extension StratumEvidence.Document {
  /// What the document and its copies count.
  func size(_ unit: StratumEvidence.Unit) -> Double {
    switch unit {
    case .documents: Double(copies)
    case .tokens: Double(copies) * Double(tokenCount)
    case .bytes: Double(copies) * Double(byteCount)
    }
  }
}
