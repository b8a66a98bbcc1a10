internal import Parquet

/// Marks the columns that a path or a ``TextExpression`` may read.
///
/// Where a value isn't what a path expects, such as a list in the place of an object, all columns
/// of the value are marked: the record is then invalid, as the same record in JSON is.
struct ColumnMarks {
  private let schema: Schema
  /// By the numbers of leaves.
  private(set) var isMarked: [Bool]

  init(_ schema: Schema) {
    self.schema = schema
    isMarked = Array(repeating: false, count: schema.leaves.count)
  }

  /// Marks the columns of a path of keys.
  ///
  /// - Returns: whether there is such a column or group.
  mutating func mark(_ keys: [[UInt8]]) -> Bool {
    var node = 0
    for (index, key) in keys.enumerated() {
      let isRoot = index == 0
      guard schema.isObject(node), isRoot || schema.nodes[node].repetition != .repeated else {
        // The value may be a list, in which a path of keys leads nowhere, or a map.
        guard schema.entry(of: node) != nil else { return false }
        markAll(node)
        return true
      }
      guard let child = schema.child(key, of: node) else { return false }
      node = child
    }
    markAll(node)
    return true
  }

  /// Marks the columns of an expression, from a group.
  ///
  /// - Returns: whether any path leads to a column.
  mutating func mark(_ expression: TextExpression, in group: Int) -> Bool {
    var isFound = false
    for path in expression.fields.joined() {
      if let head = path.head {
        guard let child = schema.child(expression.heads[head], of: group) else { continue }
        if follow(path.steps[...], from: child) { isFound = true }
      } else if follow(path.steps[...], from: group, isItem: true) {
        isFound = true
      }
    }
    return isFound
  }

  /// - Parameter isItem: whether the node is an item of the list that it itself makes.
  private mutating func follow(
    _ steps: ArraySlice<TextExpression.Step>, from node: Int, isItem: Bool = false
  ) -> Bool {
    guard let step = steps.first else {
      markAll(node)
      return true
    }
    let rest = steps.dropFirst()
    let isList = schema.nodes[node].repetition == .repeated && !isItem
    switch step {
    case .key(let key):
      if !isList, schema.isObject(node) {
        guard let child = schema.child(key, of: node) else { return false }
        return follow(rest, from: child)
      }
    case .group(let expression):
      if !isList, schema.isObject(node) { return mark(expression, in: node) }
    case .items, .item: if let item = item(of: node, isList) { return follow(rest, item) }
    case .filter(let filter):
      if let item = item(of: node, isList) {
        markKeys(filter.keys, item)
        return follow(rest, item)
      }
    }
    markAll(node)
    return true
  }

  private struct Item {
    var node: Int
    var isItem: Bool
  }

  private func item(of node: Int, _ isList: Bool) -> Item? {
    if isList { return Item(node: node, isItem: true) }
    guard let item = schema.item(of: node) else { return nil }
    return Item(node: item, isItem: schema.nodes[item].repetition == .repeated)
  }

  private mutating func follow(_ steps: ArraySlice<TextExpression.Step>, _ item: Item) -> Bool {
    follow(steps, from: item.node, isItem: item.isItem)
  }

  private mutating func markKeys(_ keys: [[UInt8]], _ item: Item) {
    _ = follow(keys.map { .key($0) }[...], item)
  }

  mutating func markAll(_ node: Int) {
    if let leaf = schema.nodes[node].leaf { isMarked[leaf] = true }
    for child in schema.nodes[node].children { markAll(child) }
  }
}

extension Schema {
  /// Whether a node is a group of named columns: neither a column, nor a list, nor a map.
  func isObject(_ number: Int) -> Bool {
    nodes[number].leaf == nil && item(of: number) == nil && entry(of: number) == nil
  }

  /// The most names in a message.
  private static var mostNames: Int { 20 }

  /// The columns as paths of a ``TextExpression``, not more than a message can show.
  var columnNames: [String] {
    var names: [String] = []
    for child in nodes[0].children { appendNames(of: child, "", false, to: &names) }
    return names
  }

  private func appendNames(
    of number: Int, _ path: String, _ isItem: Bool, to names: inout [String]
  ) {
    guard names.count < Self.mostNames else { return }
    let node = nodes[number]
    var path = path
    if !isItem {
      path += (path.isEmpty ? "" : ".") + TextExpression.escaped(node.name.prefix(40))
    }
    if node.repetition == .repeated, !isItem { path += "[]" }
    if node.leaf != nil || entry(of: number) != nil {
      names.append(path)
    } else if let item = item(of: number) {
      appendNames(of: item, path + "[]", true, to: &names)
    } else {
      for child in node.children { appendNames(of: child, path, false, to: &names) }
    }
  }

  /// The name of a column for messages.
  func name(ofLeaf leaf: Int) -> String {
    path(of: leaves[leaf]).map { TextExpression.escaped($0) }.joined(separator: ".")
  }

  /// Checks that the values of a column can be written as JSON.
  ///
  /// - Throws: ``ParquetFault/unsupportedColumn(column:feature:)``
  func checkReadable(_ leaf: Int) throws(ParquetFault) {
    let node = nodes[leaves[leaf]]
    let feature: String?
    switch (node.physical, node.meaning) {
    case (_, .other(let name)): feature = name
    case (.int96, _): feature = "timestamps"
    case (.fixedBytes, .decimal), (.fixedBytes, .uuid), (.fixedBytes, .float16): feature = nil
    case (.fixedBytes, _): feature = "bytes of a fixed size"
    default: feature = nil
    }
    guard let feature else { return }
    throw .unsupportedColumn(column: name(ofLeaf: leaf), feature: feature)
  }
}
