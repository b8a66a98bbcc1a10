/// A pattern for names of files, such as `*.xz` or `s3://crawl/*`.
///
/// `*` stands for any characters, `?` for one, `[a-z]` for one of a set and `[!a-z]` for one that
/// isn't in it; a backslash takes the next character as it is. A pattern without a slash is
/// compared with the part of the name after its last slash, and any other with the whole name.
/// There, `*` also stands for slashes.
package struct NameGlob: Equatable, Sendable {
  package enum Fault: Error, Equatable {
    case empty
    case openSet
    case strayBackslash
  }

  private enum Element: Equatable, Sendable {
    case one(Unicode.Scalar)
    case any
    case anyRun
    case set([ClosedRange<Unicode.Scalar>], isInverted: Bool)
  }

  /// As the user wrote it.
  package let text: String
  private let elements: [Element]
  private let isOfWholeName: Bool

  /// - Throws: ``Fault``
  package init(parsing text: String) throws(Fault) {
    self.text = text
    var elements: [Element] = []
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if elements.last != .anyRun { elements.append(.anyRun) }
      case "?": elements.append(.any)
      case "[": elements.append(try Self.set(&rest))
      case "\\":
        guard let next = rest.popFirst() else { throw .strayBackslash }
        elements.append(.one(next))
      default: elements.append(.one(scalar))
      }
    }
    guard !elements.isEmpty else { throw .empty }
    self.elements = elements
    isOfWholeName = elements.contains(.one("/"))
  }

  /// The rest of a set. A `]` that comes first is a member of it, as a `-` at either end is.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Fault) -> Element {
    let isInverted = rest.first == "!" || rest.first == "^"
    if isInverted { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let first = rest.popFirst() {
      if first == "]", !ranges.isEmpty { return .set(ranges, isInverted: isInverted) }
      let isRange = rest.first == "-" && rest.dropFirst().first.map { $0 != "]" } ?? false
      if isRange, let last = rest.dropFirst().first {
        rest = rest.dropFirst(2)
        ranges.append(min(first, last)...max(first, last))
      } else {
        ranges.append(first...first)
      }
    }
    throw .openSet
  }

  package func matches(_ name: String) -> Bool {
    let name = isOfWholeName ? name[...] : name.lastPathPart
    return matches(Array(name.unicodeScalars))
  }

  /// - Complexity: O(*n* · *m*) at most, for *n* characters and *m* elements: only the last `*` is
  ///   tried again.
  private func matches(_ name: [Unicode.Scalar]) -> Bool {
    var (place, element) = (0, 0)
    // After the last `*`, and where what it stands for ends.
    var retry: (element: Int, place: Int)?
    while place < name.count {
      if element < elements.count, elements[element] == .anyRun {
        element += 1
        retry = (element, place)
      } else if element < elements.count, Self.matches(elements[element], name[place]) {
        element += 1
        place += 1
      } else if let last = retry {
        retry = (last.element, last.place + 1)
        (element, place) = (last.element, last.place + 1)
      } else {
        return false
      }
    }
    return elements[element...].allSatisfy { $0 == .anyRun }
  }

  private static func matches(_ element: Element, _ scalar: Unicode.Scalar) -> Bool {
    switch element {
    case .one(let one): one == scalar
    case .any: true
    case .anyRun: false
    case .set(let ranges, let isInverted):
      ranges.contains { $0.contains(scalar) } != isInverted
    }
  }
}
