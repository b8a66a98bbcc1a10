internal import Platform

/// An interpolated n-gram model with Witten-Bell weights.
///
/// The probability of symbol x after the context c, the symbols before it, is
///
///     pₙ(x | c) = (count(c x) + kinds(c) · pₙ₋₁(x | c′)) / (count(c) + kinds(c))
///
/// where count(c) is how often anything follows c, kinds(c) how many different symbols do, and c′
/// is c without its first symbol. Below the shortest n-gram stands a floor, which the caller gives.
/// Contexts that were never seen are left out. A sequence has one start symbol before it.
///
/// Source: Witten and Bell, The zero-frequency problem, IEEE Transactions on Information Theory 37
/// (1991), method C; interpolated as in Chen and Goodman, An empirical study of smoothing
/// techniques for language modeling, Computer Speech and Language 13 (1999), section 2.4.
///
/// N-grams form a tree. A node stands for an n-gram shorter than the longest ones, and the key of
/// its child is the pair of its number and the next symbol: exact, in 64 bits. The longest n-grams
/// have no node, only a count.
package struct WittenBellModel: ~Copyable {
  /// The number of symbols that are counted at a time.
  private static let blockSize = 1024

  package let order: Int
  private var nodes = NodeTable()
  private var leaves = CountTable()
  /// Scratch: the contexts of a block's symbols.
  private var contexts: [UInt32] = Array(repeating: 0, count: blockSize + 1)

  /// - Parameter order: the length of the longest n-grams, 2 or more.
  package init(order: Int) {
    precondition(order >= 2)
    self.order = order
  }

  // MARK: Training

  /// Counts the n-grams of a sequence.
  ///
  /// Shorter n-grams of a whole block come before longer ones, because their nodes are the contexts
  /// of these.
  ///
  /// - Parameter symbols: none is 0.
  package mutating func train(_ symbols: [UInt32]) {
    /// The contexts of the block's first symbol.
    var first = initialContexts
    for start in stride(from: 0, to: symbols.count, by: Self.blockSize) {
      let end = min(start + Self.blockSize, symbols.count)
      let block = symbols.span.extracting(start..<end)
      for place in 0...block.count { contexts[place] = NodeTable.root }
      for length in 0..<(order - 1) {
        nodes.add(block, after: &contexts)
        contexts[0] = first[length + 1]
        first[length + 1] = contexts[block.count]
      }
      nodes.add(block, after: contexts, to: &leaves)
    }
  }

  /// The number of symbols that it was trained on.
  package var symbolCount: Int { Int(nodes[NodeTable.root].total) }
  /// The number of different symbols among them.
  package var kindCount: Int { Int(nodes[NodeTable.root].kinds) }

  /// Calls `body` with each symbol that it was trained on.
  package func forEachSymbol(_ body: (UInt32) -> Void) {
    for number in 0..<UInt32(nodes.count) {
      let node = nodes[number]
      if node.key.context == NodeTable.root, node.count > 0 { body(node.key.symbol) }
    }
  }

  // MARK: Probabilities

  /// The negative log-probability of a sequence, in nats.
  ///
  /// - Parameter logFloor: the natural logarithm of a symbol's probability below the shortest
  ///   n-gram.
  package func nats(of symbols: [UInt32], logFloor: (UInt32) -> Double) -> Double {
    var contexts = initialContexts
    var next = contexts
    var sum = 0.0
    for place in symbols.indices {
      let symbol = symbols[place]
      var logP = logFloor(symbol)
      for length in next.indices { next[length] = NodeTable.none }
      next[0] = NodeTable.root
      for length in 0..<order where contexts[length] != NodeTable.none {
        let context = nodes[contexts[length]]
        // The longer contexts end with this one, so they were never seen either.
        guard context.total > 0 else { break }
        let (total, kinds) = (Double(context.total), Double(context.kinds))
        let seen: UInt32
        if length == order - 1 {
          seen = leaves.count(of: NodeKey(contexts[length], symbol))
        } else {
          next[length + 1] = nodes.find(NodeKey(contexts[length], symbol))
          seen = count(of: next[length + 1])
        }
        if seen > 0 {
          // The logarithm may be of a number too small for a double.
          logP = log((Double(seen) + kinds * exp(logP)) / (total + kinds))
        } else {
          logP += log(kinds / (total + kinds))
        }
      }
      sum -= logP
      swap(&contexts, &next)
    }
    return sum
  }

  /// The negative log-probability of a sequence under the model's single symbols and pairs only,
  /// above a uniform floor, in nats.
  ///
  /// - Parameter alphabetSize: the number of symbols that the floor is uniform over.
  package func pairNats(of symbols: [UInt32], alphabetSize: Double) -> Double {
    let (size, kinds) = (Double(nodes[NodeTable.root].total), Double(nodes[NodeTable.root].kinds))
    var context = NodeTable.start
    var sum = 0.0
    for place in symbols.indices {
      let symbol = nodes.find(NodeKey(NodeTable.root, symbols[place]))
      var p = (Double(count(of: symbol)) + kinds / alphabetSize) / (size + kinds)
      if context != NodeTable.none, nodes[context].total > 0 {
        let total = Double(nodes[context].total)
        let types = Double(nodes[context].kinds)
        p = (Double(seen(symbols[place], after: context)) + types * p) / (total + types)
      }
      sum -= log(p)
      context = symbol
    }
    return sum
  }

  /// How often a symbol follows a single one.
  private func seen(_ symbol: UInt32, after context: UInt32) -> UInt32 {
    order == 2
      ? leaves.count(of: NodeKey(context, symbol))
      : count(of: nodes.find(NodeKey(context, symbol)))
  }

  private func count(of node: UInt32) -> UInt32 {
    node == NodeTable.none ? 0 : nodes[node].count
  }

  /// The nodes of the symbols before a sequence's first, shortest first.
  private var initialContexts: [UInt32] {
    [NodeTable.root, NodeTable.start] + Array(repeating: NodeTable.none, count: order - 2)
  }
}
