internal import Weighting

/// What fields add to the log weights for each target.
struct FieldAddition: Sendable, Equatable {
  var scales: FieldScales
  /// The deviation of log weights, one per target.
  var deviations: [Double]

  /// - Parameters:
  ///   - terms: one or more.
  ///   - model: without an addition.
  ///   - sample: of the pool, with the fields of all terms.
  /// - Throws: ``ModelError/unscalable(field:documentCount:isTooLarge:)``
  init(_ terms: [FieldTerm], _ model: WeighingModel, _ sample: FieldSample) throws(PipelineError) {
    // Short documents are never drawn.
    let members = sample.members.filter { !$0.priority.isShort }
    guard !members.isEmpty else {
      throw .models(
        .unscalable(field: terms[0].field, documentCount: 0, isTooLarge: false))
    }
    var scales: [Scale] = []
    for term in terms {
      guard let place = sample.fields.firstIndex(of: term.field) else {
        preconditionFailure("a field of the sample")
      }
      let scale = Scale(of: members.map { $0.values[place] })
      guard scale.deviation > 0, scale.deviation.isFinite else {
        throw .models(
          .unscalable(
            field: term.field, documentCount: members.count,
            isTooLarge: !scale.deviation.isFinite))
      }
      scales.append(scale)
    }
    var weigher = DocumentWeigher(model)
    var weights: [[Double]] = model.targets.map { _ in [] }
    for member in members {
      weigher.weigh(member)
      for target in weights.indices { weights[target].append(weigher[target].logWeight) }
    }
    self.scales = FieldScales(terms: terms, scales: scales, documentCount: members.count)
    deviations = weights.map { Scale(of: $0).deviation }
  }
}
