internal import CVector
internal import Files

/// Cuts a text into tokens, one segment at a time, in memory of fixed size.
///
/// A segment is lower-cased into ``bytes``, 64 bytes at a time. For these, 64 bits each record
/// which bytes belong to words and which to other tokens: a token begins or ends where the class
/// changes. In blocks of ASCII no branch depends on the text. In other blocks, scalars beyond ASCII
/// are looked up one at a time. ``CVector`` does this where it can, and leaves the rest to the code
/// here, which does everything on other processors.
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
  /// Whether marks and single-character scripts have special rules.
  private let kind: TokenizerKind
  private let usesVectors: Bool
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

  init(_ kind: TokenizerKind, tables: UnicodeTables, usesVectors: Bool = Vectors.areSupported) {
    self.tables = tables
    self.kind = kind
    self.usesVectors = usesVectors
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

  // MARK: Classes

  /// Lower-cases the text up to `end` into ``bytes``, and finds the borders in it.
  @unsafe
  private mutating func classify(
    _ base: UnsafePointer<UInt8>, to end: Int, _ text: Span<UInt8>
  ) {
    while position < end {
      if usesVectors {
        // SAFETY: 64 bytes and places after those in use are within `capacity`.
        let done = unsafe dsel_vector_tokenize(
          base + position, end - position, bytes + count, UInt32(truncatingIfNeeded: count),
          starts, ends, &borders, &scalars)
        position += done
        count += done
        if position == end { break }
      }
      let available = min(end - position, 64)
      let block: ByteClasses
      if available == 64 {
        block = unsafe ByteClasses(of: base + position, loweringInto: bytes + count)
      } else {
        block = unsafe Self.classifyTail(base + position, available, bytes + count)
      }
      var classes = Classes(block, byteCount: available, breaksAtStart: borders.break_before)
      if block.nonASCII & classes.valid != 0 {
        unsafe classifyScalars(base + position, block.nonASCII & classes.valid, &classes, text)
      }
      if classes.byteCount > 0 {
        position += classes.byteCount
        addBorders(classes)
      } else {
        // The lower-case form of the block's first scalar has another length.
        let scalar = unsafe UTF8Decoding.scalar(base + position)
        appendLowercase(scalar.value)
        position += scalar.length
      }
    }
  }

  /// The classes of up to 64 bytes at ``count``, one bit per byte.
  private struct Classes {
    /// The bytes in tokens of word characters, and the bytes in other tokens.
    var word: UInt64
    var other: UInt64
    /// The bytes that begin a token even if the byte before has the same class.
    ///
    /// `breakBehind` is this bit for the byte after the 64th.
    var breaks: UInt64
    var breakBehind: UInt64 = 0
    var byteCount: Int

    var valid: UInt64 { ~0 &>> UInt64(truncatingIfNeeded: 64 &- byteCount) }

    @inline(__always)
    init(_ block: ByteClasses, byteCount: Int, breaksAtStart: UInt64) {
      self.byteCount = byteCount
      word = block.word
      other = ~(block.word | block.space | block.nonASCII)
      breaks = breaksAtStart
    }

    /// Makes a token begin at byte `place`, unless a change of class does so already.
    @inline(__always)
    mutating func setBreak(at place: Int) {
      if place < 64 { breaks |= 1 &<< UInt64(place) } else { breakBehind = 1 }
    }
  }

  /// Adds the classes of the scalars beyond ASCII, whose bytes are set in `marked`.
  ///
  /// Ends the block before a scalar that isn't completely within it, or whose lower-case form has
  /// another length.
  @unsafe
  private mutating func classifyScalars(
    _ source: UnsafePointer<UInt8>, _ marked: UInt64, _ classes: inout Classes, _ text: Span<UInt8>
  ) {
    var rest = marked
    while rest != 0 {
      let place = rest.trailingZeroBitCount
      // SAFETY: a whole scalar begins here, since segments end between scalars.
      let (value, length) = unsafe UTF8Decoding.scalar(source + place)
      guard place + length <= 64 else {
        classes.byteCount = place
        return
      }
      var properties = tables.properties(of: value)
      if properties.hasLowercase {
        let lower = lowercase(value, properties, at: position + place, in: text)
        guard UTF8Encoding.length(lower) == length else {
          classes.byteCount = place
          return
        }
        properties = tables.properties(of: lower)
        // SAFETY: the same number of bytes as the scalar had.
        unsafe UTF8Encoding.encode(lower, into: bytes + (count + place))
      } else if value == UnicodeTables.capitalIWithDot {
        classes.byteCount = place
        return
      }
      let bits = ((1 &<< UInt64(length)) &- 1 as UInt64) &<< UInt64(place)
      rest &= ~bits
      add(properties.classIndex, bits, at: place, length: length, to: &classes)
    }
  }

  /// Records that the `length` bytes at `place`, which are set in `bits`, are a scalar of a class.
  @inline(__always)
  private func add(
    _ classIndex: Int, _ bits: UInt64, at place: Int, length: Int, to classes: inout Classes
  ) {
    switch (classIndex, kind) {
    case (2, _), (4, .wordpunct):
      classes.word |= bits
    case (4, .words):
      classes.word |= bits
      classes.setBreak(at: place)
      classes.setBreak(at: place + length)
    case (3, .words):
      let otherBefore = classes.other &<< 1 | borders.other_before
      if otherBefore &>> UInt64(place) & 1 == 1 {
        classes.other |= bits
      } else {
        classes.word |= bits
      }
      if classes.breaks &>> UInt64(place) & 1 == 1 {
        // The mark belongs to a single character, so the break comes after it.
        classes.breaks &= ~(1 &<< UInt64(place))
        classes.setBreak(at: place + length)
      }
    case (1, _):
      break
    default:
      classes.other |= bits
    }
  }

  /// Finds the borders in the bytes at ``count``, and counts the bytes.
  @inline(__always)
  private mutating func addBorders(_ classes: Classes) {
    let byteCount = UInt64(truncatingIfNeeded: classes.byteCount)
    let valid = classes.valid
    let word = classes.word & valid
    let other = classes.other & valid
    let wordBefore = word &<< 1 | borders.word_before
    let otherBefore = other &<< 1 | borders.other_before
    let broken = classes.breaks & word & wordBefore
    let begins = (word & ~wordBefore) | (other & ~otherBefore) | broken
    let finishes = ((~word & wordBefore) | (~other & otherBefore) | broken) & valid
    borders.word_before = word &>> (byteCount &- 1)
    borders.other_before = other &>> (byteCount &- 1)
    borders.break_before =
      byteCount < 64 ? classes.breaks &>> byteCount & 1 : classes.breakBehind
    let place = UInt32(truncatingIfNeeded: count)
    // SAFETY: each border is a byte or the one after the last. The arrays have room for these and
    // for the places that are written in advance.
    borders.start_count += unsafe Self.list(begins, place, into: starts + borders.start_count)
    borders.end_count += unsafe Self.list(finishes, place, into: ends + borders.end_count)
    count += classes.byteCount
  }

  /// The classes of fewer than 64 bytes, without reading past them.
  @unsafe
  private static func classifyTail(
    _ source: UnsafePointer<UInt8>, _ count: Int, _ destination: UnsafeMutablePointer<UInt8>
  ) -> ByteClasses {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { block in
      // SAFETY: `count` is below 64, and ByteClasses reads exactly the 64 bytes of `block`.
      unsafe block.initialize(repeating: 0)
      guard let start = block.baseAddress else { return ByteClasses() }
      unsafe start.update(from: source, count: count)
      return unsafe ByteClasses(of: start, loweringInto: destination)
    }
  }

  // MARK: Lower case

  /// The lower-case form of a scalar that has one, at its place in the text.
  @inline(__always)
  private func lowercase(
    _ scalar: UInt32, _ properties: UnicodeTables.Properties, at place: Int, in text: Span<UInt8>
  ) -> UInt32 {
    if scalar == UnicodeTables.capitalSigma, tables.isFinalSigma(in: text, at: place) {
      return UnicodeTables.finalSigma
    }
    return tables.lowercase(properties)
  }

  /// Appends the lower-case form of a scalar, which has another length.
  private mutating func appendLowercase(_ scalar: UInt32) {
    if scalar == UnicodeTables.capitalIWithDot {
      // As in Python's lower() and Unicode's SpecialCasing.txt: an i and a combining dot.
      append(0x69)
      append(0x307)
    } else {
      append(tables.lowercase(tables.properties(of: scalar)))
    }
  }

  /// Appends a scalar unchanged.
  private mutating func append(_ scalar: UInt32) {
    let length = UTF8Encoding.length(scalar)
    // SAFETY: lower-casing makes at most three bytes of two, and `capacity` allows for that.
    unsafe UTF8Encoding.encode(scalar, into: bytes + count)
    var classes = Classes(
      ByteClasses(), byteCount: length, breaksAtStart: borders.break_before)
    classes.other = 0
    let bits = (1 &<< UInt64(length)) &- 1 as UInt64
    add(tables.properties(of: scalar).classIndex, bits, at: 0, length: length, to: &classes)
    addBorders(classes)
  }

  // MARK: Borders

  /// Writes the places of the set bits, and returns their number.
  ///
  /// Up to eight places after them are overwritten: writing eight at a time avoids most branches.
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
}
