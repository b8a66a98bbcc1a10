internal import Parquet

/// The columns that lead to a text and to further fields, and how values are made of them.
struct ColumnChoice: Sendable {
  /// A value of a row: a column, or what is made of several.
  struct Part: Sendable {
    enum Shape: Sendable {
      /// A column, by its place among the chosen ones.
      case column(Int)
      case object([Part])
      /// Each item is one value, which may be null where the part is optional.
      indirect case list(Part)
      indirect case map(key: Part, value: Part)
    }

    let name: [UInt8]
    let shape: Shape
    /// The levels from which on a value is there, and of a list: from which on it has items.
    let repetition: Schema.Repetition
    let definition: Int
    /// The level of a list's items. It is the same for all columns in them.
    let itemDefinition: Int
    let itemLevel: Int
    /// The places of its columns among the chosen ones.
    let columns: Range<Int>
  }

  /// Where a field is that is the value of one column outside of lists.
  enum Field: Sendable {
    case missing
    case column(Int)
  }

  /// The numbers of the chosen leaves.
  private(set) var leaves: [Int] = []
  private(set) var nodes: [Schema.Node] = []
  /// The row, as an object of the chosen columns.
  private(set) var row: [Part] = []
  /// The place of the text's column, if it is simply one column of strings, and so are the fields.
  private(set) var text: Int?
  private(set) var fields: [Field] = []
  /// Whether a column is in a list. Then its pages may begin within a row.
  var hasLists: Bool { nodes.contains { $0.repetitionLevel > 0 } }

  /// - Parameter request: nil for no columns at all.
  /// - Throws: ``ParquetFault``
  init(of schema: Schema, _ request: DocumentRequest?) throws(ParquetFault) {
    guard let request else { return }
    var marks = ColumnMarks(schema)
    let expression = TextExpression(reading: request.textField.expression)
    guard marks.mark(expression, in: 0) else {
      throw .missingColumn(field: request.textField.expression, present: schema.columnNames)
    }
    let paths = request.fields.map(FieldPath.keys)
    let found = paths.map { marks.mark($0) }
    leaves = schema.leaves.indices.filter { marks.isMarked[$0] }
    nodes = leaves.map { schema.nodes[schema.leaves[$0]] }
    for leaf in leaves { try schema.checkReadable(leaf) }
    var next = 0
    row = schema.nodes[0].children.compactMap {
      Self.part($0, of: schema, marks, &next)
    }
    chooseSimply(schema, expression, paths, found)
  }

  /// All columns.
  init(ofAll schema: Schema) throws(ParquetFault) {
    var marks = ColumnMarks(schema)
    marks.markAll(0)
    leaves = Array(schema.leaves.indices)
    nodes = leaves.map { schema.nodes[schema.leaves[$0]] }
    for leaf in leaves { try schema.checkReadable(leaf) }
    var next = 0
    row = schema.nodes[0].children.compactMap { Self.part($0, of: schema, marks, &next) }
  }

  private mutating func chooseSimply(
    _ schema: Schema, _ expression: TextExpression, _ paths: [[[UInt8]]], _ found: [Bool]
  ) {
    guard let keys = expression.plainKeys, let text = place(of: keys, in: schema),
      nodes[text].physical == .bytes, nodes[text].meaning == .none || nodes[text].meaning == .text
    else { return }
    var fields: [Field] = []
    for (path, isFound) in zip(paths, found) {
      guard isFound else {
        fields.append(.missing)
        continue
      }
      guard let place = place(of: path, in: schema) else { return }
      fields.append(.column(place))
    }
    self.text = text
    self.fields = fields
  }

  /// The place of the column at a path that leads through groups only.
  private func place(of keys: [[UInt8]], in schema: Schema) -> Int? {
    var node = 0
    for key in keys {
      guard schema.isObject(node), let child = schema.child(key, of: node),
        schema.nodes[child].repetition != .repeated
      else { return nil }
      node = child
    }
    guard let leaf = schema.nodes[node].leaf else { return nil }
    return leaves.firstIndex(of: leaf)
  }

  /// The part that a node stands for; nil if none of its columns was chosen.
  ///
  /// - Parameter isItem: whether the node is an item of the list that it itself makes.
  private static func part(
    _ number: Int, of schema: Schema, _ marks: ColumnMarks, _ next: inout Int, isItem: Bool = false
  ) -> Part? {
    let node = schema.nodes[number]
    let first = next
    var itemNode = node
    let shape: Part.Shape
    if node.repetition == .repeated, !isItem {
      guard let item = part(number, of: schema, marks, &next, isItem: true) else { return nil }
      shape = .list(item)
    } else if let leaf = node.leaf {
      guard marks.isMarked[leaf] else { return nil }
      shape = .column(next)
      next += 1
    } else if let item = schema.item(of: number) {
      itemNode = schema.nodes[node.children[0]]
      let isMiddle = item == node.children[0]
      guard let item = part(item, of: schema, marks, &next, isItem: isMiddle) else { return nil }
      shape = .list(item)
    } else if let entry = schema.entry(of: number) {
      itemNode = schema.nodes[node.children[0]]
      guard let key = part(entry.key, of: schema, marks, &next),
        let value = part(entry.value, of: schema, marks, &next)
      else { return nil }
      shape = .map(key: key, value: value)
    } else {
      let parts = node.children.compactMap { part($0, of: schema, marks, &next) }
      guard !parts.isEmpty else { return nil }
      shape = .object(parts)
    }
    let isList = node.repetition == .repeated
    return Part(
      name: node.name, shape: shape, repetition: isList ? .required : node.repetition,
      definition: node.definition, itemDefinition: itemNode.definition,
      itemLevel: itemNode.repetitionLevel, columns: first..<next)
  }
}
