package import Featurizing

/// Looks for the n-grams of an evaluation set in one text after another, in memory of its own.
///
///     check.begin()
///     check.add(hashes)  // of a very long text, as often as needed
///     let gram = check.match(text, lastHashes: hashes)
///
/// Hashes wait until ``match(_:)`` asks: most texts are never looked into. Memory is fixed, since
/// longer texts are looked into in parts.
package struct ExclusionCheck: ~Copyable {
  /// The hashes that wait: 128 KiB of them.
  private static let capacity = 1 << 14

  private let index: ExclusionIndex
  private let tables: UnicodeTables
  private let tokenizer: TokenizerKind
  private let capacity: Int
  private var hashes: [UInt64] = []
  /// Memory for looking into hashes.
  private var blocks: [GramBlock] = []
  private var isSuspect = false
  /// Reads texts once more: made for the first that needs it.
  private var reader: TokenReader?
  /// The numbers of tokens in the set's vocabulary, while a text is compared exactly.
  private var tokens: [UInt32] = []

  /// - Parameter capacity: the number of tokens that are looked into together.
  package init(
    _ index: ExclusionIndex, _ tokenizer: TokenizerKind, tables: UnicodeTables,
    capacity: Int = ExclusionCheck.capacity
  ) {
    self.index = index
    self.tokenizer = tokenizer
    self.tables = tables
    self.capacity = max(capacity, 2 * index.set.gramLength)
    hashes.reserveCapacity(self.capacity)
  }

  /// Prepares for a new text.
  package mutating func begin() {
    hashes.removeAll(keepingCapacity: true)
    isSuspect = false
  }

  /// Takes the hashes of the next tokens: XXH3-64 of their bytes.
  package mutating func add(_ more: Span<UInt64>) {
    if hashes.count + more.count > capacity, hashes.count >= index.set.gramLength {
      lookIntoHashes()
      keepLast()
    }
    hashes.append(addingCapacity: more.count) { output in
      for index in more.indices { output.append(more[index]) }
    }
  }

  private mutating func lookIntoHashes() {
    guard !isSuspect else { return }
    // Taken out of `self`, whose other members are read meanwhile.
    var scratch: [GramBlock] = []
    swap(&scratch, &blocks)
    isSuspect = index.mayMatch(hashes.span, scratch: &scratch)
    swap(&scratch, &blocks)
  }

  /// Leaves the tokens that an n-gram may begin with which ends later.
  private mutating func keepLast() {
    hashes.removeFirst(hashes.count - (index.set.gramLength - 1))
  }

  /// The first n-gram of the text that is in the evaluation set: see ``ExclusionIndex``.
  ///
  /// - Parameters:
  ///   - text: the text to which the hashes belong.
  ///   - lastHashes: those after the ones that were added; nil to find all of them here.
  package mutating func match(
    _ text: Span<UInt8>, lastHashes: Span<UInt64>? = nil
  ) -> ExcludedGram? {
    if let lastHashes {
      lookInto(lastHashes)
    } else {
      var taken = takeReader()
      hashes.removeAll(keepingCapacity: true)
      taken.begin()
      while taken.nextBlock(of: text) { add(taken.hashes) }
      reader = consume taken
      lookIntoHashes()
    }
    guard isSuspect else { return nil }
    var taken = takeReader()
    let found = firstMatch(text, &taken)
    reader = consume taken
    return found
  }

  /// Takes the reader out of `self`, whose other members change while it reads.
  private mutating func takeReader() -> TokenReader {
    reader.take() ?? TokenReader(tokenizer, tables: tables)
  }

  /// Looks into the last hashes of a text, where they are if they are all.
  private mutating func lookInto(_ last: Span<UInt64>) {
    guard hashes.isEmpty else {
      add(last)
      return lookIntoHashes()
    }
    if !isSuspect { isSuspect = index.mayMatch(last, scratch: &blocks) }
  }

  /// Compares the tokens themselves.
  private mutating func firstMatch(
    _ text: Span<UInt8>, _ reader: inout TokenReader
  ) -> ExcludedGram? {
    tokens.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    let left = index.set.gramLength - 1
    reader.begin()
    while reader.nextBlock(of: text) {
      for token in 0..<reader.count {
        if hashes.count >= capacity {
          // What begins among the last tokens may end later.
          let count = hashes.count - left
          let found = index.firstMatch(tokens.span, hashes.span, before: count)
          if let found { return found }
          tokens.removeFirst(count)
          hashes.removeFirst(count)
        }
        let hash = reader.hashes[token]
        hashes.append(hash)
        tokens.append(
          index.set.vocabulary.find(reader.bytes(of: token), hash: hash) ?? .max)
      }
    }
    return index.firstMatch(tokens.span, hashes.span, before: tokens.count)
  }
}
