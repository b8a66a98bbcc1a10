/// A piece of HTML. Text that is put into it is escaped, so that it shows and does nothing.
///
///     let heading: Markup = "<h2>\(title)</h2>"
package struct Markup: ExpressibleByStringInterpolation, Sendable {
  package private(set) var html: String

  package init(stringLiteral value: String) { html = value }
  package init(stringInterpolation: Interpolation) { html = stringInterpolation.html }

  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      html.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { html += literal }
    /// Text that may come from anywhere.
    package mutating func appendInterpolation(_ text: String) { html += Markup.escaped(text) }
    /// The same between the quotes of an attribute.
    package mutating func appendInterpolation(attribute text: String) {
      html += Markup.escaped(PrintableText.of(text), marksControls: false)
    }
    package mutating func appendInterpolation(_ number: Int) { html += String(number) }
    package mutating func appendInterpolation(_ markup: Markup?) { html += markup?.html ?? "" }
    package mutating func appendInterpolation(_ parts: [Markup]) {
      for part in parts { html += part.html }
    }
  }

  package static func + (one: Markup, other: Markup) -> Markup { "\(one)\(other)" }
  package static func += (one: inout Markup, other: Markup) { one.html += other.html }

  /// Text as HTML. Characters that are not seen, or that turn the order of others, become marks
  /// with their numbers.
  static func escaped(_ text: String, marksControls: Bool = true) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var marks = 0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t", "\u{200C}", "\u{200D}": result.unicodeScalars.append(scalar)
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
          let number = String(scalar.value, radix: 16, uppercase: true)
          result += marksControls ? "<b>\(number)</b>" : "(\(number))"
        case .nonspacingMark, .enclosingMark:
          // Some of them belong to a letter. A tower of them would cover other lines.
          marks += 1
          if marks <= mostMarks { result.unicodeScalars.append(scalar) }
          continue
        default: result.unicodeScalars.append(scalar)
        }
      }
      marks = 0
    }
    return result
  }

  /// Marks on one letter that are shown.
  private static let mostMarks = 4
}

extension [Markup] {
  /// The parts one after the other.
  var joined: Markup { "\(self)" }
}
