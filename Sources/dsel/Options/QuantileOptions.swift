import ArgumentParser

/// The least quantile of documents that are drawn by weight.
struct QuantileOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Never select documents of a smaller quantile by log weight than this: 0.8 leaves the best \
      fifth of the eligible documents. (default: no limit)
      """, valueName: "q"),
    transform: Share.init(parsing:))
  var minQuantile: Share?
}
