package import Compression
internal import Files
internal import Platform

/// The decompressed bytes of a shard, in order.
///
/// The container is recognised by its magic number, whatever the file's name. On request, the
/// source computes content hashes: XXH3-64 of the bytes as they are stored, and decompressed.
package struct ByteSource: ~Copyable, Sendable {
  /// Size of a read, 256 KiB: larger reads were measured to gain nothing.
  static let readSize = 256 << 10

  package let shard: Shard
  let file: Shard.OpenFile
  /// The offset of the next read; nil for a pipe, which has no offsets.
  private var offset: Int?
  /// Bytes read but not yet decoded: those from `consumed` on.
  private var stored = ByteBuffer()
  private var consumed = 0
  var isAtEnd = false
  private var decompressor: Decompressor
  private var hasher: ContentHasher?
  /// Hashes the decompressed bytes; nil for a plain file, whose bytes are the stored ones.
  private var textHasher: ContentHasher?
  /// The expected form of the first decompressed bytes; nil where the format checks it.
  package var expectation: ForeignFormat.Expectation?
  /// Whether a read returns as soon as there is something, instead of when it is full.
  var returnsEarly = false
  /// Whether the first decompressed bytes have been checked.
  private var isRecognized = false
  package private(set) var container = Container.plain
  /// The format of the shard's documents, detected from the first bytes as they are stored.
  package private(set) var format: any DocumentFormat = JSONLines()
  /// Bytes read from the file so far.
  package private(set) var storedByteCount = 0
  private var textByteCount = 0
  /// Whether the hashes were requested.
  private var hashesContent = false
  /// Decodes frames before they are read; nil if nobody else does.
  private var ahead: FramesAhead?
  /// Frames that were decoded, and the number of bytes of them that were read.
  private var run: FramesAhead.Run?
  private var runByteCount = 0

  /// Opens the shard and reads its first bytes.
  ///
  /// - Throws: ``ReadingError``
  package static func open(
    _ shard: Shard, maximumWindow: Int, hashesContent: Bool = false,
    expecting expectation: ForeignFormat.Expectation = .lines, ahead: FramesAhead? = nil
  ) throws(ReadingError) -> ByteSource {
    var source: ByteSource
    do {
      // Replaced as soon as the first bytes are known.
      let plain = try Decompressor(.plain, maximumWindowByteCount: maximumWindow)
      // All passes over a command's output are compared.
      let hasher = hashesContent || shard.command != nil ? try ContentHasher() : nil
      source = ByteSource(shard, file: try shard.open(), plain, hasher, expectation)
      source.hashesContent = hashesContent
    } catch let error as ReadingError {
      throw error
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      throw .damaged(path: shard.name, .outOfMemory)
    }
    try source.checkUnchanged()
    try source.begin(maximumWindow: maximumWindow)
    if let ahead, source.container == .zstd, shard.hasOffsets {
      source.ahead = ahead
      source.decompressor.stopAtFrames()
      ahead.begin(
        source.file, maximumWindow: maximumWindow, keepsStored: hashesContent)
    }
    if hashesContent, source.container != .plain {
      do throws(SystemError) { source.textHasher = try ContentHasher() } catch {
        throw .system(error)
      }
    }
    return source
  }

  /// Reads the first bytes, and chooses the decoder by them.
  private mutating func begin(maximumWindow: Int) throws(ReadingError) {
    repeat { try readStored() } while stored.count < 4 && !isAtEnd
    container = Container.recognize(stored.span)
    for other in shard.formats where other.recognizes(stored.span) {
      format = other
      break
    }
    do throws(CompressionError) {
      decompressor = try Decompressor(container, maximumWindowByteCount: maximumWindow)
    } catch {
      throw .damaged(path: shard.name, error)
    }
  }

  private init(
    _ shard: Shard, file: Shard.OpenFile, _ decompressor: consuming Decompressor,
    _ hasher: consuming ContentHasher?, _ expectation: ForeignFormat.Expectation
  ) {
    self.expectation = expectation
    self.decompressor = decompressor
    self.shard = shard
    self.file = file
    self.hasher = hasher
    offset = shard.hasOffsets ? 0 : nil
  }

  /// Returns the first `byteCount` decompressed bytes of a shard, or fewer if there are no more.
  ///
  /// - Throws: ``ReadingError``
  package static func head(
    of shard: Shard, byteCount: Int, limits: ReadingLimits
  ) throws(ReadingError) -> [UInt8] {
    var source = try open(shard, maximumWindow: limits.maximumWindow, expecting: .value)
    var head: [UInt8] = []
    try head.append(addingCapacity: byteCount) { output throws(ReadingError) in
      try source.read(into: &output)
    }
    return head
  }

  /// Whether checksums guard the bytes read so far; nil for plain files, which have none.
  package var hasChecksums: Bool? { decompressor.hasChecksums }

  /// The hash of all stored bytes, once the end has been reached, if it was requested.
  package var contentHash: UInt64? { hashesContent ? storedHash : nil }

  private var storedHash: UInt64? {
    guard isAtEnd else { return nil }
    switch hasher {
    case .some(let hasher): return hasher.digest
    case nil: return nil
    }
  }

  /// The hash of all decompressed bytes, once the end has been reached.
  package var textHash: UInt64? {
    guard isAtEnd else { return nil }
    switch textHasher {
    case .some(let hasher): return hasher.digest
    case nil: return contentHash
    }
  }

  /// Fills `output` as far as the shard has bytes, or with what is there: see ``returnsEarly``.
  ///
  /// It stays empty only at the end, where the container has been found whole.
  ///
  /// - Throws: ``ReadingError``
  package mutating func read(into output: inout OutputSpan<UInt8>) throws(ReadingError) {
    let start = output.count
    try fill(&output)
    textByteCount += output.count - start
    if textByteCount == 0, output.freeCapacity > 0 { try file.command?.checkNotEmpty() }
    textHasher?.update(output.span.extracting(start..<output.count))
    guard !isRecognized else { return }
    isRecognized = true
    guard let expectation else { return }
    if let format = ForeignFormat.recognize(
      output.span.extracting(start..<output.count), expecting: expectation,
      isDecompressed: container != .plain)
    {
      throw commandFault() ?? .foreign(path: shard.name, format, within: container)
    }
  }

  private mutating func fill(_ output: inout OutputSpan<UInt8>) throws(ReadingError) {
    let start = output.count
    while output.freeCapacity > 0 {
      if returnsEarly, output.count > start { return }
      if copyRun(to: &output) { continue }
      if consumed == stored.count {
        stored.removeAll(keepingCapacityUpTo: .max)
        consumed = 0
        if container == .plain, !isAtEnd {
          // Plain bytes need no detour through `stored`.
          let before = output.count
          try readFile(into: &output)
          hasher?.update(output.span.extracting(before..<output.count))
          continue
        }
        if !isAtEnd { try readStored() }
      }
      if takeRun() { continue }
      let before = output.count
      do throws(CompressionError) {
        try decode(into: &output)
        guard isAtEnd, consumed == stored.count, output.count == before else { continue }
        try decompressor.finish()
      } catch {
        throw commandFault() ?? .damaged(path: shard.name, error)
      }
      // A file that grew or was cut during the read may still decode.
      return try checkUnchanged()
    }
  }

  /// Takes the next frames, if they have been decoded.
  private mutating func takeRun() -> Bool {
    guard let ahead, decompressor.isBetweenFrames else { return false }
    let read = stored.count - consumed
    guard let run = ahead.take(at: storedByteCount - read) else { return false }
    if run.storedByteCount <= read {
      consumed += run.storedByteCount
    } else {
      if hashesContent { hasher?.update(run.stored, from: read) }
      storedByteCount += run.storedByteCount - read
      offset = storedByteCount
      stored.removeAll(keepingCapacityUpTo: .max)
      consumed = 0
    }
    decompressor.passFrames(hasChecksums: run.hasChecksums)
    self.run = run
    runByteCount = 0
    return true
  }

  /// Copies text of the frames that were taken; false once there is no more.
  private mutating func copyRun(to output: inout OutputSpan<UInt8>) -> Bool {
    guard let run else { return false }
    let count = run.text.copy(from: runByteCount, to: &output)
    runByteCount += count
    if runByteCount == run.text.count { self.run = nil }
    return count > 0
  }

  private mutating func decode(into output: inout OutputSpan<UInt8>) throws(CompressionError) {
    // Taken out of `self` for a moment: its span and the decoder can't both be borrowed from there.
    var stored = ByteBuffer()
    swap(&stored, &self.stored)
    defer { swap(&stored, &self.stored) }
    let input = stored.span.extracting(consumed..<stored.count)
    consumed += try decompressor.decompress(input, into: &output)
  }

  /// Reads the next stored bytes, to the end of `stored`.
  private mutating func readStored() throws(ReadingError) {
    do throws(SystemError) { try stored.reserve(additional: Self.readSize) } catch {
      throw .system(error)
    }
    let before = stored.count
    var buffer = ByteBuffer()
    swap(&buffer, &stored)
    defer { swap(&buffer, &stored) }
    try buffer.append(upTo: Self.readSize) { output throws(ReadingError) in
      try readFile(into: &output)
    }
    hasher?.update(buffer.span.extracting(before..<buffer.count))
  }

  /// One system call's worth of stored bytes.
  private mutating func readFile(into output: inout OutputSpan<UInt8>) throws(ReadingError) {
    try file.command?.waitForBytes()
    do throws(SystemError) {
      let count = try file.file.read(into: &output, at: offset)
      if count == 0 { isAtEnd = true }
      if let offset { self.offset = offset + count }
      storedByteCount += count
    } catch {
      throw .system(error)
    }
    if isAtEnd, let command = file.command {
      // All bytes are hashed by now: the reads before this one gave them.
      try command.finish(byteCount: storedByteCount, hash: storedHash ?? 0)
    }
  }

  /// Goes on at `offset` without reading the bytes before it, if the shard is a plain file.
  ///
  /// - Returns: false, without any effect, for other shards.
  package mutating func skipPlain(to offset: Int) -> Bool {
    guard container == .plain, self.offset != nil else { return false }
    stored.removeAll(keepingCapacityUpTo: .max)
    consumed = 0
    self.offset = offset
    // Only the beginning shows the format.
    isRecognized = true
    return true
  }

  /// Checks that a regular file is unchanged since the run began.
  ///
  /// - Throws: ``ReadingError/changed(path:)``
  package func checkUnchanged() throws(ReadingError) {
    guard shard.hasOffsets else { return }
    do throws(SystemError) {
      if try file.file.status() == shard.status { return }
    } catch {
      throw .system(error)
    }
    throw .changed(path: shard.name)
  }
}
