internal import CVector
package import Files

/// Reads the tokens of a text with their bytes and hashes, one block at a time.
///
///     reader.begin()
///     while reader.nextBlock(of: text) {
///       for token in 0..<reader.count { use(reader.bytes(of: token), reader.hashes[token]) }
///     }
///
/// It serves whoever needs words themselves: features don't keep them.
@safe package struct TokenReader: ~Copyable {
  /// The number of tokens in the block.
  package private(set) var count = 0

  private var tokenizer: Tokenizer
  private var hasher: TokenHasher
  private let hashesOfTokens: UnsafeMutablePointer<UInt64>
  /// The parts so far of a token that is too long for its segment, and ends in a later block.
  private var parts: [UInt8] = []
  /// The block's first token, if it came in parts.
  ///
  /// Another token can begin in the same block and be too long as well.
  private var longToken: [UInt8] = []
  private var beginsWithLongToken = false

  package init(_ kind: TokenizerKind, tables: UnicodeTables, kernels: Kernels = .chosen) {
    tokenizer = Tokenizer(kind, tables: tables, kernels: kernels)
    hasher = TokenHasher(capacity: Tokenizer.capacity, kernels: kernels)
    // SAFETY: allocated here, freed in `deinit`. A segment has fewer than `capacity` tokens.
    unsafe hashesOfTokens = .allocate(capacity: Tokenizer.capacity)
  }

  deinit { unsafe hashesOfTokens.deallocate() }

  /// Prepares for a new text.
  package mutating func begin() {
    tokenizer.begin()
    count = 0
    parts = []
    beginsWithLongToken = false
  }

  /// Finds the tokens that end in the next part of the text.
  ///
  /// - Parameter text: UTF-8, and the same in each call since ``begin()``.
  /// - Returns: false at the end of the text.
  /// - Complexity: O(*n*), where *n* is the length of a block.
  package mutating func nextBlock(of text: Span<UInt8>) -> Bool {
    beginsWithLongToken = false
    guard tokenizer.nextSegment(of: text) else {
      count = 0
      return false
    }
    count = tokenizer.tokenCount
    // SAFETY: there is room for the hashes of a segment's tokens.
    unsafe hasher.hashTokens(of: tokenizer, into: hashesOfTokens)
    if tokenizer.continuesPart, count > 0 {
      longToken = parts + tokenizer.bytes(ofToken: 0)
      parts = []
      beginsWithLongToken = true
    }
    if tokenizer.unfinishedPart != nil { parts += tokenizer.bytesOfUnfinishedPart }
    return true
  }

  /// XXH3-64 of the bytes of each of the block's tokens.
  package var hashes: Span<UInt64> {
    @_lifetime(borrow self)
    get {
      // SAFETY: `nextBlock` has written this many hashes, and `self` is borrowed meanwhile.
      let hashes = unsafe UnsafeBufferPointer(start: hashesOfTokens, count: count)
      return unsafe _overrideLifetime(Span(_unsafeElements: hashes), borrowing: self)
    }
  }

  /// The lower-cased UTF-8 of one of the block's tokens.
  @_lifetime(borrow self)
  package func bytes(of token: Int) -> Span<UInt8> {
    if token == 0, beginsWithLongToken { return longToken.span }
    precondition(token < count)
    // SAFETY: tokens lie within the tokenizer's bytes, and `self` is borrowed meanwhile.
    let (start, end) = unsafe (Int(tokenizer.starts[token]), Int(tokenizer.ends[token]))
    let bytes = unsafe UnsafeBufferPointer(start: tokenizer.bytes + start, count: end - start)
    return unsafe _overrideLifetime(Span(_unsafeElements: bytes), borrowing: self)
  }
}
