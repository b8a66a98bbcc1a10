import ArgumentParser
import Pipeline

/// The size of the selection.
struct SizeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Number of documents to select: 500, 10k, 5M, 1e6. auto, in 'dsel select' only: the number \
      that serves the target best.
      """, valueName: "n|auto"),
    transform: Size.init(parsing:))
  var count: Size?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Share of the pool's documents to select: 0.2 or 20%. (default: 0.1)", valueName: "f"),
    transform: Share.init(parsing:))
  var fraction: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Largest number of tokens to select, in whole documents. Tokens are dsel's own, mostly words \
      (--tokens-field: those of a model). auto, in 'dsel select' only: the number that serves the \
      target best.
      """, valueName: "n|auto"),
    transform: Size.init(parsing:))
  var tokens: Size?

  @Option(
    help: ArgumentHelp(
      """
      Field of the pool's documents with the number of their tokens, as another program counts \
      them. --tokens and its shares are then in these. (default: dsel counts words)
      """, valueName: "path"))
  var tokensField: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest number of bytes to select, in whole lines: 500MB, 2GiB.", valueName: "n"),
    transform: ByteCount.init(parsing:))
  var bytes: ByteCount?

  /// A size, or the wish to find it.
  enum Size: ExpressibleByArgument, Equatable {
    case number(Int)
    case auto

    /// - Throws: ``NumberError``
    init(parsing argument: String) throws {
      self = argument == "auto" ? .auto : .number(try Count(parsing: argument).value)
    }

    init?(argument: String) { try? self.init(parsing: argument) }

    /// nil if it is to be found.
    var value: Int? { if case .number(let value) = self { value } else { nil } }
  }

  func validate() throws {
    if let tokensField {
      try ReadingOptions.validateField(tokensField, option: "--tokens-field")
    }
    let isGiven = [count != nil, fraction != nil, tokens != nil, bytes != nil]
    guard isGiven.count(where: { $0 }) <= 1 else {
      throw ValidationError("Give only one of --count, --fraction, --tokens and --bytes.")
    }
    let named = [
      ("--count", count?.value), ("--tokens", tokens?.value), ("--bytes", bytes?.value),
    ]
    for (name, value) in named where value == 0 {
      throw ValidationError("\(name) must be at least 1.")
    }
    if let fraction, fraction.value == 0 {
      throw ValidationError("--fraction must be above 0 and at most 1.")
    }
  }

  /// The size, unless it is to be found.
  var size: SelectionSize {
    if let count = count?.value { return .documents(count) }
    if let tokens = tokens?.value { return .tokens(tokens) }
    if let bytes { return .bytes(bytes.value) }
    return fraction.map { .fraction($0.value) } ?? .standard
  }

  /// The option that asks to find the size, and the unit of the size; nil if the size is given.
  var search: (option: String, unit: SizeSearchSettings.Unit)? {
    if count == .auto { return ("--count auto", .documents) }
    if tokens == .auto { return ("--tokens auto", .tokens) }
    return nil
  }

  /// True if the size doesn't determine the number of documents.
  var isOpen: Bool { tokens != nil || bytes != nil }

  /// The size, unless there is none, or it is to be found.
  var given: SelectionSize? {
    let isGiven = count?.value != nil || tokens?.value != nil || bytes != nil || fraction != nil
    return isGiven ? size : nil
  }
}

/// How the size is found.
struct SizeSearchOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --count auto or --tokens auto: no larger size is tried. Judging a size takes some 35 \
      bytes of memory for each token. (default: as much as has 8 million tokens)
      """, valueName: "n"),
    transform: Count.init(parsing:))
  var autoLimit: Count?

  /// - Parameter rivals: options that don't go together with it, and whether they are given.
  /// - Throws: `ValidationError`
  func validate(_ size: SizeOptions, with rivals: [(String, Bool)]) throws {
    guard let search = size.search else {
      guard autoLimit == nil else {
        throw ValidationError("--auto-limit needs --count auto or --tokens auto.")
      }
      return
    }
    guard autoLimit?.value != 0 else { throw ValidationError("--auto-limit must be at least 1.") }
    if let (option, _) = rivals.first(where: { $0.1 }) {
      throw ValidationError(
        "\(search.option) can't be used with \(option). First find the size without \(option), and "
          + "then give that number.")
    }
  }

  func settings(_ size: SizeOptions) -> SizeSearchSettings? {
    size.search.map { SizeSearchSettings($0.unit, limit: autoLimit?.value) }
  }
}
