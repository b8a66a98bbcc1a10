/// Cuts a text into tokens, a segment at a time, in memory of fixed size.
///
/// A segment is lower-cased into ``bytes`` while three bit arrays note what each byte is; the borders of
/// tokens are then the bits where the class changes. Blocks of 64 ASCII bytes take no branch that depends on
/// the text; scalars beyond ASCII are decoded one at a time.
///
/// A token that reaches the end of its segment waits for the next one: its bytes move to the front. When
/// they are many, the caller must take them away instead: see ``unfinishedPart``.
@safe struct Tokenizer: ~Copyable {
  /// Bytes of text that a segment takes.
  static let segmentSize = 4096
  /// An unfinished token of more bytes than this is handed on in parts.
  static let longestWaiting = 1024
  /// Lower-casing makes two bytes three at worst, and blocks are written 64 bytes at a time.
  static let capacity = longestWaiting + segmentSize / 2 * 3 + 128

  /// The lower-cased bytes of the segment.
  let bytes: UnsafeMutablePointer<UInt8>
  /// Where the segment's tokens begin and end in ``bytes``; ``tokenCount`` of them.
  let starts: UnsafeMutablePointer<UInt32>
  let ends: UnsafeMutablePointer<UInt32>
  private(set) var tokenCount = 0

  /// One bit a byte of ``bytes``: part of a token of word characters; of one of other characters; the first
  /// byte of a token though the byte before it is of the same class.
  private let word: UnsafeMutablePointer<UInt64>
  private let other: UnsafeMutablePointer<UInt64>
  private let breaks: UnsafeMutablePointer<UInt64>
  private static let maskCount = capacity / 64 + 2

  private let tables: UnicodeTables
  /// Whether marks and single-character scripts have rules of their own.
  private let kind: TokenizerKind

  /// Bytes used of ``bytes``; between segments, those of the waiting token, from `waitingStart` on.
  private var count = 0
  private var waitingStart = 0
  /// Where the next segment begins in the text.
  private var position = 0
  /// The unfinished token's class, and whether it is a single character that nothing but marks joins.
  private var waitingIsWord = false
  private var waitingIsSingle = false

  /// True if the first token that ``nextSegment(of:)`` finds, or ``unfinishedPart``, continues
  /// an earlier segment's ``unfinishedPart``.
  private(set) var continuesPart = false

  /// The place in ``bytes`` of a part of a token that is too long to wait whole: it goes on in the next
  /// segment, so the caller must hash the part now.
  private(set) var unfinishedPart: Range<Int>?

  init(_ kind: TokenizerKind, tables: UnicodeTables) {
    self.tables = tables
    self.kind = kind
    // SAFETY: allocated here, freed in `deinit`; every access stays within `capacity`, which the
    // segment size bounds.
    unsafe bytes = .allocate(capacity: Self.capacity)
    unsafe starts = .allocate(capacity: Self.capacity)
    unsafe ends = .allocate(capacity: Self.capacity)
    unsafe word = .allocate(capacity: Self.maskCount)
    unsafe other = .allocate(capacity: Self.maskCount)
    unsafe breaks = .allocate(capacity: Self.maskCount)
    unsafe bytes.initialize(repeating: 0, count: Self.capacity)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe starts.deallocate()
    unsafe ends.deallocate()
    unsafe word.deallocate()
    unsafe other.deallocate()
    unsafe breaks.deallocate()
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

  /// Tokenizes the next segment. Returns false when the text is used up.
  ///
  /// - Parameter text: UTF-8, the same in each call since ``begin()``.
  mutating func nextSegment(of text: Span<UInt8>) -> Bool {
    guard position < text.count else { return false }
    continuesPart = unfinishedPart != nil
    unfinishedPart = nil
    // SAFETY: the waiting token's bytes lie within the bytes used.
    unsafe bytes.update(from: bytes + waitingStart, count: count)
    waitingStart = 0
    let end = segmentEnd(in: text)
    clearMasks()
    unsafe text.withUnsafeBufferPointer { buffer in
      // SAFETY: `classify` reads from `position` up to `end`, which is at most the text's length.
      if let base = buffer.baseAddress { unsafe classify(base, to: end, text) }
    }
    findBorders()
    if end == text.count {
      count = 0
    } else {
      keepUnfinished()
    }
    return true
  }

  // MARK: Segments

  /// The end of the next segment: not within a scalar.
  private func segmentEnd(in text: Span<UInt8>) -> Int {
    var end = min(position + Self.segmentSize, text.count)
    while end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  /// Leaves only the waiting token's bits.
  private mutating func clearMasks() {
    for index in 0..<Self.maskCount {
      // SAFETY: the arrays have `maskCount` words each.
      unsafe word[index] = 0
      unsafe other[index] = 0
      unsafe breaks[index] = 0
    }
    for index in 0..<count {
      unsafe setBits(1, at: index, in: waitingIsWord ? word : other)
    }
    if (count > 0 || continuesPart) && waitingIsSingle { unsafe setBits(1, at: count, in: breaks) }
  }

  /// Takes the token that reaches the segment's end back, for the next segment to finish.
  private mutating func keepUnfinished() {
    let used = count
    count = 0
    // SAFETY: `tokenCount` entries are valid, and lie within the bytes used.
    guard tokenCount > 0, used > 0 || continuesPart, unsafe ends[tokenCount - 1] == UInt32(used)
    else {
      return
    }
    if used > 0 { waitingIsWord = unsafe isSet(word, used - 1) }
    waitingIsSingle = unsafe isSet(breaks, used)
    tokenCount -= 1
    let start = unsafe Int(starts[tokenCount])
    if used - start > Self.longestWaiting || (continuesPart && tokenCount == 0) {
      unfinishedPart = start..<used
    } else {
      // The bytes move only when the next segment begins: the caller hashes this one's first.
      waitingStart = start
      count = used - start
    }
  }

  // MARK: Classes

  /// Lower-cases the text up to `end` into ``bytes`` and sets the bits of what is there.
  @unsafe
  private mutating func classify(
    _ base: UnsafePointer<UInt8>, to end: Int, _ text: Span<UInt8>
  ) {
    while position < end {
      let available = end - position
      let block: ByteClasses
      if available >= 64 {
        block = unsafe ByteClasses(of: base + position, loweringInto: bytes + count)
      } else {
        block = unsafe Self.classifyTail(base + position, available, bytes + count)
      }
      let taken = min(block.nonASCII.trailingZeroBitCount, available)
      let valid = taken == 64 ? ~0 : (1 &<< UInt64(taken)) &- 1
      unsafe setBits(block.word & valid, at: count, in: word)
      unsafe setBits(~(block.word | block.space) & valid, at: count, in: other)
      count += taken
      position += taken
      while position < end, unsafe base[position] >= 0x80 {
        let scalar = unsafe UTF8Decoding.scalar(base + position)
        let properties = tables.properties(of: scalar.value)
        if properties.hasLowercase || scalar.value == UnicodeTables.capitalIWithDot {
          appendLowercase(scalar.value, properties, text)
        } else {
          // SAFETY: a scalar has at most four bytes, and they are all within the text.
          for index in 0..<scalar.length { unsafe bytes[count + index] = base[position + index] }
          mark(properties.classIndex, length: scalar.length)
        }
        position += scalar.length
      }
    }
  }

  /// The classes of fewer than 64 bytes, without reading behind them.
  @unsafe
  private static func classifyTail(
    _ source: UnsafePointer<UInt8>, _ count: Int, _ destination: UnsafeMutablePointer<UInt8>
  ) -> ByteClasses {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { block in
      // SAFETY: `count` is below 64; ByteClasses reads just the 64 bytes of `block`.
      unsafe block.initialize(repeating: 0)
      guard let start = block.baseAddress else { return ByteClasses() }
      unsafe start.update(from: source, count: count)
      return unsafe ByteClasses(of: start, loweringInto: destination)
    }
  }

  /// Appends the lower-case form of a scalar that has one.
  private mutating func appendLowercase(
    _ scalar: UInt32, _ properties: UnicodeTables.Properties, _ text: Span<UInt8>
  ) {
    switch scalar {
    case UnicodeTables.capitalIWithDot:
      // Python's lower() and Unicode's SpecialCasing.txt: an i and a combining dot.
      append(0x69)
      append(0x307)
    case UnicodeTables.capitalSigma where tables.isFinalSigma(in: text, at: position):
      append(UnicodeTables.finalSigma)
    default:
      append(tables.lowercase(properties))
    }
  }

  /// Appends a scalar as it is.
  private mutating func append(_ scalar: UInt32) {
    var length = 0
    for unit in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 {
      // SAFETY: lower-casing makes at most three bytes of two, which `capacity` allows for.
      unsafe bytes[count + length] = unit
      length += 1
    }
    mark(tables.properties(of: scalar).classIndex, length: length)
  }

  /// Sets the bits of the `length` bytes at ``count``, which are one scalar of a class, and counts them.
  @inline(__always)
  private mutating func mark(_ classIndex: Int, length: Int) {
    let bits = (1 &<< UInt64(length)) &- 1 as UInt64
    // SAFETY: `count + length` is within `capacity`.
    switch (classIndex, kind) {
    case (2, _), (4, .wordpunct):
      unsafe setBits(bits, at: count, in: word)
    case (4, .words):
      unsafe setBits(bits, at: count, in: word)
      unsafe setBits(1, at: count, in: breaks)
      unsafe setBits(1, at: count + length, in: breaks)
    case (3, .words):
      let joinsOther = count > 0 ? unsafe isSet(other, count - 1) : continuesPart && !waitingIsWord
      unsafe setBits(bits, at: count, in: joinsOther ? other : word)
      if unsafe isSet(breaks, count) {
        // The mark belongs to a single character: the break comes behind it.
        unsafe breaks[count >> 6] &= ~(1 &<< UInt64(count & 63))
        unsafe setBits(1, at: count + length, in: breaks)
      }
    case (1, _):
      break
    default:
      unsafe setBits(bits, at: count, in: other)
    }
    count += length
  }

  // MARK: Borders

  /// Finds where tokens begin and end: where a class's bits begin and end, and at breaks within words.
  private mutating func findBorders() {
    var wordBefore: UInt64 = continuesPart && waitingIsWord ? 1 : 0
    var otherBefore: UInt64 = continuesPart && !waitingIsWord ? 1 : 0
    var startCount = 0
    var endCount = 0
    if continuesPart {
      unsafe starts[0] = 0
      startCount = 1
    }
    // One bit more than there are bytes: a token that reaches the end ends there.
    for index in 0...(count >> 6) {
      // SAFETY: `count >> 6` is below `maskCount`; each border is a byte, or one behind the last,
      // and the arrays have room for as many and the eight that are written in advance.
      let w = unsafe word[index]
      let o = unsafe other[index]
      let previousWord = w &<< 1 | wordBefore
      let previousOther = o &<< 1 | otherBefore
      let broken = unsafe breaks[index] & w & previousWord
      let begins = (w & ~previousWord) | (o & ~previousOther) | broken
      let finishes = (~w & previousWord) | (~o & previousOther) | broken
      wordBefore = w &>> 63
      otherBefore = o &>> 63
      let base = UInt32(truncatingIfNeeded: index &<< 6)
      startCount += unsafe Self.list(begins, base, into: starts + startCount)
      endCount += unsafe Self.list(finishes, base, into: ends + endCount)
    }
    assert(startCount == endCount)
    tokenCount = endCount
  }

  /// Writes the places of the set bits, and returns how many there are. Up to eight places behind them are
  /// overwritten: writing eight at a time spares most of the branches.
  @inline(__always) @unsafe
  private static func list(
    _ bits: UInt64, _ base: UInt32, into places: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let count = bits.nonzeroBitCount
    var rest = bits
    var written = 0
    while written < count {
      for index in 0..<8 {
        unsafe places[written + index] =
          base &+ UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
      written += 8
    }
    return count
  }

  @inline(__always) @unsafe
  private func setBits(_ bits: UInt64, at place: Int, in mask: UnsafeMutablePointer<UInt64>) {
    let shift = UInt64(place & 63)
    unsafe mask[place >> 6] |= bits &<< shift
    // The smart shift gives 0 for a shift by 64.
    unsafe mask[(place >> 6) + 1] |= bits >> (64 - shift)
  }

  @inline(__always) @unsafe
  private func isSet(_ mask: UnsafeMutablePointer<UInt64>, _ place: Int) -> Bool {
    unsafe mask[place >> 6] &>> UInt64(place & 63) & 1 == 1
  }

  // MARK: Copies

  /// The bytes of one of the segment's tokens; of one that continues a part, the rest of them.
  func bytes(ofToken token: Int) -> [UInt8] {
    precondition(token < tokenCount)
    // SAFETY: tokens lie within the bytes used.
    let (start, end) = unsafe (Int(starts[token]), Int(ends[token]))
    return unsafe Array(UnsafeBufferPointer(start: bytes + start, count: end - start))
  }

  /// The bytes of ``unfinishedPart``; none without one.
  var bytesOfUnfinishedPart: [UInt8] {
    guard let part = unfinishedPart else { return [] }
    // SAFETY: the part lies within the bytes used.
    return unsafe Array(
      UnsafeBufferPointer(start: bytes + part.lowerBound, count: part.count))
  }
}
