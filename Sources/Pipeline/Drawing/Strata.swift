internal import Files
internal import Resampling

/// The strata of a draw, and how much of it each has.
struct Strata: Sendable {
  /// In the order of their bytes.
  var names: [ExactString]
  var shares: Apportionment
}
