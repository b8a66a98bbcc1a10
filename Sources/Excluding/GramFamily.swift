/// The filters for n-grams of similar lengths.
///
/// A text is cut into blocks of m tokens. An n-gram of 2m − 1 tokens or more that is in the text
/// contains one of these blocks whole, wherever it begins. So one block in m tokens is looked up
/// among all runs of m tokens of the evaluation set. Only around a block that is found, n-grams are
/// looked up.
struct GramFamily: ~Copyable, Sendable {
  /// The lengths of its n-grams, from the shortest.
  private let hashes: [GramHash]
  /// m.
  private let blockLength: Int
  /// All blocks, twice: what passes the first is looked up in the second.
  private var sieve: KeySieve
  private var blocks: KeyFilter
  private var grams: KeyFilter
  private let keyMask: UInt64

  /// - Parameters:
  ///   - lengths: from the shortest; not empty.
  ///   - capacity: the number of tokens of the documents to add.
  ///   - keyMask: the bits of keys that are used.
  init(lengths: [Int], capacity: Int, keyMask: UInt64) {
    hashes = lengths.map { GramHash(length: $0) }
    blockLength = (lengths[0] + 1) / 2
    sieve = KeySieve(capacity: capacity)
    blocks = KeyFilter(capacity: capacity)
    grams = KeyFilter(capacity: capacity)
    self.keyMask = keyMask
  }

  /// Adds a document: its n-grams, and the blocks that these may contain.
  ///
  /// - Parameters:
  ///   - tokens: the hashes of its tokens.
  ///   - length: of its n-grams.
  ///   - keys: gets their keys.
  mutating func add(_ tokens: Span<UInt64>, length: Int, keys: inout [UInt64]) {
    GramHash.findKeys(length: blockLength, of: tokens, mask: keyMask, into: &keys)
    sieve.insert(keys)
    blocks.insert(keys)
    GramHash.findKeys(length: length, of: tokens, mask: keyMask, into: &keys)
    grams.insert(keys)
  }

  /// Whether a text may have an n-gram of the family.
  ///
  /// - Parameters:
  ///   - tokens: the hashes of the text's tokens.
  ///   - blocks: scratch memory.
  ///   - isKnown: whether there may be an n-gram with a key.
  /// - Complexity: O(*n*): about one multiplication per token, and one look-up per block.
  func mayMatch(
    _ tokens: Span<UInt64>, blocks: inout [GramBlock], isKnown: (UInt64) -> Bool
  ) -> Bool {
    let count = findSuspects(tokens, &blocks)
    let suspects = blocks.span
    // The filter lies all over the memory. With little else to do between the look-ups, the
    // processor waits for several places at once.
    for suspect in 0..<count where self.blocks.mayContain(suspects[suspect].key) {
      if hasGram(around: suspects[suspect].start, tokens, isKnown) { return true }
    }
    return false
  }

  /// Finds the blocks of a text that pass the sieve.
  ///
  /// - Returns: their number.
  private func findSuspects(_ tokens: Span<UInt64>, _ blocks: inout [GramBlock]) -> Int {
    let blockCount = tokens.count / blockLength
    let missing = blockCount - blocks.count
    if missing > 0 { blocks += Array(repeating: GramBlock(key: 0, start: 0), count: missing) }
    var blocks = blocks.mutableSpan
    var start = 0
    for block in 0..<blockCount {
      let value = GramHash.value(of: tokens.extracting(start..<(start + blockLength)))
      blocks[block] = GramBlock(
        key: GramHash.key(value, length: blockLength) & keyMask, start: start)
      start += blockLength
    }
    // A loop of its own, as for the filter.
    return sieve.moveToFront(&blocks, count: blockCount)
  }

  private func hasGram(
    around block: Int, _ tokens: Span<UInt64>, _ isKnown: (UInt64) -> Bool
  ) -> Bool {
    for gram in hashes {
      let first = max(0, block + blockLength - gram.length)
      let last = min(block, tokens.count - gram.length)
      guard first <= last else { continue }
      var gram = gram
      gram.begin(at: first, of: tokens)
      for start in first...last {
        if start > first { gram.move(from: start - 1, of: tokens) }
        let key = gram.key & keyMask
        if grams.mayContain(key), isKnown(key) { return true }
      }
    }
    return false
  }
}
