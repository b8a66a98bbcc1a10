internal import Files

/// The identity of an n-gram: the number of its context's node, and its last symbol.
struct NodeKey: Equatable {
  let value: UInt64

  init(value: UInt64) { self.value = value }

  @inline(__always)
  init(_ context: UInt32, _ symbol: UInt32) { value = UInt64(context) << 32 | UInt64(symbol) }

  var context: UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
  var symbol: UInt32 { UInt32(truncatingIfNeeded: value) }

  /// The place to look. Chance collisions only cost time.
  @inline(__always) var hash: UInt64 {
    let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD1B5_4A32_D192_ED03)
    return product.high ^ product.low
  }
}

/// The n-grams that can be contexts, as the nodes of a tree.
///
/// The root is the empty context. Below it stands the start symbol, which no one counts.
struct NodeTable: ~Copyable {
  static let root: UInt32 = 0
  static let start: UInt32 = 1
  /// The number of a node that isn't there.
  static let none = UInt32.max
  /// The start symbol; others are greater.
  private static let startSymbol: UInt32 = 0

  struct Node {
    var key = NodeKey(value: 0)
    /// How often the n-gram occurs.
    var count: UInt32 = 0
    /// How often a symbol follows it, and how many different ones do.
    var total: UInt32 = 0
    var kinds: UInt32 = 0
  }

  /// The first ``count`` are in use.
  private var nodes: [Node]
  private(set) var count = 2
  /// Open addressing: the upper half of a key's hash, and the node's number; 0 is empty.
  private var slots: LargeTable<UInt64>

  init() {
    nodes = Array(repeating: Node(), count: 1 << 9)
    slots = LargeTable(count: 1 << 10)
    let key = NodeKey(Self.root, Self.startSymbol)
    nodes[Int(Self.start)].key = key
    var slots = slots.mutableSpan
    Self.insert(Self.start, key, into: &slots)
  }

  subscript(number: UInt32) -> Node { nodes[Int(number)] }

  /// The number of an n-gram's node; ``none`` if it isn't there.
  func find(_ key: NodeKey) -> UInt32 {
    let slots = slots.span
    let content = slots[Self.slot(of: key, in: slots, nodes.span)]
    return content == 0 ? Self.none : UInt32(truncatingIfNeeded: content)
  }

  /// Counts n-grams, and what follows their contexts.
  ///
  /// Look-ups don't depend on one another, so that the memory can fetch several at once.
  ///
  /// - Parameters:
  ///   - symbols: their last symbols.
  ///   - contexts: the nodes of the symbols before these, of which ``none`` are left out. Each is
  ///     replaced by the node of the n-gram, one place further: there, the next symbol follows it.
  mutating func add(_ symbols: Span<UInt32>, after contexts: inout [UInt32]) {
    reserve(symbols.count)
    Self.add(symbols, after: &contexts, &nodes, &count, &slots)
  }

  private static func add(
    _ symbols: Span<UInt32>, after contexts: inout [UInt32], _ allNodes: inout [Node],
    _ count: inout Int, _ table: inout LargeTable<UInt64>
  ) {
    var contexts = contexts.mutableSpan
    var nodes = allNodes.mutableSpan
    var slots = table.mutableSpan
    var context = contexts[0]
    for place in symbols.indices {
      let current = context
      context = contexts[place + 1]
      guard current != Self.none else {
        contexts[place + 1] = Self.none
        continue
      }
      let key = NodeKey(current, symbols[place])
      let slot = Self.slot(of: key, in: slots.span, nodes.span)
      var number = UInt32(truncatingIfNeeded: slots[slot])
      if number == 0 {
        number = UInt32(count)
        count += 1
        nodes[Int(number)].key = key
        slots[slot] = Self.content(number, key)
      }
      nodes[Int(number)].count += 1
      nodes[Int(current)].total += 1
      if nodes[Int(number)].count == 1 { nodes[Int(current)].kinds += 1 }
      contexts[place + 1] = number
    }
  }

  /// Counts the longest n-grams, which have no nodes, and what follows their contexts.
  mutating func add(
    _ symbols: Span<UInt32>, after contexts: [UInt32], to leaves: inout CountTable
  ) {
    for place in symbols.indices where contexts[place] != Self.none {
      nodes[Int(contexts[place])].total += 1
    }
    leaves.add(symbols, after: contexts) { nodes[Int($0)].kinds += 1 }
  }

  // MARK: Slots

  private static func content(_ number: UInt32, _ key: NodeKey) -> UInt64 {
    (key.hash & ~0xFFFF_FFFF) | UInt64(number)
  }

  /// The slot of a key, which is empty if there is no such node.
  @inline(__always)
  private static func slot(of key: NodeKey, in slots: Span<UInt64>, _ nodes: Span<Node>) -> Int {
    let mask = slots.count - 1
    let hash = key.hash
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32,
        nodes[Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF)].key == key
      {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private static func insert(
    _ number: UInt32, _ key: NodeKey, into slots: inout MutableSpan<UInt64>
  ) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = content(number, key)
  }

  /// Makes room for more nodes.
  private mutating func reserve(_ more: Int) {
    precondition(count + more < Int(Self.none), "too many n-grams")
    while count + more > nodes.count {
      var larger: [Node] = []
      larger.reserveLargeCapacity(nodes.count * 2)
      larger.append(contentsOf: nodes)
      larger.append(contentsOf: repeatElement(Node(), count: nodes.count))
      nodes = larger
    }
    while count + more > slots.count / 8 * 5 {
      var larger = LargeTable<UInt64>(count: slots.count * 2)
      var free = larger.mutableSpan
      for number in 1..<UInt32(count) {
        Self.insert(number, nodes[Int(number)].key, into: &free)
      }
      slots = larger
    }
  }
}
