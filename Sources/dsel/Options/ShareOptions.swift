import ArgumentParser
import Files
import Pipeline

/// The targets' shares of a draw from candidates.
struct ShareOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      With --candidates for several targets: each target's share of the selection. (default: equal \
      shares)
      """, valueName: "name=f,…"))
  var share: [String] = []

  func validate() throws { _ = try shares() }

  /// The shares by the targets' names.
  ///
  /// - Throws: `ValidationError`
  func shares() throws -> [ExactString: Double] {
    var shares: [ExactString: Double] = [:]
    let given = try NamedShare.list(share, option: "--share", example: "wiki=0.7,law=0.3")
    for share in given {
      guard shares.updateValue(share.value, forKey: ExactString(share.name)) == nil else {
        throw ValidationError("--share names a target twice.")
      }
    }
    let sum = given.map(\.value).reduce(0, +)
    guard sum <= 1 + StratifySettings.rounding else {
      throw ValidationError("The shares of the targets add up to \(sum), not to 1.")
    }
    return shares
  }
}
