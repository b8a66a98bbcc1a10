import ArgumentParser
import Reading

/// A ``TextExpression`` on the command line, and what joins the parts of a text.
enum TextFieldOption {
  /// - Throws: `ValidationError`
  @discardableResult
  static func validate(_ text: String, option: String) throws -> TextExpression {
    do throws(TextExpression.Fault) { return try TextExpression(parsing: text) } catch {
      if error.isInPlainPath { try ReadingOptions.validateField(text, option: option) }
      throw ValidationError("\(option) '\(text)' \(message(error.kind, error.column))")
    }
  }

  private static func message(_ kind: TextExpression.Fault.Kind, _ column: Int) -> String {
    let place = "at character \(column)"
    switch kind {
    case .emptyKey:
      return "has an empty key \(place). Write it like messages[].content or instruction,input."
    case .strayBackslash:
      return
        "has a backslash \(place) that is not before a special character. A backslash in a key is "
        + "written '\\\\', and a dot '\\.'."
    case .blank:
      return
        "has a blank at the beginning or end of a key, \(place). Leave it out, or put the key in "
        + "double quotes."
    case .openBracket:
      return "has a '[' \(place) that is not closed. Write it like messages[].content."
    case .openParenthesis:
      return "has a '(' \(place) that is not closed. Write it like messages[].(role,content)."
    case .openQuote:
      return
        "has a '\"' \(place) that is not closed. Write it like \"a.b\".c. A quote at the beginning "
        + "of a key is written '\\\"'."
    case .badString:
      return
        "has quotes \(place) around what is not a JSON string. Inside quotes, a backslash is "
        + "written '\\\\'."
    case .badBrackets:
      return
        "has brackets \(place) that are neither [] for all items, nor [0] for one, nor [key=value] "
        + "for those with this value. Brackets in a key are written '\\[' and '\\]'."
    case .emptyValue:
      return
        "has a comparison without a value \(place). Write it like [role=user], or [role=\"\"] for "
        + "the empty text."
    case .tooLargeIndex: return "has too large a number \(place)."
    case .notExpected:
      return
        "has something \(place) that does not belong there: keys are joined by dots, as in "
        + "messages[].content. A special character in a key is written after a backslash."
    case .tooDeep: return "is nested too deeply \(place)."
    }
  }

  /// Longer ones could make texts far longer than their lines.
  private static let longestJoint = 64

  /// A joint in which `\n`, `\t` and `\\` stand for a newline, a tab and a backslash.
  ///
  /// - Throws: `ValidationError`
  static func joint(parsing argument: String) throws -> String {
    var joint = ""
    var scalars = argument.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\\" else {
        joint.unicodeScalars.append(scalar)
        continue
      }
      switch scalars.popFirst() {
      case "n": joint += "\n"
      case "t": joint += "\t"
      case "\\": joint += "\\"
      default:
        throw ValidationError("a backslash is written '\\\\', a newline '\\n', and a tab '\\t'.")
      }
    }
    guard joint.utf8.count <= longestJoint else {
      throw ValidationError("it may have at most \(longestJoint) bytes.")
    }
    return joint
  }
}
