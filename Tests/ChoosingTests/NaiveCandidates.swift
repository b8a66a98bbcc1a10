import Choosing
import Foundation
import TestSupport

/// Candidates whose features are dictionaries, and a choice that finds every value at every step.
struct NaiveCandidates {
  struct Document {
    /// Counts by rank.
    var features: [Int: Int]
    var terms: CandidateTerms
  }

  var profile: TargetProfile
  var documents: [Document] = []

  init(_ profile: TargetProfile) { self.profile = profile }

  /// Random documents of up to 20 features.
  ///
  /// Every tenth is a copy of another with a text hash of its own.
  ///
  /// - Parameters:
  ///   - rankCount: the target has about 1 / (rank + 3) of each rank.
  ///   - costs: of each document.
  init(
    count: Int, rankCount: Int = 40, partCount: Int = 1, costs: ClosedRange<Int> = 1...1,
    using random: inout SplitMix64
  ) {
    let counts = (0..<rankCount).map { rank in UInt64(1 + 3000 / (rank + 3)) }
    self.init(TargetProfile(counts: counts, tokenCount: 5000))
    for number in 0..<count {
      var document = Document(
        features: [:],
        terms: CandidateTerms(
          factor: Double.random(in: 0.4...1, using: &random),
          offset: Double.random(in: -0.3...0.1, using: &random),
          cost: Int.random(in: costs, using: &random),
          part: Int.random(in: 0..<partCount, using: &random), textHash: 0))
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        let rank = Int.random(in: 0..<rankCount, using: &random)
        document.features[rank, default: 0] += Int.random(in: 1...3, using: &random)
      }
      if number % 10 == 9 { document = documents[number - 7] }
      document.terms.textHash = random.next()
      documents.append(document)
    }
  }

  /// The documents' records, with their features in random order.
  func records(using random: inout SplitMix64) -> CandidateRecords {
    var words: [UInt32] = []
    for (number, document) in documents.enumerated() {
      let single = document.features.filter { $0.value == 1 }
      let repeated = document.features.filter { $0.value > 1 }
      words += [UInt32(number), UInt32(single.count), UInt32(repeated.count)]
      words += single.keys.map { UInt32($0) }.shuffled(using: &random)
      for (rank, count) in repeated.shuffled(using: &random) {
        words += [UInt32(rank), UInt32(count)]
      }
    }
    return CandidateRecords(words)
  }

  var terms: [CandidateTerms] { documents.map(\.terms) }

  /// Σ p ln(1 + c / (a + C)), each term a multiple of 2⁻⁵⁰.
  func gain(_ document: Document, pseudocount: Double, _ set: [Int: Int]) -> Double {
    let units = document.features.reduce(Int64(0)) { sum, feature in
      let before = pseudocount + Double(set[feature.key] ?? 0)
      let term = profile.shares[feature.key] * Foundation.log(1 + Double(feature.value) / before)
      return sum + Int64((term * 0x1p50).rounded())
    }
    return Double(units) * 0x1p-50
  }

  /// The choice of the largest value, again and again.
  func choose(quotas: [Int], pseudocount: Double, set: [Int: Int] = [:]) -> [Int] {
    var (set, left, misses) = (set, quotas, quotas.map { _ in 0 })
    var remaining = Set(documents.indices)
    var chosen: [Int] = []
    while true {
      let open = remaining.filter { left[documents[$0].terms.part] > 0 }
      let rated = open.map { number in
        let document = documents[number]
        let gain = gain(document, pseudocount: pseudocount, set)
        return (
          value: document.terms.factor * gain + document.terms.offset,
          hash: document.terms.textHash, number: number
        )
      }
      guard let best = rated.max(by: { ($0.value, $0.hash) < ($1.value, $1.hash) }) else {
        return chosen
      }
      remaining.remove(best.number)
      let document = documents[best.number]
      let part = document.terms.part
      if document.terms.cost > left[part] {
        misses[part] += 1
        if misses[part] == 16 { left[part] = 0 }
        continue
      }
      misses[part] = 0
      left[part] -= document.terms.cost
      chosen.append(best.number)
      set.merge(document.features) { $0 + $1 }
    }
  }
}
