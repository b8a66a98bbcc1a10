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
    _ = try fields()
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
      return .candidates(try paths(), count: size.count?.value, remainder: remainder)
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
