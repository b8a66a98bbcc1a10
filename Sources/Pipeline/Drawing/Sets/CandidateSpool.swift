internal import Choosing
internal import Platform

/// The records of candidates, by slices of their text hashes: in memory, and in a temporary file
/// once they are too many.
final class CandidateSpool: FeatureSink {
  /// Some words of one slice in the file.
  private struct Extent {
    var start: Int
    var wordCount: Int
  }

  private struct State: ~Copyable {
    /// The words of each slice that aren't in the file.
    var held: [[UInt32]]
    var heldCount = 0
    /// The number of candidates that were added.
    var candidateCount = 0
    var extents: [[Extent]]
    var fileWordCount = 0
  }

  /// The number of words that memory holds, at most.
  static let mostHeld = 16 << 20

  let sliceCount: Int
  /// The number of words that memory holds, at most.
  private let mostHeld: Int
  private let room: SpoolRoom
  private let candidateCount: Int
  private let state: Lock<State>
  private let file: SpoolFile

  /// - Parameters:
  ///   - sliceCount: a power of two.
  ///   - room: for the temporary file.
  ///   - candidateCount: the number of candidates that will be added.
  ///   - mostHeld: the number of words that memory holds, at most.
  init(
    sliceCount: Int, room: SpoolRoom, candidateCount: Int, mostHeld: Int = CandidateSpool.mostHeld
  ) {
    precondition(sliceCount > 0 && sliceCount & (sliceCount - 1) == 0)
    self.sliceCount = sliceCount
    self.mostHeld = mostHeld
    self.room = room
    self.candidateCount = candidateCount
    state = Lock(
      State(
        held: Array(repeating: [], count: sliceCount),
        extents: Array(repeating: [], count: sliceCount)))
    file = SpoolFile(directory: room.directory)
  }

  /// The slice of a text: the upper bits of its hash.
  func slice(of textHash: UInt64) -> Int {
    sliceCount == 1 ? 0 : Int(textHash >> UInt64(64 - sliceCount.trailingZeroBitCount))
  }

  /// - Throws: ``PipelineError``; among others, if the disk has no room for the candidates that are
  ///   still to come, if they are like those before them.
  func add(_ words: [UInt32], textHashes: [UInt64]) throws(PipelineError) {
    try state.withLock { state throws(PipelineError) in
      if state.candidateCount == 0 { reserve(words.count, of: textHashes.count, &state) }
      var start = 0
      for textHash in textHashes {
        let slice = slice(of: textHash)
        let end = CandidateRecord(in: words.span, at: start).end
        state.held[slice].append(contentsOf: words[start..<end])
        start = end
      }
      state.heldCount += start
      state.candidateCount += textHashes.count
      if state.heldCount > mostHeld {
        let wordSize = MemoryLayout<UInt32>.size
        try room.check(
          knownByteCount: wordSize * (state.fileWordCount + state.heldCount),
          written: wordSize * state.fileWordCount, of: state.candidateCount, among: candidateCount)
        try write(&state)
      }
    }
  }

  /// Reserves room for all candidates, if they are like the first ones.
  ///
  /// Otherwise, each slice would be copied whenever it doubles. Memory counts when it is used.
  private func reserve(_ wordCount: Int, of count: Int, _ state: inout State) {
    let all = Double(wordCount) / Double(max(1, count)) * Double(candidateCount)
    let ofSlice = min(1.25 * all, Double(mostHeld)) / Double(sliceCount)
    for slice in state.held.indices {
      state.held[slice].reserveCapacity(Int(ofSlice.rounded(.down)))
    }
  }

  private func write(_ state: inout State) throws(PipelineError) {
    for slice in state.held.indices where !state.held[slice].isEmpty {
      let words = state.held[slice]
      state.held[slice] = []
      try file.append(words: words.span)
      state.extents[slice].append(Extent(start: state.fileWordCount, wordCount: words.count))
      state.fileWordCount += words.count
    }
    state.heldCount = 0
  }

  /// The number of words in each slice.
  var wordCounts: [Int] {
    state.withLock { state in
      state.held.indices.map { slice in
        state.held[slice].count + state.extents[slice].reduce(0) { $0 + $1.wordCount }
      }
    }
  }

  /// The records of some slices, always in the same order.
  ///
  /// - Throws: ``PipelineError``
  func records(of slices: Range<Int>) throws(PipelineError) -> CandidateRecords {
    let (held, extents) = state.withLock { state in
      (slices.map { state.held[$0] }, slices.map { state.extents[$0] })
    }
    // The usual case, in which nothing has to be copied.
    if held.count == 1, extents[0].isEmpty { return CandidateRecords(held[0]) }
    var words: [UInt32] = []
    words.reserveCapacity(
      held.reduce(0) { $0 + $1.count }
        + extents.reduce(0) { $0 + $1.reduce(0) { $0 + $1.wordCount } })
    for (held, extents) in zip(held, extents) {
      for extent in extents {
        let start = MemoryLayout<UInt32>.size * extent.start
        try file.read(words: extent.wordCount, at: start, into: &words)
      }
      words.append(contentsOf: held)
    }
    return CandidateRecords(words)
  }
}
