internal import Platform

/// Judges training text by how well two small language models trained on it predict other text.
///
/// - Bits per byte: a word trigram model with an open vocabulary. Below its single words stands a
///   model of how the distinct words of the training text are spelled. So a rare word costs its
///   spelling.
/// - Perplexity: a word bigram model. Below its single words stands a uniform distribution over
///   1,000,000 words.
///
/// Both are ``WittenBellModel``s. Words are runs of word characters or of other characters that
/// aren't blank, in lower case.
package struct LanguageJudge: ~Copyable {
  /// How well the models predict a text.
  package struct Finding: Sendable {
    /// The size of the training text.
    package var trainingDocumentCount: Int
    package var trainingWordCount: Int
    /// Of the text's bytes, under the trigram model.
    package var bitsPerByte: Double
    /// The negative log-probability of a word under the bigram model, whose exponential is the
    /// perplexity.
    package var natsPerWord: Double
  }

  /// The most words that models can be trained on: counts have 32 bits.
  package static let mostWords = Int(UInt32.max) - 1 << 28

  private static let wordOrder = 3
  private static let uniformVocabularySize = 1e6

  private let vocabulary: Vocabulary
  private var model = WittenBellModel(order: wordOrder)
  private var documentCount = 0
  private var symbols: [UInt32] = []

  /// - Parameter vocabulary: has all words of the training text and of the texts to predict.
  package init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  package mutating func train(_ words: Span<UInt32>) {
    documentCount += 1
    take(words)
    model.train(symbols)
  }

  /// - Precondition: there are words in the training text and in `texts`.
  /// - Complexity: O(*n* + *m*), where *n* is the size of the texts' words and *m* that of the
  ///   training text's distinct words.
  package consuming func finding(on texts: WordSequences) -> Finding {
    precondition(model.symbolCount > 0 && texts.wordCount > 0)
    var spelling = SpellingModel()
    model.forEachSymbol { spelling.train(vocabulary.word($0 - 1)) }
    // NaN for words that weren't asked for.
    var logFloors = [Double](repeating: .nan, count: vocabulary.count)
    var bits: [Double] = []
    var nats: [Double] = []
    for document in texts.documents {
      let words = texts.words(of: document)
      for place in words.indices where logFloors[Int(words[place])].isNaN {
        let word = words[place]
        logFloors[Int(word)] = spelling.logProbability(of: vocabulary.word(word))
      }
      take(words)
      bits.append(model.nats(of: symbols) { logFloors[Int($0 - 1)] } / log(2.0))
      nats.append(
        model.pairNats(of: symbols, alphabetSize: Self.uniformVocabularySize))
    }
    return Finding(
      trainingDocumentCount: documentCount, trainingWordCount: model.symbolCount,
      bitsPerByte: Self.sum(bits) / Double(texts.byteCount),
      natsPerWord: Self.sum(nats) / Double(texts.wordCount))
  }

  /// Makes symbols of words: 0 is not a symbol of a word.
  private mutating func take(_ words: Span<UInt32>) {
    symbols.removeAll(keepingCapacity: true)
    for place in words.indices { symbols.append(words[place] + 1) }
  }

  /// The sum, which doesn't depend on the order: a sum of doubles would, in its last bits.
  private static func sum(_ values: [Double]) -> Double { values.sorted().reduce(0, +) }
}
