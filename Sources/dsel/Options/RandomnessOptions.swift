import ArgumentParser
import Pipeline

/// How random a draw is.
struct RandomnessOptions: ParsableArguments {
  @Flag(name: .customLong("top-k"), help: "Select the largest log weights, without random noise.")
  var topK = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Divide log weights by this number: a larger one makes the draw more random. auto finds the \
      number that gives --effective-size or --overlap. (default: 1)
      """,
      valueName: "t|auto"), transform: Temperature.init(parsing:))
  var temperature = Temperature.number(1)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --temperature auto: the effective sample size to reach, a number of equally weighted \
      documents. (default: the number of documents to select)
      """, valueName: "n"), transform: Count.init(parsing:))
  var effectiveSize: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --temperature auto: the share of the selection that --top-k would select too; above 0 \
      and below 1.
      """, valueName: "f"),
    transform: Share.init(parsing:))
  var overlap: Share?

  enum Temperature: ExpressibleByArgument, Equatable {
    case number(Double)
    case auto

    /// - Throws: ``NumberError``
    init(parsing argument: String) throws {
      self = argument == "auto" ? .auto : .number(try Number(parsing: argument).value)
    }

    init?(argument: String) { try? self.init(parsing: argument) }

    /// - Throws: `ValidationError` if a draw can't divide by it.
    static func validate(_ value: Double) throws {
      guard value >= 1e-6 else {
        throw ValidationError(
          "--temperature must be at least 1e-6. To draw without noise, use "
            + "--top-k.")
      }
    }
  }

  func validate() throws {
    if case .number(let value) = temperature {
      try Temperature.validate(value)
      guard effectiveSize == nil, overlap == nil else {
        let name = effectiveSize == nil ? "--overlap" : "--effective-size"
        throw ValidationError(
          "\(name) needs --temperature auto, which finds the temperature for it.")
      }
    } else if topK {
      throw ValidationError(
        "--top-k draws without noise, so --temperature auto has no effect. Leave one of them out.")
    }
    guard effectiveSize == nil || overlap == nil else {
      throw ValidationError("Give only one of --effective-size and --overlap.")
    }
    if let effectiveSize, effectiveSize.value == 0 {
      throw ValidationError("--effective-size must be at least 1.")
    }
    if let overlap, overlap.value == 0 || overlap.value == 1 {
      throw ValidationError(
        "--overlap must be above 0 and below 1. For an overlap of 1, use "
          + "--top-k.")
    }
  }

  var setting: DrawSettings.Temperature {
    switch temperature {
    case .number(let value): .fixed(value)
    case .auto:
      overlap.map { .overlap($0.value) }
        ?? .effectiveSampleSize(effectiveSize.map { Double($0.value) })
    }
  }
}
