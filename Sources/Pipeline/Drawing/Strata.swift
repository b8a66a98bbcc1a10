internal import Files
internal import Resampling

/// The strata of a draw, and the share of each.
struct Strata: Sendable {
  /// The names, in the order of their bytes.
  var names: [ExactString]
  var shares: Apportionment
}
