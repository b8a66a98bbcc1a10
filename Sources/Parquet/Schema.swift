/// The columns of a file: a tree whose leaves have values.
package struct Schema: Sendable {
  /// The physical types, by their numbers.
  package enum Physical: Int, Sendable {
    case boolean
    case int32, int64, int96, float, double, bytes, fixedBytes
  }

  /// What a value, or a group of columns, means.
  package enum Meaning: Sendable, Equatable {
    case none
    /// Text in UTF-8: strings, the names of enumerations, JSON.
    case text
    case list, map
    case decimal(scale: Int)
    case unsigned
    case uuid, float16
    /// A meaning that isn't supported, such as a date, by its name.
    case other(String)
  }

  package enum Repetition: Int, Sendable { case required, optional, repeated }

  package struct Node: Sendable {
    package internal(set) var name: [UInt8] = []
    package internal(set) var repetition = Repetition.required
    package internal(set) var meaning = Meaning.none
    /// The numbers of the nodes below; empty for a leaf.
    package internal(set) var children: [Int] = []
    /// The number of the group that this node is in; the root is in itself.
    package internal(set) var parent = 0
    /// The type of a leaf, and its number among leaves.
    package internal(set) var physical: Physical?
    package internal(set) var leaf: Int?
    /// The size of a value of type `fixedBytes`.
    package internal(set) var byteCount = 0
    /// The largest levels of the values.
    package internal(set) var definition = 0
    package internal(set) var repetitionLevel = 0
  }

  /// Groups in groups. More can't be meant, and reading goes by recursion.
  private static let largestDepth = 100

  /// The root is the first one.
  package private(set) var nodes: [Node]
  /// The numbers of the nodes that are leaves.
  package private(set) var leaves: [Int] = []

  /// - Parameter elements: in the order of the file, each group before its members.
  /// - Throws: ``ParquetError/damaged(reason:)``
  init(_ elements: [Element]) throws(ParquetError) {
    let damaged = ParquetError.damaged(reason: "the schema is not a tree")
    nodes = []
    /// The groups that are being read, with the number of members that they still lack.
    var open: [(number: Int, missing: Int)] = []
    for element in elements {
      let number = nodes.count
      var node = Node()
      node.name = element.name
      if let group = open.last {
        node.parent = group.number
        let parent = nodes[group.number]
        guard let repetition = Repetition(rawValue: element.repetition ?? 0) else { throw damaged }
        node.repetition = repetition
        node.definition = parent.definition + (repetition == .required ? 0 : 1)
        node.repetitionLevel = parent.repetitionLevel + (repetition == .repeated ? 1 : 0)
        nodes[group.number].children.append(number)
        open[open.count - 1].missing -= 1
      } else if number > 0 {
        throw damaged
      }
      node.meaning = element.meaning
      if let type = element.type, number > 0 {
        guard let physical = Physical(rawValue: type) else {
          throw .unsupported(feature: "columns of type \(type)")
        }
        node.physical = physical
        node.leaf = leaves.count
        leaves.append(number)
        node.byteCount = element.byteCount
        guard physical != .fixedBytes || (1...(1 << 24)).contains(element.byteCount) else {
          throw .damaged(reason: "the size of a column's values is \(element.byteCount)")
        }
      } else {
        guard open.count < Self.largestDepth else {
          throw .unsupported(feature: "columns that lie more than 100 groups deep")
        }
        guard element.childCount >= 0 else { throw damaged }
        open.append((number, element.childCount))
      }
      nodes.append(node)
      while let last = open.last, last.missing == 0, open.count > 1 { open.removeLast() }
    }
    guard open.count == 1, open[0].missing == 0 else { throw damaged }
  }

  /// The child of a group with this name, byte for byte: the first, if there are more.
  package func child(_ name: [UInt8], of group: Int) -> Int? {
    nodes[group].children.first { nodes[$0].name == name }
  }

  /// The node of a list's items; nil if the node is no list.
  ///
  /// A list is a repeated column, or a group with one repeated column in it. There, older writers
  /// left out the group between the list and its items.
  package func item(of number: Int) -> Int? {
    guard nodes[number].meaning == .list, nodes[number].repetition != .repeated,
      nodes[number].children.count == 1
    else { return nil }
    let middle = nodes[number].children[0]
    guard nodes[middle].repetition == .repeated else { return nil }
    guard nodes[middle].children.count == 1, nodes[middle].name != Array("array".utf8),
      nodes[middle].name != nodes[number].name + Array("_tuple".utf8),
      nodes[nodes[middle].children[0]].repetition != .repeated
    else { return middle }
    return nodes[middle].children[0]
  }

  /// The nodes of a map's keys and values; nil if the node is no map.
  package func entry(of number: Int) -> (key: Int, value: Int)? {
    guard nodes[number].meaning == .map, nodes[number].repetition != .repeated,
      nodes[number].children.count == 1
    else { return nil }
    let middle = nodes[number].children[0]
    guard nodes[middle].repetition == .repeated, nodes[middle].children.count == 2 else {
      return nil
    }
    return (nodes[middle].children[0], nodes[middle].children[1])
  }

  /// The names that lead to a node, from the outermost.
  package func path(of number: Int) -> [[UInt8]] {
    var path: [[UInt8]] = []
    var number = number
    while number > 0 {
      path.insert(nodes[number].name, at: 0)
      number = nodes[number].parent
    }
    return path
  }
}

extension Schema {
  /// A node as the file describes it.
  struct Element {
    var type: Int?
    var byteCount = 0
    var repetition: Int?
    var name: [UInt8] = []
    var childCount = 0
    /// The older way to say what values mean, with numbers, and its parts.
    var convertedType: Int?
    var scale = 0
    /// The newer way.
    var logicalType: Meaning?

    init(_ reader: inout CompactReader) throws(CompactReader.Fault) {
      var element = Self()
      try reader.structure { reader, number, _ throws(CompactReader.Fault) in
        switch number {
        case 1: element.type = try reader.integer()
        case 2: element.byteCount = try reader.integer()
        case 3: element.repetition = try reader.integer()
        case 4: element.name = try reader.binary()
        case 5: element.childCount = try reader.integer()
        case 6: element.convertedType = try reader.integer()
        case 7: element.scale = try reader.integer()
        case 10: element.logicalType = try Self.logicalType(&reader)
        default: return false
        }
        return true
      }
      self = element
    }

    private init() {}

    /// A union: a structure with one field, whose number says which type it is.
    private static func logicalType(
      _ reader: inout CompactReader
    ) throws(CompactReader.Fault) -> Meaning? {
      var meaning: Meaning?
      try reader.structure { reader, number, kind throws(CompactReader.Fault) in
        switch number {
        case 1, 4, 12: meaning = .text
        case 2: meaning = .map
        case 3: meaning = .list
        case 5:
          guard kind == .structure else { return false }
          var scale = 0
          try reader.structure { reader, number, _ throws(CompactReader.Fault) in
            guard number == 1 else { return false }
            scale = try reader.integer()
            return true
          }
          meaning = .decimal(scale: scale)
          return true
        case 6: meaning = .other("dates")
        case 7: meaning = .other("times of day")
        case 8: meaning = .other("timestamps")
        case 10:
          guard kind == .structure else { return false }
          var isSigned = true
          try reader.structure { _, number, kind throws(CompactReader.Fault) in
            guard number == 2, kind == .yes || kind == .no else { return false }
            isSigned = kind == .yes
            return true
          }
          meaning = isSigned ? Meaning.none : .unsigned
          return true
        case 13: meaning = .other("BSON")
        case 14: meaning = .uuid
        case 15: meaning = .float16
        default: break
        }
        return false
      }
      return meaning
    }

    var meaning: Meaning {
      if let logicalType { return logicalType }
      switch convertedType {
      case 0, 4, 19: return .text
      case 1, 2: return .map
      case 3: return .list
      case 5: return .decimal(scale: scale)
      case 6: return .other("dates")
      case 7, 8: return .other("times of day")
      case 9, 10: return .other("timestamps")
      case 11, 12, 13, 14: return .unsigned
      case 20: return .other("BSON")
      case 21: return .other("intervals")
      default: return .none
      }
    }
  }
}
