internal import CVector
internal import Files

/// Cuts a text into tokens, one segment at a time, in memory of fixed size.
///
/// A segment is lower-cased into ``bytes``, 64 bytes at a time. For these, 64 bits each record
/// which bytes belong to words and which to other tokens: a token begins or ends where the class
/// changes. In blocks of ASCII no branch depends on the text. In other blocks, rare scalars beyond
/// ASCII are looked up one at a time. ``CVector`` does this. It leaves to the code here the scalars
/// whose lower-case form depends on their context or has another length.
///
/// A token that reaches the end of its segment waits for the next one: its bytes move to the front.
/// If they are many, the caller must take them away instead: see ``unfinishedPart``.
@safe struct Tokenizer: ~Copyable {
  /// The bytes of text in a segment.
  static let segmentSize = 4096
  /// An unfinished token longer than this is handed over in parts.
  static let longestWaiting = 1024
  /// Lower-casing turns two bytes into three at worst, and blocks are written 64 bytes at a time.
  static let capacity = longestWaiting + segmentSize / 2 * 3 + 128

  /// The lower-cased bytes of the segment.
  let bytes: UnsafeMutablePointer<UInt8>
  /// The begins and ends of the segment's tokens in ``bytes``.
  ///
  /// There are ``tokenCount`` of them.
  let starts: UnsafeMutablePointer<UInt32>
  let ends: UnsafeMutablePointer<UInt32>
  private(set) var tokenCount = 0

  private let tables: UnicodeTables
  private let kernels: Kernels
  /// The tables for ``CVector``.
  private var scalars: dsel_scalars

  /// The number of bytes in use in ``bytes``.
  ///
  /// Between segments, these are the bytes of the waiting token, from `waitingStart` on.
  private var count = 0
  private var waitingStart = 0
  /// The position in the text where the next segment begins.
  private var position = 0
  /// The state after the segment's last byte: whether a token must begin there, the class of the
  /// unfinished token, and whether that token is a single character, which only marks can join.
  private var borders = dsel_borders()

  /// Whether the first token that ``nextSegment(of:)`` finds, or ``unfinishedPart``, continues the
  /// ``unfinishedPart`` of an earlier segment.
  private(set) var continuesPart = false

  /// The place in ``bytes`` of a part of a token that is too long to wait as a whole.
  ///
  /// The token continues in the next segment, so the caller must hash the part now.
  private(set) var unfinishedPart: Range<Int>?

  init(_ kind: TokenizerKind, tables: UnicodeTables, kernels: Kernels = .chosen) {
    self.tables = tables
    self.kernels = kernels
    // SAFETY: they point into `tables`, which lives as long.
    unsafe scalars = tables.scalars(for: kind)
    // SAFETY: allocated here, freed in `deinit`. Every access stays within `capacity`, which the
    // size of a segment bounds.
    unsafe bytes = .allocate(capacity: Self.capacity)
    unsafe starts = .allocate(capacity: Self.capacity)
    unsafe ends = .allocate(capacity: Self.capacity)
    unsafe bytes.initialize(repeating: 0, count: Self.capacity)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe starts.deallocate()
    unsafe ends.deallocate()
  }

  /// Prepares for a new text.
  mutating func begin() {
    position = 0
    count = 0
    waitingStart = 0
    tokenCount = 0
    unfinishedPart = nil
    continuesPart = false
  }

  /// Finds the tokens of the next segment.
  ///
  /// - Parameter text: UTF-8, and the same in each call since ``begin()``.
  /// - Returns: false at the end of the text.
  mutating func nextSegment(of text: Span<UInt8>) -> Bool {
    guard position < text.count else { return false }
    continuesPart = unfinishedPart != nil
    unfinishedPart = nil
    // SAFETY: the waiting token's bytes lie within the bytes used.
    unsafe bytes.update(from: bytes + waitingStart, count: count)
    waitingStart = 0
    let end = segmentEnd(in: text)
    beginBorders(isWaiting: count > 0 || continuesPart)
    unsafe text.withUnsafeBufferPointer { buffer in
      // SAFETY: `classify` reads from `position` up to `end`, which is at most the text's length.
      if let base = buffer.baseAddress { unsafe classify(base, to: end, text) }
    }
    finishBorders()
    if end == text.count {
      count = 0
    } else {
      keepUnfinished()
    }
    return true
  }

  // MARK: Segments

  /// The end of the next segment, which is never within a scalar.
  private func segmentEnd(in text: Span<UInt8>) -> Int {
    var end = min(position + Self.segmentSize, text.count)
    while end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  /// The first border belongs to the waiting token, if there is one.
  private mutating func beginBorders(isWaiting: Bool) {
    borders.end_count = 0
    if isWaiting {
      // SAFETY: there is room for more than one.
      unsafe starts[0] = 0
      borders.start_count = 1
    } else {
      borders = dsel_borders()
    }
  }

  /// A token that reaches the end of the segment ends there, unless it turns out to continue.
  private mutating func finishBorders() {
    tokenCount = borders.end_count
    if borders.word_before | borders.other_before != 0 {
      // SAFETY: there are no more tokens than bytes.
      unsafe ends[tokenCount] = UInt32(count)
      tokenCount += 1
    }
    assert(borders.start_count == tokenCount)
  }

  /// Takes back the token that reaches the end of the segment.
  ///
  /// The next segment will finish it.
  private mutating func keepUnfinished() {
    let used = count
    count = 0
    guard borders.word_before | borders.other_before != 0 else { return }
    tokenCount -= 1
    // SAFETY: the token that reaches the end is the last one.
    let start = unsafe Int(starts[tokenCount])
    if used - start > Self.longestWaiting || (continuesPart && tokenCount == 0) {
      unfinishedPart = start..<used
    } else {
      // The bytes move only when the next segment begins, because the caller hashes this one's
      // first.
      waitingStart = start
      count = used - start
    }
  }

  // MARK: Lower case

  /// Lower-cases the text up to `end` into ``bytes``, and finds the borders in it.
  @unsafe
  private mutating func classify(
    _ base: UnsafePointer<UInt8>, to end: Int, _ text: Span<UInt8>
  ) {
    while true {
      // SAFETY: the text is readable up to `end`.
      position += unsafe add(base + position, end - position)
      if position == end { break }
      // The lower-case form of the next scalar depends on its context, or has another length.
      let scalar = unsafe UTF8Decoding.scalar(base + position)
      if scalar.value == UnicodeTables.capitalIWithDot {
        // As in Python's lower() and Unicode's SpecialCasing.txt: an i and a combining dot.
        append(0x69)
        append(0x307)
      } else if scalar.value == UnicodeTables.capitalSigma,
        tables.isFinalSigma(in: text, at: position)
      {
        append(UnicodeTables.finalSigma)
      } else {
        append(tables.lowercase(tables.properties(of: scalar.value)))
      }
      position += scalar.length
    }
  }

  /// Appends a scalar that is its own lower-case form.
  private mutating func append(_ scalar: UInt32) {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { buffer in
      guard let start = buffer.baseAddress else { return }
      let length = UTF8Encoding.length(scalar)
      // SAFETY: a scalar has at most four bytes. Lower-casing makes at most three bytes of two, and
      // `capacity` allows for that.
      unsafe UTF8Encoding.encode(scalar, into: start)
      let done = unsafe add(start, length)
      assert(done == length)
    }
  }

  /// Appends the lower-case form of the bytes at `start`, and their borders.
  ///
  /// - Returns: the number of bytes done, which end before a scalar that needs more care.
  @unsafe
  private mutating func add(_ start: UnsafePointer<UInt8>, _ byteCount: Int) -> Int {
    // SAFETY: 64 bytes and places after those in use are within `capacity`.
    let done = unsafe dsel_tokenize(
      kernels.backend, start, byteCount, bytes + count, UInt32(truncatingIfNeeded: count), starts,
      ends, &borders, &scalars)
    count += done
    return done
  }
}
