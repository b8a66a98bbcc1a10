internal import Files

/// Text that is safe to print.
package enum PrintableText {
  /// The text with control characters and bytes that are not UTF-8 spelled out.
  ///
  /// Names and texts may come from anywhere, and a terminal obeys control characters.
  ///
  /// - Parameter keepsLines: whether the text has several lines. Otherwise a name with a line feed
  ///   in it could pass for a message.
  package static func of(_ text: String, keepsLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n" || !keepsLines, .format, .lineSeparator,
        .paragraphSeparator:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        if let byte = FileName.byte(of: scalar) {
          result += "\\x\(String(byte, radix: 16))"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}

extension String {
  /// The text, or its beginning and an ellipsis if it has more characters.
  func cut(to widest: Int) -> String {
    let scalars = unicodeScalars
    guard scalars.count > widest else { return self }
    return String(String.UnicodeScalarView(scalars.prefix(widest - 1))) + "…"
  }
}
