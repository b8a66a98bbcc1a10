import Foundation

/// A JSON value: a manifest, a table of expectations, a selected line.
@dynamicMemberLookup
public enum JSON: Decodable, Equatable, Sendable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  public init(_ bytes: Data) throws { self = try JSONDecoder().decode(JSON.self, from: bytes) }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // The commonest kinds first: each kind that doesn't fit costs an error.
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .array(value)
    } else if let value = try? container.decode([String: JSON].self) {
      self = .object(value)
    } else {
      self = .boolean(try container.decode(Bool.self))
    }
  }

  /// The object's member, or null.
  public subscript(dynamicMember key: String) -> JSON { self[key] }

  public subscript(key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }

  public subscript(index: Int) -> JSON { elements[index] }

  public var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

  /// The members of an object.
  public var members: [String: JSON] {
    if case .object(let members) = self { members } else { [:] }
  }

  public var number: Double? { if case .number(let value) = self { value } else { nil } }

  public var int: Int? { number.flatMap { Int(exactly: $0) } }

  public var string: String? { if case .string(let value) = self { value } else { nil } }

  public var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }

  public var isNull: Bool { self == .null }

  /// The object's counts by name.
  public var counts: [String: Int] {
    if case .object(let members) = self { members.compactMapValues(\.int) } else { [:] }
  }

  /// The object without one of its members.
  public func without(_ key: String) -> JSON {
    guard case .object(var members) = self else { return self }
    members[key] = nil
    return .object(members)
  }
}
