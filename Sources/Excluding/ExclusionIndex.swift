internal import Files

/// Finds the n-grams of an evaluation set in texts, exactly.
///
/// Filters of hashes leave out nearly all texts. In the others the tokens themselves are compared:
/// see ``ExclusionCheck``.
///
/// Memory is about 20 bytes for each n-gram: its token, 1.5 slots of the table, and 32 bits of
/// filters. Each different token and each document takes some more.
package final class ExclusionIndex: Sendable {
  package let set: EvaluationSet
  /// The number of different n-grams.
  package var gramCount: Int { table.count }

  private let table: GramTable
  /// The n-grams of the usual length; nil if there are none.
  private let usual: GramFamily?
  /// Whole short documents; nil if there are none.
  private let short: GramFamily?
  /// The lengths of all n-grams, from the longest.
  private let lengths: [Int]
  private let keyMask: UInt64

  /// - Parameters:
  ///   - set: all documents.
  ///   - keyMask: the bits of keys that are used, for tests: with few of them, filters find
  ///     everything.
  /// - Complexity: O(*n*) on average, where *n* is the number of tokens.
  package init(_ set: EvaluationSet, keyMask: UInt64 = .max) {
    self.set = set
    self.keyMask = keyMask
    let size = Size(set)
    lengths = size.lengths.reversed()
    var table = GramTable(capacity: size.gramCount)
    var usual: GramFamily?
    var short: GramFamily?
    if size.lengths.last == set.gramLength {
      usual = GramFamily(
        lengths: [set.gramLength], capacity: set.tokenCount - size.shortTokenCount,
        keyMask: keyMask)
    }
    let shortLengths = size.lengths.filter { $0 < set.gramLength }
    if !shortLengths.isEmpty {
      short = GramFamily(
        lengths: shortLengths, capacity: size.shortTokenCount, keyMask: keyMask)
    }
    // With all keys of a document at hand, the processor waits for several places in the memory at
    // once.
    var (hashes, keys): ([UInt64], [UInt64]) = ([], [])
    for document in set.documents.indices {
      let places = set.places(of: document)
      let length = min(set.gramLength, places.count)
      hashes.removeAll(keepingCapacity: true)
      for place in places { hashes.append(set.vocabulary.hash(of: set.tokens[place])) }
      if length < set.gramLength {
        short?.add(hashes.span, length: length, keys: &keys)
      } else {
        usual?.add(hashes.span, length: length, keys: &keys)
      }
      for (start, key) in keys.enumerated() {
        let place = places.lowerBound + start
        table.insert(key, place: place) { set.isGram(of: length, at: $0, equalTo: place) }
      }
    }
    self.table = table
    self.usual = usual
    self.short = short
  }

  /// The numbers that memory depends on.
  private struct Size {
    /// The lengths of n-grams that there are, from the shortest.
    var lengths: [Int] = []
    /// Those that are equal included.
    var gramCount = 0
    /// The tokens of documents that are shorter than an n-gram.
    var shortTokenCount = 0

    init(_ set: EvaluationSet) {
      var isPresent = [Bool](repeating: false, count: set.gramLength + 1)
      for document in set.documents.indices {
        let count = set.places(of: document).count
        isPresent[min(count, set.gramLength)] = true
        gramCount += max(1, count - set.gramLength + 1)
        if count < set.gramLength { shortTokenCount += count }
      }
      lengths = isPresent.indices.filter { isPresent[$0] }
    }
  }

  // MARK: Searching

  /// Whether a text may have one of the n-grams.
  ///
  /// - Parameters:
  ///   - tokens: the hashes of its tokens.
  ///   - scratch: memory that is used again.
  func mayMatch(_ tokens: Span<UInt64>, scratch: inout [GramBlock]) -> Bool {
    func isKnown(_ key: UInt64) -> Bool { table.find(key) { _ in true } != nil }
    return usual?.mayMatch(tokens, blocks: &scratch, isKnown: isKnown) == true
      || short?.mayMatch(tokens, blocks: &scratch, isKnown: isKnown) == true
  }

  /// The first n-gram of a text that is in the set, where it begins; of several that begin there,
  /// the longest.
  ///
  /// - Parameters:
  ///   - tokens: the numbers of the text's tokens in the set's vocabulary; `UInt32.max` for others.
  ///   - hashes: of the same tokens.
  ///   - end: the n-gram begins before this token.
  func firstMatch(
    _ tokens: Span<UInt32>, _ hashes: Span<UInt64>, before end: Int
  ) -> ExcludedGram? {
    var (found, end) = (ExcludedGram?.none, end)
    for length in lengths where tokens.count >= length {
      var gram = GramHash(length: length)
      gram.begin(at: 0, of: hashes)
      for start in 0..<min(end, tokens.count - length + 1) {
        if start > 0 { gram.move(from: start - 1, of: hashes) }
        let place = table.find(gram.key & keyMask) { place in
          guard set.gramLength(at: place) == length else { return false }
          for index in 0..<length where set.tokens[place + index] != tokens[start + index] {
            return false
          }
          return true
        }
        guard let place else { continue }
        // A shorter one must begin before it.
        (found, end) = (ExcludedGram(place: UInt32(place), length: UInt32(length)), start)
        break
      }
    }
    return found
  }

  /// Where an n-gram is in the evaluation set for the first time, and its tokens.
  package func origin(of gram: ExcludedGram) -> (file: Int, line: Int, text: String) {
    let place = Int(gram.place)
    let document = set.documents[set.document(at: place)]
    return (document.file, document.line, set.text(place..<(place + Int(gram.length))))
  }
}

/// An n-gram of an evaluation set that was found in a text.
package struct ExcludedGram: Sendable, Hashable {
  /// The place of its first token, where it is in the set for the first time.
  let place: UInt32
  let length: UInt32
}
