internal import Files

/// Where a document's text is: a ``TextExpression`` as it was written, and what joins its parts.
package struct TextField: Sendable, Equatable, ExpressibleByStringLiteral {
  package static let defaultJoint = "\n"

  /// As it was written: `text`, `meta.doc.text`, or `messages[].content`.
  package let expression: String
  /// Stands between the parts of a text. It is the default where a text has only one part.
  package let joint: String

  package init(_ expression: String, joint: String = defaultJoint) {
    self.expression = expression
    self.joint = TextExpression(reading: expression).isPlain ? Self.defaultJoint : joint
  }

  package init(stringLiteral expression: String) { self.init(expression) }

  /// The joint, for records of a run; nil for the default one.
  package var otherJoint: String? {
    ExactString(joint) == ExactString(Self.defaultJoint) ? nil : joint
  }

  /// By bytes, as keys of JSON are compared.
  package static func == (one: Self, other: Self) -> Bool {
    ExactString(one.expression) == ExactString(other.expression)
      && ExactString(one.joint) == ExactString(other.joint)
  }
}

/// A field with the default joint is a string, as it was before there were joints.
extension TextField: Codable {
  private enum CodingKeys: String, CodingKey { case expression, joint }

  package init(from decoder: any Decoder) throws {
    if let expression = try? decoder.singleValueContainer().decode(String.self) {
      self.init(expression)
      return
    }
    let members = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try members.decode(String.self, forKey: .expression),
      joint: try members.decode(String.self, forKey: .joint))
  }

  package func encode(to encoder: any Encoder) throws {
    guard let otherJoint else {
      var value = encoder.singleValueContainer()
      return try value.encode(expression)
    }
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(expression, forKey: .expression)
    try members.encode(otherJoint, forKey: .joint)
  }
}
