internal import Files
internal import Platform
internal import Reading
internal import Resampling

extension DrawStep {
  /// How records of documents that may be drawn are kept.
  struct Keeping: Sendable {
    var records: KeptRecords
    /// Whether candidates of targets are kept only when they are read again for the choice: there
    /// are fewer of them by then.
    var waitsForTargets: Bool

    func keeps(_ arm: DrawPlan.Arm) -> Bool { !waitsForTargets || arm.target == nil }

    /// If more than this share of the documents would be kept, nothing is.
    ///
    /// When half of a pool was drawn, or nine tenths, keeping saved 8 % of the time, and wrote
    /// nearly all of the text, which a slow disk would take long for.
    static let largestShare = 2.0 / 3

    /// The share of the documents that is kept of a pool in random order.
    ///
    /// How large a key must be is known better and better: of n documents so far, the largest f n
    /// may be drawn. So the document after them is kept with probability f, or 1 at the beginning.
    /// That makes f (1 + ln 1/f) of all.
    ///
    /// - Parameter share: the share f of the documents that is drawn, for all targets.
    static func share(drawn share: Double, targetCount: Int) -> Double {
      guard share > 0 else { return 0 }
      return min(1, share * (1 + log(Double(targetCount) / share)))
    }
  }
}

/// Keeps the records of documents that may be drawn, as one worker comes to them.
struct CandidateKeeper: ~Copyable {
  private let keeping: DrawStep.Keeping?
  private var writer: KeptRecordWriter?
  /// The current record, as it was before its text was read.
  private var record = ByteBuffer()
  /// Its position; nil if there is none, or once it was written.
  private var position: Position?

  init(_ keeping: DrawStep.Keeping?, _ plan: DrawPlan) {
    let isUsed = plan.groups.contains { $0.arms.contains { keeping?.keeps($0) ?? false } }
    self.keeping = isUsed ? keeping : nil
    if isUsed, let keeping { writer = KeptRecordWriter(keeping.records) }
  }

  /// Whether the record at a place may be kept.
  ///
  /// A long one would have to be in memory twice.
  func keeps(_ place: RecordPlace) -> Bool {
    guard let keeping, place.byteCount <= KeptRecordWriter.blockSize else { return false }
    return keeping.records.keeps(place)
  }

  /// Takes a record, which is kept if it is added.
  mutating func keep(_ record: Span<UInt8>, at position: Position) {
    self.record.truncate(to: 0)
    do throws(SystemError) {
      try self.record.append(record)
      self.position = position
    } catch {
      // It is read in the pool.
      self.position = nil
    }
  }

  /// Keeps the record of a candidate, once, if it was taken.
  mutating func add(_ candidate: Candidate, of arm: DrawPlan.Arm) {
    guard position == candidate.position, let keeping, keeping.keeps(arm) else { return }
    position = nil
    // Taken out for a moment, since a part of `self` is changed meanwhile.
    var bytes = ByteBuffer()
    swap(&bytes, &record)
    writer?.add(bytes.span, at: candidate.position)
    swap(&bytes, &record)
  }

  mutating func endChunk() { writer?.endChunk() }
}
