internal import Choosing
internal import Platform
internal import Resampling

/// Gives the features of candidates, each of which is read from its source only once.
///
/// Selections of several sizes share most of their candidates.
final class RememberedFeatures: FeatureSource {
  /// Candidates that were read together.
  private struct Layer: Sendable {
    /// In pool order.
    var candidates: [Candidate]
    var store: CandidateBytes
  }

  private let source: any FeatureSource
  private let room: SpoolRoom
  private let layers = Lock([Layer]())

  /// The words that are given to a sink at once, about.
  private static let batchWordCount = 1 << 18

  /// - Parameter room: for features that memory has no room for.
  init(_ source: any FeatureSource, room: SpoolRoom) {
    self.source = source
    self.room = room
  }

  func read(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws {
    let missing = candidates.filter { find($0.position) == nil }
    if !missing.isEmpty {
      let store = CandidateBytes(count: missing.count, room: room)
      try source.read(missing, of: profile, into: store)
      layers.withLock { $0.append(Layer(candidates: missing, store: store)) }
    }
    var words: [UInt32] = []
    var textHashes: [UInt64] = []
    for (number, candidate) in candidates.enumerated() {
      guard let (store, place) = find(candidate.position) else {
        preconditionFailure("a candidate's features were read above")
      }
      let isWhole = FeatureBytes.decode(
        try store.bytes(of: place), candidate: number, rankCount: profile.rankCount, into: &words)
      precondition(isWhole, "the bytes come from this run")
      textHashes.append(candidate.textHash)
      if words.count > Self.batchWordCount || number == candidates.count - 1 {
        try sink.add(words, textHashes: textHashes)
        words.removeAll(keepingCapacity: true)
        textHashes.removeAll(keepingCapacity: true)
      }
    }
  }

  /// The store that has a candidate's features, and its number there.
  private func find(_ position: Position) -> (CandidateBytes, Int)? {
    layers.withLock { layers in
      for layer in layers {
        let place = Candidates.firstIndex(from: position, in: layer.candidates)
        if place < layer.candidates.count, layer.candidates[place].position == position {
          return (layer.store, place)
        }
      }
      return nil
    }
  }
}
