import ArgumentParser
import Files
import Pipeline

/// The parts that make up a selection.
struct MixtureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Draw separately from the documents of each value of this field, in the pool's proportions.
      """,
      valueName: "path"))
  var stratify: String?

  @Option(
    help: ArgumentHelp(
      """
      With --stratify: shares of these values. Other values share the rest. auto, in 'dsel select' \
      only: the shares that explain the target best.
      """, valueName: "value=f,…|auto"))
  var mixture: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --stratify: raise the pool's proportions to the power 1/t. Above 1, they become more \
      equal. At least 0.1. (default: 1)
      """,
      valueName: "t"), transform: Number.init(parsing:))
  var mixtureTemperature: Number?

  @Flag(
    help: """
      With --stratify: if a value has too few documents, draw more of the others.
      """)
  var fill = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Share of the selection that is drawn first, at random from the whole pool, regardless of weights.
      """,
      valueName: "f"), transform: Share.init(parsing:))
  var replay: Share?

  func validate() throws {
    if let stratify {
      try ReadingOptions.validateField(stratify, option: "--stratify")
    } else {
      for (name, isGiven) in [
        ("--mixture", !mixture.isEmpty), ("--mixture-temperature", mixtureTemperature != nil),
        ("--fill", fill),
      ] where isGiven {
        throw ValidationError("\(name) needs --stratify, which names the field.")
      }
    }
    if let mixtureTemperature, mixtureTemperature.value < 0.1 {
      throw ValidationError(
        "--mixture-temperature must be at least 0.1. 1 keeps the pool's proportions, and larger "
          + "numbers make them more equal."
      )
    }
    _ = try shares()
    guard !isAuto || mixtureTemperature == nil else {
      throw ValidationError(
        "--mixture-temperature changes the pool's proportions, which --mixture auto doesn't use. "
          + "Leave one of them out.")
    }
  }

  /// Whether the shares are to be found.
  var isAuto: Bool { mixture == ["auto"] }

  private func shares() throws -> [ExactString: Double]? {
    guard !mixture.isEmpty, !isAuto else { return nil }
    guard !mixture.contains("auto") else {
      throw ValidationError(
        "--mixture auto finds the shares of all values. Leave it out, or the other --mixture.")
    }
    return try NamedShare.sharesByName(
      NamedShare.list(mixture, option: "--mixture", example: "wiki=0.4,web=0.6"),
      repeated: { "--mixture names '\($0)' twice." },
      excess: { "The shares of --mixture add up to \($0), which is more than 1." })
  }

  func settings() throws -> StratifySettings? {
    guard let stratify else { return nil }
    var settings = StratifySettings(field: stratify)
    settings.mixture = try shares()
    settings.findsMixture = isAuto
    settings.temperature = mixtureTemperature?.value ?? 1
    settings.fills = fill
    return settings
  }

  /// - Parameter size: the size of the draw.
  func validate(_ size: SelectionSize) throws {
    guard fill else { return }
    switch size {
    case .documents, .fraction: return
    case .tokens, .bytes:
      throw ValidationError(
        "--fill needs a size in documents: give the size as --count or "
          + "--fraction.")
    }
  }
}
