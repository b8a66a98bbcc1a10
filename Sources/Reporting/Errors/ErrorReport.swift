package import Pipeline
package import Platform

/// An error for programs: its kind, its place, and the sentences of its message in two parts.
///
/// The place, the message and the advice together are the text of ``ErrorMessage``.
package struct ErrorReport: Encodable, Equatable {
  /// The kind of error, which stays the same if its words change.
  package var code: String
  package var file: String?
  package var line: Int?
  package var message: String
  /// How to correct it; nil if the message says that too.
  package var advice: String?

  package init(_ error: PipelineError) { self.init(error.facts, ErrorMessage(error).text) }

  package init(_ error: SystemError) { self.init(error.facts, ErrorMessage(error).text) }

  /// A command line that is wrong.
  ///
  /// - Parameter help: the command that shows how to write it.
  package init(usage text: String, help: String) {
    self.init(ErrorFacts(code: "usage"), text)
    if advice == nil { advice = "See '\(help)'." }
  }

  /// An error that no stage describes.
  package init(other text: String) { self.init(ErrorFacts(code: "other"), text) }

  init(_ facts: ErrorFacts, _ text: String) {
    code = facts.code
    file = facts.file
    line = facts.line
    var text = text[...]
    if let file {
      let place = line.map { "\(file):\($0): " } ?? "\(file): "
      // A name may end with the bytes of half a character, so characters aren't compared.
      if text.unicodeScalars.starts(with: place.unicodeScalars) {
        text = Substring(text.unicodeScalars.dropFirst(place.unicodeScalars.count))
      }
    }
    (message, advice) = Self.divided(text)
  }

  /// The first sentence, and the others.
  ///
  /// A sentence ends at a full stop or question mark that a space and a capital follow.
  private static func divided(_ text: Substring) -> (String, String?) {
    let scalars = text.unicodeScalars
    for index in scalars.indices where scalars[index] == "." || scalars[index] == "?" {
      let space = scalars.index(after: index)
      guard space < scalars.endIndex, scalars[space] == " " || scalars[space] == "\n" else {
        continue
      }
      let next = scalars.index(after: space)
      guard next < scalars.endIndex, scalars[next].properties.isUppercase else { continue }
      return (String(scalars[..<space]), String(scalars[next...]))
    }
    return (String(text), nil)
  }
}
