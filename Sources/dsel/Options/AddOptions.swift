import ArgumentParser
import Files
import Reading
import Weighting

/// The fields whose numbers are added to log weights.
struct AddOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Add the number in this field to the log weight: quality=0.3. Both are measured by their \
      standard deviations in a sample of the pool, so 0.3 means the same for numbers of any size.
      """,
      valueName: "path=x,…"))
  var add: [String] = []

  /// Coefficients are factors of standard deviations.
  private static let largest = 1e6

  func validate() throws { _ = try terms() }

  /// - Throws: `ValidationError`
  func terms() throws -> [FieldTerm] {
    let terms = try add.flatMap(FieldPath.list).map { item in
      guard let (path, text) = FieldPath.assignment(item) else {
        throw ValidationError(
          "--add '\(item)' has no coefficient. Write it like quality=0.3, and an equals sign in a "
            + "key as '\\='.")
      }
      guard let coefficient = Number(argument: text)?.value else {
        throw ValidationError(
          "--add '\(item)': the coefficient '\(text)' is not a number. Write it like quality=0.3, "
            + "and an equals sign in a key as '\\='.")
      }
      guard abs(coefficient) <= Self.largest else {
        throw ValidationError("--add '\(item)': the coefficient must be from -1e6 to 1e6.")
      }
      return FieldTerm(field: path, coefficient: coefficient)
    }
    try Self.validate(terms.map(\.field), option: "--add")
    return terms
  }

  /// Refuses fields that can't be read, too many of them, or one that is named twice.
  ///
  /// - Throws: `ValidationError`
  static func validate(_ fields: [String], option: String) throws {
    guard fields.count <= FieldSample.mostFields else {
      throw ValidationError("\(option) names more than \(FieldSample.mostFields) fields.")
    }
    var known: Set<ExactString> = []
    for field in fields {
      try ReadingOptions.validateField(field, option: option)
      guard known.insert(ExactString(field)).inserted else {
        throw ValidationError("\(option) names '\(field)' twice.")
      }
    }
  }

  /// Refuses additions to the weights of another program.
  ///
  /// - Throws: `ValidationError`
  func validate(_ compat: Compatibility?) throws {
    guard let compat, !add.isEmpty else { return }
    throw ValidationError(
      "--compat \(compat.rawValue) has the weights of another program. Leave --add out, or "
        + "--compat.")
  }
}
