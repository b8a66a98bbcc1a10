/// The facts that an output adds to a selected document.
struct Annotation: Sendable, Equatable {
  /// nil if the document was drawn at random, or if the weight isn't known.
  var logWeight: Double?
  var key: Double
  /// How much a set would lose without the document: see ``GainReader``; nil if none was chosen.
  var gain: Double?
  /// The document's place in the order of its set, from 1: see ``SetSweeps``; nil without a set.
  var order: Int?
  /// The name of the target that drew the document; nil if there is none.
  var target: String?
  /// What was asked for besides, in the order of ``AnnotationStatistic``.
  var statistics: [Member] = []

  /// A statistic's name and value.
  struct Member: Sendable, Equatable {
    enum Value: Sendable, Equatable {
      case text(String)
      case count(Int)
      case number(Double)
      /// The document has no such value.
      case none
    }

    var name: String
    var value: Value
  }
}

/// A fact about the draw of a document, which an annotation has if it's asked for.
package enum AnnotationStatistic: String, Sendable, Codable, CaseIterable {
  /// The part of the draw that drew the document.
  case part
  /// The probability with which the document was drawn.
  case probability
  /// The document's place among all eligible documents of the pool by log weight, from 1.
  case rank
  /// The share of the pool's eligible documents with no larger log weight.
  case quantile
}

extension [AnnotationStatistic] {
  /// The names, as manifests have them; nil if there are none.
  var names: [String]? { isEmpty ? nil : map(\.rawValue) }
}
