import TestSupport
import Testing

@testable import Reporting
@testable import dsel

/// Numbers as they are typed, tested without a run.
@Suite struct QuantitiesTests {
  private static let units: [(unit: String, factor: Int)] = [
    ("k", 1000), ("M", 1_000_000), ("B", 1_000_000_000), ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
  ]

  @Test(arguments: units)
  func `A count may have a unit, in either case`(unit: String, factor: Int) throws {
    for unit in [unit.lowercased(), unit.uppercased()] {
      #expect(try Count(text: "7\(unit)").value == 7 * factor)
      #expect(try Count(text: "1.5\(unit)").value == factor * 3 / 2)
      #expect(try Count(text: "1e-3\(unit)").value == factor / 1000)
      #expect(try Count(text: "2_0\(unit)").value == 20 * factor)
    }
  }

  @Test func `The largest count is 100T`() throws {
    #expect(try Count(text: "100T").value == 100_000_000_000_000)
    #expect(try Count(text: "1e14").value == Count.largest)
    for text in ["100.000_001T", "100000000000001", "1e15", "9e9999"] {
      #expect(throws: NumberFault.tooLarge(limit: Count.largest)) { try Count(text: text) }
    }
  }

  @Test(
    arguments: [
      ("", .empty), ("k", .empty), ("x", .notANumber), ("1x", .notANumber), ("0x10", .notANumber),
      ("1 000", .notANumber), ("_1", .notANumber), ("1_", .notANumber), ("1__0", .notANumber),
      (".", .notANumber), ("1e", .notANumber), ("inf", .notANumber), ("nan", .notANumber),
      ("-1", .negative), ("-1k", .negative), ("1.5", .notWhole), ("1e-1", .notWhole),
      ("1.0005k", .notWhole), ("1.000", .point), ("12.345", .notWhole),
      ("1,000", .comma(number: "1000")),
      ("1,5", .comma(number: "1.5")), ("1,2,3", .notANumber),
    ] as [(String, NumberFault)])
  func `A wrong count is refused with the reason`(text: String, fault: NumberFault) {
    #expect(throws: fault) { try Count(text: text) }
    #expect(Count(argument: text) == nil)
  }

  /// The units are powers of 1000 and of 1024.
  @Test func `Bytes have decimal and binary units`() throws {
    for (power, unit) in ["k", "M", "G", "T"].enumerated() {
      let decimal = (0...power).reduce(1) { product, _ in product * 1000 }
      let binary = (0...power).reduce(1) { product, _ in product * 1024 }
      for unit in [unit, unit.uppercased(), unit.lowercased()] {
        #expect(try ByteCount(text: "3\(unit)").value == 3 * decimal)
        #expect(try ByteCount(text: "3\(unit)B").value == 3 * decimal)
        #expect(try ByteCount(text: "3\(unit)b").value == 3 * decimal)
        #expect(try ByteCount(text: "3\(unit)iB").value == 3 * binary)
        #expect(try ByteCount(text: "1.5\(unit)ib").value == 3 * binary / 2)
      }
    }
    #expect(try ByteCount(text: "12B").value == 12)
    #expect(try ByteCount(text: "12").value == 12)
    #expect(throws: NumberFault.notWhole) { try ByteCount(text: "1.1KiB") }
  }

  @Test func `A number of bytes is written in the shortest way that is exact`() {
    for (byteCount, text) in [
      (0, "0"), (1, "1"), (1000, "1kB"), (1024, "1KiB"), (1025, "1025"), (128 << 20, "128MiB"),
      (2_147_000_000, "2147MB"), (3 << 30, "3GiB"), (1_000_000, "1MB"), (1_024_000, "1024kB"),
    ] {
      #expect(Format.byteArgument(byteCount) == text)
    }
    #expect(Format.bytePhrase(1) == "1 byte")
    #expect(Format.bytePhrase(1025) == "1,025 bytes")
    #expect(Format.bytePhrase(256 << 20) == "256MiB")
    #expect(ByteCount(256 << 20).defaultValueDescription == "256MiB")
    #expect(ByteCount(1000).defaultValueDescription == "1000")
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `The notation of a number of bytes is read as that number, or slightly more`(
    seed: UInt64
  ) throws {
    var random = SplitMix64(state: seed)
    for _ in 0..<200 {
      let factor = random.element(of: [1, 1000, 1024, 1_000_000, 1 << 20, 1_000_000_000, 1 << 30])
      let byteCount = factor * Int.random(in: 1...5000, using: &random)
      #expect(try ByteCount(text: Format.byteArgument(byteCount)).value == byteCount)
      let more = try ByteCount(text: Format.byteArgument(atLeast: byteCount)).value - byteCount
      #expect(more >= 0 && more < (byteCount < 1 << 20 ? 1024 : 1 << 20), "\(byteCount)")
    }
  }

  /// In doubles, 7 / 100 doesn't equal 0.07 for all such numbers.
  @Test func `A percentage is exactly the same number as the fraction`() throws {
    for percent in 0...100 {
      let fraction = percent == 100 ? "1" : percent < 10 ? "0.0\(percent)" : "0.\(percent)"
      #expect(try Share(text: "\(percent)%").value == Share(text: fraction).value)
    }
    #expect(try Share(text: "12.5%").value == 0.125)
    #expect(throws: NumberFault.moreThanAll) { try Share(text: "1.01") }
    #expect(throws: NumberFault.moreThanAll) { try Share(text: "101%") }
    #expect(throws: NumberFault.negative) { try Share(text: "-1%") }
    #expect(throws: NumberFault.empty) { try Share(text: "%") }
  }

  @Test func `Other numbers may be negative, but not beyond all doubles`() throws {
    #expect(try Number(text: "-2.5e3").value == -2500)
    #expect(try Number(text: "1_0.5").value == 10.5)
    #expect(throws: NumberFault.beyondDoubles) { try Number(text: "1e999") }
    #expect(throws: NumberFault.notANumber) { try Number(text: "nan") }
  }

  @Test func `A seed has 64 bits`() throws {
    #expect(try Seed(text: "18446744073709551615").value == .max)
    #expect(try Seed(text: "1e3").value == 1000)
    #expect(try Seed(text: "1_000").value == 1000)
    #expect(throws: NumberFault.negative) { try Seed(text: "-1") }
    #expect(throws: NumberFault.self) { try Seed(text: "18446744073709551616") }
    #expect(throws: NumberFault.notWhole) { try Seed(text: "0.5") }
  }
}
