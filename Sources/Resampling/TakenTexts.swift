/// The texts that were drawn, as far as they may come again.
struct TakenTexts {
  private enum Watched {
    case none
    case all
    /// The texts that are in several buffers, and perhaps a few others.
    case some(Set<Candidate.TextKey>)
  }

  private let watched: Watched
  /// Where copies are drawn separately, a document is identified by its place.
  private let joinsCopies: Bool
  private var taken: Set<Candidate.TextKey> = []

  /// Watches all texts.
  init() {
    watched = .all
    joinsCopies = true
  }

  init(_ groups: [CandidateGroup], joinsCopies: Bool, copiesMayDiffer: Bool) {
    self.joinsCopies = joinsCopies
    if !groups.allSatisfy(\.keepsDocumentsOnce) {
      watched = .all
    } else if joinsCopies,
      groups.count > 1 || (copiesMayDiffer && groups.contains { $0.armCount > 1 })
    {
      watched = .some(Self.shared(by: groups))
    } else {
      watched = .none
    }
  }

  var watchesSome: Bool { if case .some = watched { true } else { false } }

  var isNeeded: Bool { if case .none = watched { false } else { true } }

  private func key(_ candidate: Candidate) -> Candidate.TextKey {
    joinsCopies ? candidate.textKey : candidate.placeKey
  }

  private func watches(_ key: Candidate.TextKey) -> Bool {
    switch watched {
    case .none: false
    case .all: true
    case .some(let keys): keys.contains(key)
    }
  }

  func contains(_ candidate: Candidate) -> Bool {
    isNeeded && taken.contains(key(candidate))
  }

  mutating func insert(_ candidate: Candidate) {
    let key = key(candidate)
    if watches(key) { taken.insert(key) }
  }

  mutating func insert(_ candidates: ArraySlice<Candidate>) {
    guard isNeeded else { return }
    for candidate in candidates { insert(candidate) }
  }

  /// The texts that are in several buffers, and perhaps a few more, found by a Bloom filter.
  ///
  /// A set of all texts would take more memory than the candidates themselves.
  private static func shared(by groups: [CandidateGroup]) -> Set<Candidate.TextKey> {
    let count = groups.reduce(0) { $0 + $1.keptCount }
    // Each text has 16 to 32 bits, three of which are set. About 1 % of new texts look as if they
    // had been seen.
    let bits = max(6, Int.bitWidth - max(1, 16 * count - 1).leadingZeroBitCount)
    var filter = [UInt64](repeating: 0, count: 1 << (bits - 6))
    var shared: Set<Candidate.TextKey> = []
    for group in groups {
      group.forEachKept { candidate in
        let mixed = BloomFilter.mix(candidate.textHash)
        let mask = BloomFilter.mask(mixed)
        let word = bits > 6 ? Int(mixed >> UInt64(64 - (bits - 6))) : 0
        if filter[word] & mask == mask { shared.insert(candidate.textKey) }
        filter[word] |= mask
      }
    }
    return shared
  }
}
