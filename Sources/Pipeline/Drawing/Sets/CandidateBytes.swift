internal import Choosing
internal import Platform
internal import Resampling

/// Something of each candidate as compact bytes, its features or its tokens: in memory, and in a
/// temporary file once there are too many.
///
/// Candidates are known by their numbers.
final class CandidateBytes: Sendable {
  private struct State: ~Copyable {
    /// Where each candidate's bytes begin, over file and memory.
    var starts: [Int]
    var lengths: [Int32]
    /// The bytes that aren't in the file.
    var held: [UInt8] = []
    var fileByteCount = 0
    /// The number of candidates that were put.
    var candidateCount = 0
  }

  /// The number of bytes that memory holds, at most.
  static let mostHeld = 64 << 20

  private let count: Int
  private let mostHeld: Int
  private let room: SpoolRoom
  private let state: Lock<State>
  private let file: SpoolFile

  /// - Parameters:
  ///   - count: the number of candidates.
  ///   - room: for the temporary file.
  ///   - mostHeld: the number of bytes that memory holds, at most.
  init(count: Int, room: SpoolRoom, mostHeld: Int = CandidateBytes.mostHeld) {
    self.count = count
    self.mostHeld = mostHeld
    self.room = room
    state = Lock(
      State(starts: Array(repeating: 0, count: count), lengths: Array(repeating: 0, count: count)))
    file = SpoolFile(directory: room.directory)
  }

  /// - Throws: ``PipelineError``; among others, if the disk has no room for the candidates that are
  ///   still to come, if they are like those before them.
  func put(_ bytes: [UInt8], of candidate: Int) throws(PipelineError) {
    try state.withLock { state throws(PipelineError) in
      state.starts[candidate] = state.fileByteCount + state.held.count
      state.lengths[candidate] = Int32(bytes.count)
      state.held += bytes
      state.candidateCount += 1
      guard state.held.count > mostHeld else { return }
      try room.check(
        knownByteCount: state.fileByteCount + state.held.count, written: state.fileByteCount,
        of: state.candidateCount, among: count)
      try file.append(state.held.span)
      state.fileByteCount += state.held.count
      state.held = []
    }
  }

  /// The bytes of a candidate; none if it has none yet.
  ///
  /// - Throws: ``PipelineError``
  func bytes(of candidate: Int) throws(PipelineError) -> [UInt8] {
    let (found, place) = state.withLock { state in
      let (start, count) = (state.starts[candidate], Int(state.lengths[candidate]))
      let place = start - state.fileByteCount
      return place >= 0
        ? (Array(state.held[place..<(place + count)]), 0..<0) : ([], start..<(start + count))
    }
    return place.isEmpty ? found : try file.read(place.count, at: place.lowerBound)
  }
}

/// Takes features.
extension CandidateBytes: FeatureSink {
  func add(_ words: [UInt32], textHashes: [UInt64]) throws(PipelineError) {
    try add(words) { $0 }
  }

  /// - Parameter place: the number here of a candidate.
  fileprivate func add(_ words: [UInt32], _ place: (Int) -> Int) throws(PipelineError) {
    var start = 0
    while start < words.count {
      let record = CandidateRecord(in: words.span, at: start)
      try put(FeatureBytes.encode(record, in: words.span), of: place(record.candidate))
      start = record.end
    }
  }
}

/// Takes the features of some candidates.
struct SomeFeatures: FeatureSink {
  var store: CandidateBytes
  /// The number in the store of each candidate that is read.
  var numbers: [Int]

  func add(_ words: [UInt32], textHashes: [UInt64]) throws(PipelineError) {
    try store.add(words) { numbers[$0] }
  }
}

extension CandidateFile {
  /// Reads the features of all candidates.
  ///
  /// - Parameters:
  ///   - profiles: one per target.
  ///   - room: for the temporary file.
  ///   - read: reads the candidates of one target.
  mutating func addFeatures(
    _ profiles: [TargetProfile], _ room: SpoolRoom,
    read: ([Candidate], TargetProfile, SomeFeatures) throws -> Void
  ) throws {
    let store = CandidateBytes(count: candidates.count, room: room)
    for (target, profile) in profiles.enumerated() {
      let numbers = numbers(ofTarget: target)
      try read(
        numbers.map { candidates[$0] }, profile, SomeFeatures(store: store, numbers: numbers))
    }
    header.profiles = profiles
    features = store
  }
}
