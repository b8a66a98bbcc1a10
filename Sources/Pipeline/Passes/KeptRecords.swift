internal import Files
internal import Platform
internal import Reading
internal import Resampling

/// Records of the pool that passes keep in a temporary file, so that a later pass needn't
/// decompress the pool to read them again.
///
/// It is a help that may fail: what isn't kept, for want of room or for any other reason, is read
/// in the pool, with the same result. The file has mode 0600 and no name.
final class KeptRecords: Sendable {
  /// Some records of one shard, one after another in the file, in pool order.
  ///
  /// Each is preceded by its place (8 bytes) and its size (4 bytes).
  struct Extent {
    /// The place of the first record.
    var place: Int
    var start: Int
    var byteCount: Int
  }

  private final class Opened: Sendable {
    let file: File

    init(_ directory: String) throws(SystemError) {
      file = try File.unnamedTemporary(in: directory)
    }
  }

  private struct State {
    var opened: Opened?
    var byteCount = 0
    /// By pass and shard. A pass keeps a record once.
    var passes: [[[Extent]]]
    var hasGivenUp = false
  }

  /// The file takes at most this much.
  static let mostBytes = 4 << 30
  /// The file takes at most this part of the room on its disk, less ``reserve``. So there is always
  /// room for the outputs and other temporary files.
  static let roomDivisor = 5
  /// The room that is left in any case.
  static let reserve = 256 << 20

  private let directory: String
  private let mostBytes: Int
  private let freeByteCount: @Sendable (String) -> Int?
  /// Whether the records of each shard are worth keeping: those of a plain file aren't.
  private let keepsShard: [Bool]
  private let state: Lock<State>

  /// - Parameters:
  ///   - keepsShard: whether the records of each shard are kept.
  ///   - mostBytes: the largest size of the file.
  ///   - freeByteCount: the bytes that may still be written in a directory; nil if unknown.
  init(
    directory: String, keepsShard: [Bool], mostBytes: Int = KeptRecords.mostBytes,
    freeByteCount: @escaping @Sendable (String) -> Int? = { FileSystem.freeByteCount(in: $0) }
  ) {
    self.directory = directory
    self.mostBytes = mostBytes
    self.freeByteCount = freeByteCount
    self.keepsShard = keepsShard
    state = Lock(State(passes: [keepsShard.map { _ in [] }]))
  }

  func keeps(shard: Int) -> Bool { keepsShard[shard] }

  /// Whether the record at a place is kept: rows aren't stored in one piece.
  func keeps(_ place: RecordPlace) -> Bool {
    !place.isRow && keeps(shard: place.position.shard)
  }

  /// The size of the file.
  var byteCount: Int { state.withLock { $0.byteCount } }

  /// Begins another pass, which may keep the same records as those before it, and fewer: if these
  /// have given up, this one tries again.
  func beginPass() {
    state.withLock { state in
      state.hasGivenUp = false
      guard state.passes[state.passes.count - 1].contains(where: { !$0.isEmpty }) else { return }
      state.passes.append(keepsShard.map { _ in [] })
    }
  }

  /// Forgets what was kept, since all passes are repeated.
  func forget() {
    state.withLock { state in state = State(passes: [keepsShard.map { _ in [] }]) }
  }

  /// Ends the keeping, and frees the room on the disk.
  func giveUp() {
    state.withLock { state in giveUp(&state) }
  }

  private func giveUp(_ state: inout State) {
    state = State(passes: [keepsShard.map { _ in [] }], hasGivenUp: true)
  }

  /// Appends records of one shard, which lie between no two of another call of the same pass.
  ///
  /// - Parameters:
  ///   - records: with their places and sizes. The last may go on in `rest`.
  ///   - place: that of the first.
  func append(_ records: Span<UInt8>, _ rest: Span<UInt8>, shard: Int, place: Int) {
    let count = records.count + rest.count
    state.withLock { state in
      guard !state.hasGivenUp else { return }
      guard hasRoom(for: state.byteCount + count, written: state.byteCount) else {
        return giveUp(&state)
      }
      do throws(SystemError) {
        if state.opened == nil { state.opened = try Opened(directory) }
        try state.opened?.file.writeAll(records)
        try state.opened?.file.writeAll(rest)
      } catch {
        return giveUp(&state)
      }
      state.passes[state.passes.count - 1][shard].append(
        Extent(place: place, start: state.byteCount, byteCount: count))
      state.byteCount += count
    }
  }

  func append(_ records: Span<UInt8>, shard: Int, place: Int) {
    append(records, records.extracting(0..<0), shard: shard, place: place)
  }

  private func hasRoom(for byteCount: Int, written: Int) -> Bool {
    byteCount <= room(written: written)
  }

  /// The largest size that the file may have now.
  ///
  /// - Parameter written: its size. It has taken its part of the room already.
  func room(written: Int = 0) -> Int {
    guard let free = freeByteCount(directory) else { return 0 }
    return max(0, min(mostBytes, (min(free, 1 << 60) + written - Self.reserve) / Self.roomDivisor))
  }

  /// The extents of a shard by their places, for each pass that kept something of it.
  func extents(ofShard shard: Int) -> [[Extent]] {
    state.withLock { $0.passes.map { $0[shard] } }.filter { !$0.isEmpty }.map { extents in
      extents.sorted { $0.place < $1.place }
    }
  }

  /// Reads an extent in place of what is in `bytes`.
  ///
  /// - Throws: ``SystemError``
  func read(_ extent: Extent, into bytes: inout ByteBuffer) throws(SystemError) {
    guard let opened = state.withLock({ $0.opened }) else {
      preconditionFailure("nothing was kept")
    }
    bytes.removeAll(keepingCapacityUpTo: 4 * KeptRecordWriter.blockSize)
    try bytes.reserve(additional: extent.byteCount)
    while bytes.count < extent.byteCount {
      let before = bytes.count
      try bytes.append(upTo: extent.byteCount - before) { output throws(SystemError) in
        _ = try opened.file.read(into: &output, at: extent.start + before)
      }
      guard bytes.count > before else { preconditionFailure("the temporary file lost bytes") }
    }
  }
}

/// Collects the records of one worker for ``KeptRecords``.
struct KeptRecordWriter: ~Copyable {
  static let blockSize = 512 << 10
  static let placeSize = 8
  /// The size of what precedes a record.
  static let headSize = placeSize + 4

  private let kept: KeptRecords
  private var bytes = ByteBuffer()
  private var first = Position(shard: 0, place: 0)

  init(_ kept: KeptRecords) { self.kept = kept }

  /// Keeps a record. Within a chunk they come in pool order.
  mutating func add(_ record: Span<UInt8>, at position: Position) {
    if bytes.isEmpty { first = position }
    do throws(SystemError) {
      try bytes.reserve(additional: Self.blockSize + Self.headSize - bytes.count)
      appendNumber(position.place, byteCount: Self.placeSize)
      appendNumber(record.count, byteCount: Self.headSize - Self.placeSize)
      // A long record needn't be held twice.
      guard bytes.count + record.count <= Self.blockSize else {
        kept.append(bytes.span, record, shard: first.shard, place: first.place)
        return bytes.removeAll(keepingCapacityUpTo: .max)
      }
      try bytes.append(record)
    } catch {
      kept.giveUp()
    }
  }

  /// Hands over what was collected of a chunk.
  mutating func endChunk() {
    guard !bytes.isEmpty else { return }
    kept.append(bytes.span, shard: first.shard, place: first.place)
    bytes.removeAll(keepingCapacityUpTo: .max)
  }

  private mutating func appendNumber(_ number: Int, byteCount: Int) {
    bytes.append(upTo: byteCount) { output in
      for byte in 0..<byteCount { output.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
    }
  }
}
