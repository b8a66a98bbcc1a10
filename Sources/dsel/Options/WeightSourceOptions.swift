import ArgumentParser
import Pipeline
import Reading

/// The source of the weights.
struct WeightSourceOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of weights, from 'dsel weigh'.", valueName: "file"),
    completion: .file())
  var weights: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --weights for several targets: name of the target to draw by.", valueName: "name"))
  var target: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of candidates, from 'dsel weigh --candidates'.", valueName: "file"),
    completion: .file())
  var candidates: [String] = []

  @Flag(
    help: """
      Draw even if a part of the pool is missing: documents that the pool's model counted \
      (--candidates), or weights for a pool file (--weights).
      """)
  var allowMissing = false

  @Option(
    help: ArgumentHelp(
      """
      Field with a number to use as log weight. Several fields are added up, each with its scale: \
      loss=-1,quality=0.3.
      """,
      valueName: "path[=scale],…"))
  var field: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "With --field: factors of the numbers, one per field, in order.",
      valueName: "x,…"))
  var fieldScale: [String] = []

  /// Sums with such scales can't overflow, whatever the number of fields.
  private static let largestScale = 1e300

  @Flag(help: "With --field: prefer small numbers, as for a loss.")
  var negate = false

  @Option(
    help: ArgumentHelp(
      """
      With --field: draw only documents whose number in this field is in this range, both ends \
      included: loss=1.5:3. Either end may be left out. Several must all hold.
      """,
      valueName: "path=low:high,…"))
  var between: [String] = []

  func validate() throws {
    let count = [!weights.isEmpty, !candidates.isEmpty, !field.isEmpty].count { $0 }
    guard count == 1 else {
      throw ValidationError(
        count == 0
          ? "The weights are missing. Name them with --weights, --candidates or --field."
          : "Give only one of --weights, --candidates and --field.")
    }
    guard target == nil || !weights.isEmpty else {
      throw ValidationError("--target needs --weights.")
    }
    guard !field.isEmpty || (fieldScale.isEmpty && !negate) else {
      throw ValidationError("--field-scale and --negate need --field.")
    }
    guard !field.isEmpty || between.isEmpty else {
      throw ValidationError(
        "--between needs --field: only a draw by fields reads the numbers of the lines.")
    }
    _ = try fields()
    _ = try windows()
  }

  /// The files of weights or candidates.
  ///
  /// - Throws: `ValidationError`
  func paths() throws -> [String] {
    try FileList.paths(weights, option: "--weights")
      + FileList.paths(candidates, option: "--candidates")
  }

  /// - Throws: `ValidationError`
  func source(
    _ size: SizeOptions, remainder: OutputSettings.Place?
  ) throws -> ResampleSettings.Source {
    if !weights.isEmpty { return .weights(try paths(), target: target, size: size.size) }
    if !candidates.isEmpty {
      return .candidates(try paths(), size: size.given, remainder: remainder)
    }
    return .fields(try fields(), size: size.size, remainder: remainder)
  }

  /// Fields separated by commas, each with its scale after an equals sign, or from --field-scale.
  private func fields() throws -> [FieldWeight] {
    let scales = try fieldScale.flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    .map { try Self.scale($0, option: "--field-scale", of: String($0)) }
    let items = field.flatMap(FieldPath.list)
    guard scales.isEmpty || scales.count == items.count else {
      throw ValidationError(
        "There \(items.count == 1 ? "is 1 field" : "are \(items.count) fields"), but --field-scale "
          + "has \(scales.count). Give one scale per field, or none.")
    }
    return try items.enumerated().map { index, item in
      var (path, scale) = (item, scales.isEmpty ? 1 : scales[index])
      if let (named, text) = FieldPath.assignment(item) {
        guard scales.isEmpty else {
          throw ValidationError(
            "--field '\(item)' has a scale, and --field-scale gives another. Leave one of them "
              + "out. An equals sign in a key is written '\\='.")
        }
        (path, scale) = (named, try Self.scale(text, option: "--field", of: item))
      }
      try ReadingOptions.validateField(path, option: "--field")
      return FieldWeight(field: path, scale: negate ? -scale : scale)
    }
  }

  /// The ranges of fields, separated by commas.
  ///
  /// - Throws: `ValidationError`
  func windows() throws -> [FieldWindow] {
    try between.flatMap(FieldPath.list).map { item in
      let parts = FieldPath.assignment(item)
      let ends = parts?.text.split(separator: ":", omittingEmptySubsequences: false) ?? []
      guard let path = parts?.path, ends.count == 2, ends.contains(where: { !$0.isEmpty }) else {
        throw ValidationError(
          "--between '\(item)' is not a range. Write it like loss=1.5:3, loss=1.5: or loss=:3.")
      }
      try ReadingOptions.validateField(path, option: "--between")
      let (lowest, highest) = (try Self.end(ends[0], of: item), try Self.end(ends[1], of: item))
      if let lowest, let highest, lowest > highest {
        throw ValidationError(
          "--between '\(item)': no number is at least \(ends[0]) and at most \(ends[1]). Write the "
            + "smaller one first.")
      }
      return FieldWindow(field: path, lowest: lowest, highest: highest)
    }
  }

  private static func end(_ text: Substring, of argument: String) throws -> Double? {
    guard !text.isEmpty else { return nil }
    guard let number = Number(argument: String(text)) else {
      throw ValidationError(
        "--between '\(argument)': '\(text)' is not a number. Write it like loss=1.5:3.")
    }
    return number.value
  }

  private static func scale(
    _ text: some StringProtocol, option: String, of argument: String
  ) throws -> Double {
    guard let scale = Number(argument: String(text))?.value else {
      let advice =
        option == "--field"
        ? "Write it like quality=0.3, and an equals sign in a key as '\\='."
        : "Write it like -1 or 0.3."
      throw ValidationError(
        "\(option) '\(argument)': the scale '\(text)' is not a number. "
          + "\(advice)")
    }
    guard abs(scale) <= largestScale else {
      throw ValidationError(
        "\(option) '\(argument)': the scale must be from -1e300 to 1e300.")
    }
    return scale
  }
}
