import ArgumentParser
import Pipeline

/// The share of documents that a pool's model is fitted to.
struct FitSampleOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Fit the pool's model to this share of its documents, chosen by a hash of their text. \
      (default: all documents)
      """,
      valueName: "f"), transform: Share.init(parsing:))
  var fitSample: Share?

  func validate() throws {
    if let fitSample, fitSample.value == 0 {
      throw ValidationError("--fit-sample must be above 0 and at most 1.")
    }
  }

  /// From above 0 to 1.
  var share: Double { fitSample?.value ?? 1 }
}
