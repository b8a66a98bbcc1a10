import ArgumentParser
import Files
import Pipeline

/// `name=0.3` or `name=30%` on the command line.
struct NamedShare: ExpressibleByArgument {
  var name: String
  var value: Double

  init?(argument: String) {
    // The last equals sign counts, because values of a field may contain others.
    guard let sign = argument.lastIndex(of: "="),
      let share = Share(argument: String(argument[argument.index(after: sign)...]))
    else { return nil }
    name = String(argument[..<sign])
    value = share.value
  }

  /// - Throws: `ValidationError`
  init(parsing argument: String) throws {
    guard let share = NamedShare(argument: argument) else {
      throw ValidationError("write it like wiki=0.3 or wiki=30%, from 0 to 1.")
    }
    self = share
  }

  /// The shares in arguments, each of which may hold several, separated by commas.
  ///
  /// A comma ends a share only after its number, so names may contain commas.
  ///
  /// - Throws: `ValidationError`
  static func list(_ arguments: [String], option: String, example: String) throws -> [NamedShare] {
    try arguments.flatMap { argument -> [NamedShare] in
      var shares: [NamedShare] = []
      var pending = ""
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        pending += part
        guard index == parts.count - 1 || endsWithNumber(pending) else {
          pending += ","
          continue
        }
        guard let share = NamedShare(argument: pending) else {
          throw ValidationError(
            "\(option) '\(pending)' is not a share. Write it like \(example), or in percent: "
              + "wiki=70%."
          )
        }
        shares.append(share)
        pending = ""
      }
      return shares
    }
  }

  /// The shares by their names.
  ///
  /// - Parameters:
  ///   - repeated: says of a name that it is given twice.
  ///   - excess: says of a sum that it is more than 1.
  /// - Throws: `ValidationError`
  static func sharesByName(
    _ shares: [NamedShare], repeated: (String) -> String, excess: (Double) -> String
  ) throws -> [ExactString: Double] {
    var sharesByName: [ExactString: Double] = [:]
    for share in shares {
      guard sharesByName.updateValue(share.value, forKey: ExactString(share.name)) == nil else {
        throw ValidationError(repeated(share.name))
      }
    }
    let sum = shares.reduce(0) { $0 + $1.value }
    guard sum <= 1 + StratifySettings.rounding else { throw ValidationError(excess(sum)) }
    return sharesByName
  }

  /// Whether the text after the last sign may be meant as a number.
  private static func endsWithNumber(_ text: String) -> Bool {
    guard let sign = text.lastIndex(of: "=") else { return false }
    let number = text[text.index(after: sign)...].filter { $0 != "%" && $0 != "_" }
    return Double(number) != nil
  }
}
