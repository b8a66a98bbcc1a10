import ArgumentParser
import Pipeline

/// The size of the selection.
struct SizeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Number of documents to select: 500, 10k, 5M, 1e6.", valueName: "n"),
    transform: Count.init(parsing:))
  var count: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Share of the pool's documents to select: 0.2 or 20%. (default: 0.1)", valueName: "f"),
    transform: Share.init(parsing:))
  var fraction: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Largest number of tokens to select, in whole documents.", valueName: "n"),
    transform: Count.init(parsing:))
  var tokens: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest number of bytes to select, in whole lines: 500MB, 2GiB.", valueName: "n"),
    transform: ByteCount.init(parsing:))
  var bytes: ByteCount?

  func validate() throws {
    let named = [
      ("--count", count?.value), ("--tokens", tokens?.value), ("--bytes", bytes?.value),
    ].filter { $0.1 != nil }
    guard named.count + (fraction == nil ? 0 : 1) <= 1 else {
      throw ValidationError("Give only one of --count, --fraction, --tokens and --bytes.")
    }
    for (name, value) in named where value == 0 {
      throw ValidationError("\(name) must be at least 1.")
    }
    if let fraction, fraction.value == 0 {
      throw ValidationError("--fraction must be above 0 and at most 1.")
    }
  }

  var size: SelectionSize {
    if let count { return .documents(count.value) }
    if let tokens { return .tokens(tokens.value) }
    if let bytes { return .bytes(bytes.value) }
    return fraction.map { .fraction($0.value) } ?? .standard
  }

  /// True if the size doesn't determine the number of documents.
  var isOpen: Bool { tokens != nil || bytes != nil }

  var isCountOrNothing: Bool { tokens == nil && bytes == nil && fraction == nil }
}
