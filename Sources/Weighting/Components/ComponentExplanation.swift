package import Featurizing

/// How an explanation names a component's numbers, in JSON and in tables.
///
/// All keys of an estimator's components must differ.
package struct ComponentLabels: Sendable {
  /// The name of one number.
  package struct Label: Sendable, Equatable {
    /// The JSON key, in snake case.
    package var key: String
    /// The column's title.
    package var title: String

    package init(key: String, title: String) {
      self.key = key
      self.title = title
    }
  }

  /// The component, where contributions are added up: "log-ratios".
  package var name: String
  /// The contributions of n-grams, and their sum over a document; nil if n-grams have none.
  package var ofNGrams: Label?
  /// The part that belongs to the document as a whole; nil if there is none.
  package var ofDocument: Label?
  /// The values of buckets; nil if they have none.
  package var ofBuckets: Label?

  package init(
    name: String, ofNGrams: Label? = nil, ofDocument: Label? = nil, ofBuckets: Label? = nil
  ) {
    self.name = name
    self.ofNGrams = ofNGrams
    self.ofDocument = ofDocument
    self.ofBuckets = ofBuckets
  }
}

/// A document that is explained, with what one component contributes to its log weight.
package struct ScoredDocument: Sendable {
  /// Its different n-grams, with their counts.
  package var ngrams: [NGramReader.NGram]
  package var size: DocumentSize
  package var contribution: Double

  package init(ngrams: [NGramReader.NGram], size: DocumentSize, contribution: Double) {
    self.ngrams = ngrams
    self.size = size
    self.contribution = contribution
  }
}

/// The parts of a component's contribution to a document. They add up to it, but for rounding.
package struct ComponentExplanation: Sendable {
  /// The contributions of the n-grams, in the order of ``ScoredDocument/ngrams``; nil if they have
  /// none.
  package var ofNGrams: [Double]?
  /// The part that belongs to the document as a whole; nil if there is none.
  package var ofDocument: Double?
  /// The values of the n-grams' buckets, where a contribution is such a value times a count.
  package var bucketValues: [Double]?

  package init(
    ofNGrams: [Double]? = nil, ofDocument: Double? = nil, bucketValues: [Double]? = nil
  ) {
    self.ofNGrams = ofNGrams
    self.ofDocument = ofDocument
    self.bucketValues = bucketValues
  }
}
