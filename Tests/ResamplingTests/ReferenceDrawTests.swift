import TestSupport
import Testing

@testable import Resampling

/// The draw, against every run of the DSIR reference that was recorded with its noise.
///
/// See Fixtures/golden/dsir-reference/resample.json.
@Suite struct ReferenceDrawTests {
  struct Run: Sendable, CustomTestStringConvertible {
    var json: JSON
    var number: Int

    var testDescription: String {
      "\(number): \(json.config.string ?? ""), \(json.mode.string ?? "")"
    }

    var eligible: [String] { json.eligible.elements.compactMap(\.string) }
    var isForTargets: Bool { !json.separate_targets.isNull }
  }

  static func runs() throws -> [Run] {
    let entries = try JSON(Fixtures.read("golden/dsir-reference/resample.json")).elements
    try #require(entries.count == 20)
    return entries.enumerated().map { Run(json: $1, number: $0) }
  }

  private let weights: JSON

  init() throws {
    weights = try JSON(Fixtures.read("golden/dsir-reference/weights.json")).log_importance_weight
  }

  @Test(arguments: try runs().filter { !$0.isForTargets })
  func `With the reference's noise, the draw is the reference's`(run: Run) throws {
    let noise = run.json.gumbel_noise.elements.compactMap(\.number)
    try #require(noise.count == (run.json.mode == .string("topk") ? 0 : run.eligible.count))
    let count = try #require(run.json.num_to_sample.int)
    var candidates = Candidates(budget: .documents(count), joinsCopies: false, expectedCount: 40)
    for (number, id) in run.eligible.enumerated() {
      let place = try place(of: id)
      let synthetic = run.json.log_weights.elements
      let weight = try #require(
        synthetic.isEmpty
          ? weights[run.json.config.string ?? ""][id].number : synthetic[place].number)
      candidates.add(candidate(place, weight, key: weight + (noise.isEmpty ? 0 : noise[number])))
    }
    #expect(ids(candidates.draw()) == run.json.selected_in_output_order)
  }

  @Test(arguments: try runs().filter(\.isForTargets))
  func `Separate targets draw the reference's documents`(run: Run) throws {
    let total = try #require(run.json.num_to_sample.int)
    let proportions = run.json.target_proportions_used.elements.compactMap(\.number)
    // The reference's rule: each part is rounded down, and the last gets the rest.
    var counts = proportions.dropLast().map { Int((Double(total) * $0).rounded(.down)) }
    counts.append(total - counts.reduce(0, +))
    try #require(counts == run.json.per_target_numbers.elements.compactMap(\.int))
    let noise = run.json.gumbel_noise_per_target.elements
    try #require(noise.count == (run.json.mode == .string("topk") ? 0 : counts.count))

    let budgets = counts.map { Budget.documents($0) }
    var candidates = CandidateGroup(
      chain: budgets, CandidateGroup.Settings(joinsCopies: false))
    var taken: Set<String> = []
    for target in counts.indices {
      // The reference draws noise only for the documents that earlier targets left.
      let left = run.eligible.filter { !taken.contains($0) }
      if !noise.isEmpty { try #require(noise[target].elements.count == left.count) }
      for id in run.eligible {
        let place = try place(of: id)
        let weight = try #require(run.json.log_weights_per_target[target][place].number)
        let number = noise.isEmpty ? nil : left.firstIndex(of: id)
        let key = weight + (number.flatMap { noise[target][$0].number } ?? 0)
        candidates.add(candidate(place, weight, key: key), arm: target)
      }
      taken.formUnion(run.json.selected_per_target[target].elements.compactMap(\.string))
    }
    let selections = candidates.draw(budgets)
    #expect(selections.map(ids) == run.json.selected_per_target.elements)
    #expect(
      selections.flatMap { ids($0).elements.compactMap(\.string) }.sorted()
        == run.json.selected_in_output_order.elements.compactMap(\.string))
  }

  /// The pool's documents are p00 to p39, in this order.
  private func place(of id: String) throws -> Int {
    try #require(id.first == "p" ? Int(id.dropFirst()) : nil)
  }

  private func candidate(_ place: Int, _ logWeight: Double, key: Double) -> Candidate {
    Candidate(
      key: key, textHash: UInt64(place),
      position: Position(shard: 0, place: place), lineByteCount: 1, textByteCount: 1,
      tokenCount: 1)
  }

  private func ids(_ selection: Selection) -> JSON {
    .array(
      selection.documents.map { document in
        let digits = String(document.position.place)
        return .string("p" + (digits.count < 2 ? "0" : "") + digits)
      })
  }
}
