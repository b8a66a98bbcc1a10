package import Weighting

/// A number with the name that a weight component gives it.
package struct LabelledNumber: Sendable {
  package var label: ComponentLabels.Label
  package var value: Double
}

/// A record whose JSON has more members than its own: the numbers of the weight components.
@dynamicMemberLookup
package struct LabelledRecord<Record: Encodable & Sendable>: Encodable, Sendable {
  package var record: Record
  /// Contributions to a log weight, in the order of the components.
  package var contributions: [LabelledNumber] = []
  /// Values of buckets, in the order of the components.
  package var bucketValues: [LabelledNumber] = []

  package subscript<Value>(dynamicMember member: KeyPath<Record, Value>) -> Value {
    record[keyPath: member]
  }

  package func encode(to encoder: any Encoder) throws {
    try record.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    for number in contributions + bucketValues {
      try container.encode(number.value, forKey: Key(stringValue: number.label.key))
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
