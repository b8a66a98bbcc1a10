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
    try NamedShare.sharesByName(
      NamedShare.list(share, option: "--share", example: "wiki=0.7,law=0.3"),
      repeated: { _ in "--share names a target twice." },
      excess: { "The shares of the targets add up to \($0), not to 1." })
  }
}
