import Testing

@testable import Pipeline
@testable import Weighting

@Suite struct SharedSampleTests {
  private func priority(_ number: UInt64) -> DocumentSample.Priority {
    DocumentSample.Priority(bits: number)
  }

  private func documents(_ sample: DocumentSample) -> [(UInt64, [UInt16])] {
    var found: [(UInt64, [UInt16])] = []
    sample.forEachDocument { priority, features in
      found.append((priority.bits, features.indices.map { features[$0] }))
    }
    return found
  }

  @Test func `Documents are collected block by block, and added in any order`() {
    let shared = SharedSample()
    var collected = CollectedDocuments()
    collected.add([0x50, 0x60].span, shift: 4)
    collected.add([0x70].span, shift: 4)
    collected.endDocument(priority(9))
    // Left by an error.
    collected.add([0x10].span, shift: 4)
    collected.dropDocument()
    collected.endDocument(priority(1))
    collected.add([0x20].span, shift: 4)
    collected.endDocument(priority(3))
    #expect(shared.addIfFree(&collected) == priority(.max))
    // Nothing is added twice.
    _ = shared.add(&collected)
    let found = documents(shared.take())
    #expect(found.map(\.0) == [3, 9])
    #expect(found.map(\.1) == [[2], [5, 6, 7]])
  }

  @Test func `A document keeps its first 16,384 features, and 16 of those fill a worker`() {
    let shared = SharedSample()
    var collected = CollectedDocuments()
    let long = [UInt32](repeating: 1, count: 10_000)
    for number in 0..<16 {
      #expect(!collected.isFull)
      collected.add(long.span, shift: 0)
      collected.add(long.span, shift: 0)
      collected.endDocument(priority(UInt64(number)))
    }
    #expect(collected.isFull)
    _ = shared.add(&collected)
    #expect(!collected.isFull)
    let found = documents(shared.take())
    #expect(found.count == 16 && found.allSatisfy { $0.1.count == 1 << 14 })
  }
}
