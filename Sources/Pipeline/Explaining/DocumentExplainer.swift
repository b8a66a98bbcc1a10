internal import Featurizing
internal import Weighting

/// Splits a document's log weight into contributions of its n-grams and of the whole document.
///
/// Each component explains its own contribution: see ``WeightComponent``. All parts add up to the
/// log weight.
struct DocumentExplainer: ~Copyable {
  struct Outcome {
    var logWeight: Double
    var size: DocumentSize
    var ngrams: [NGramReader.NGram]
    /// One per component, in their order.
    var components: [ComponentExplanation]

    /// The amount that an n-gram adds to the log weight.
    ///
    /// - Complexity: O(*n*) for *n* components.
    func contribution(_ ngram: Int) -> Double {
      components.reduce(0) { sum, component in
        component.ofNGrams.map { sum + $0[ngram] } ?? sum
      }
    }

    /// The n-grams with the largest contributions each way, by size, and the contributions of all.
    func strongest(_ top: Int) -> (up: [Int], down: [Int], contributions: [Double]) {
      let contributions = ngrams.indices.map { contribution($0) }
      // Sorting is stable: among equal contributions, the one that occurs first comes first.
      let sorted = contributions.indices.sorted {
        contributions[$0] == contributions[$1] ? $0 < $1 : contributions[$0] > contributions[$1]
      }
      return (
        Array(sorted.lazy.filter { contributions[$0] > 0 }.prefix(top)),
        Array(sorted.reversed().lazy.filter { contributions[$0] < 0 }.prefix(top)), contributions
      )
    }
  }

  private let components: [any WeightComponent]
  private var weigher: DocumentWeigher
  private var reader: NGramReader

  private let target: Int

  /// - Parameter target: the number of the target whose weights are explained.
  init(_ model: WeighingModel, target: Int = 0) {
    self.target = target
    components = model.targets[target].components.all
    weigher = DocumentWeigher(model)
    reader = NGramReader(model.features, tables: model.tables)
  }

  /// - Complexity: O(*n*) for *n* bytes, per component.
  mutating func explain(_ text: Span<UInt8>) -> Outcome {
    let size = weigher.weigh(text)
    let ngrams = reader.ngrams(of: text)
    let contributions = weigher.contributions(target: target)
    let explanations = zip(components, contributions).map { component, contribution in
      component.explanation(
        of: ScoredDocument(ngrams: ngrams, size: size, contribution: contribution))
    }
    return Outcome(
      logWeight: weigher[target].logWeight, size: size, ngrams: ngrams, components: explanations)
  }
}
