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
    for key in keys { blocks.insert(key) }
    GramHash.findKeys(length: length, of: tokens, mask: keyMask, into: &keys)
    for key in keys { grams.insert(key) }
  }

  /// Whether a text may have an n-gram of the family.
  ///
  /// - Parameters:
  ///   - tokens: the hashes of the text's tokens.
  ///   - keys: scratch memory.
  ///   - isKnown: whether there may be an n-gram with a key.
  /// - Complexity: O(*n*): about one multiplication per token, and one look-up per block.
  func mayMatch(
    _ tokens: Span<UInt64>, keys: inout [UInt64], isKnown: (UInt64) -> Bool
  ) -> Bool {
    findBlocks(tokens, &keys)
    // The filter lies all over the memory. With little else to do between the look-ups, the
    // processor waits for several places at once.
    let keys = keys.span
    for block in keys.indices where blocks.mayContain(keys[block]) {
      if hasGram(around: block * blockLength, tokens, isKnown) { return true }
    }
    return false
  }

  /// Writes the keys of a text's blocks.
  private func findBlocks(_ tokens: Span<UInt64>, _ keys: inout [UInt64]) {
    let count = tokens.count / blockLength
    keys.removeAll(keepingCapacity: true)
    keys.append(addingCapacity: count) { output in
      var start = 0
      for _ in 0..<count {
        let value = GramHash.value(of: tokens.extracting(start..<(start + blockLength)))
        output.append(GramHash.key(value, length: blockLength) & keyMask)
        start += blockLength
      }
    }
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
