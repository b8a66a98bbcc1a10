internal import Reading
internal import Resampling
internal import Weighting

/// Weighs selected documents again.
///
/// Keys don't have their log weights any more: noise and rounding are in them.
struct SelectedWeights {
  var shards: [Shard]
  var limits: ReadingLimits
  var textField: TextField
  var progress: ProgressMeter
  /// Has the records of some documents; nil if there is nothing.
  var kept: KeptRecords?

  /// The log weight of each document for the target that drew it. A document that was drawn at
  /// random has the largest of its weights.
  ///
  /// - Parameter selection: in pool order.
  /// - Throws: ``PipelineError``
  func read(
    _ selection: [DrawnDocument], _ weigher: inout DocumentWeigher
  ) throws -> [Double] {
    var weights: [Double] = []
    weights.reserveCapacity(selection.count)
    let records = PlacedRecords(
      shards: shards, limits: limits, textField: textField, progress: progress, kept: kept)
    try records.forEachText(selection, at: \.place, hash: \.candidate.textHash) { drawn, text in
      _ = weigher.weigh(text)
      weights.append(
        drawn.target.map { weigher[$0].logWeight } ?? weigher.largestLogWeight)
    }
    return weights
  }
}
