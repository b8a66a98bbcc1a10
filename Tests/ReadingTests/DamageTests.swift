import Foundation
import TestSupport
import Testing

@testable import Reading

/// A damaged file is never read as other documents without an error.
///
/// If there is no checksum to detect the damage, the reader says so.
@Suite struct DamageTests {
  enum Kind: String, CaseIterable, Sendable {
    case zstd, zstdWithoutChecksum, zstdFrames, gzip, gzipMembers
  }

  private let directory: TemporaryDirectory
  private let lines: [Data]

  init() throws {
    directory = try TemporaryDirectory()
    var random = SplitMix64(state: 4)
    lines = (0..<40).map { number in
      let words = (0..<Int.random(in: 1...9, using: &random)).map { _ in
        random.element(of: ["some", "words", "of", "a", "small", "file", "élan"])
      }
      return Data("{\"id\":\(number),\"text\":\"\(words.joined(separator: " "))\"}\n".utf8)
    }
  }

  @Test(arguments: Kind.allCases)
  func `An undamaged file is read whole`(kind: Kind) throws {
    let text = lines.reduce(Data(), +)
    #expect(
      try read(parts(kind).reduce(Data(), +))
        == .documents(text, hasChecksums: kind != .zstdWithoutChecksum))
  }

  @Test(arguments: Kind.allCases)
  func `A file cut anywhere but between frames is an error`(kind: Kind) throws {
    let parts = try parts(kind)
    let file = parts.reduce(Data(), +)
    // Such a file is complete by itself: nothing in it shows that another frame was to follow.
    let borders = [0] + parts.indices.map { parts[...$0].reduce(0) { $0 + $1.count } }
    for count in 0...file.count where !borders.contains(count) {
      #expect(try read(file.prefix(count)) == .error, "cut after \(count) bytes")
    }
  }

  @Test(arguments: Kind.allCases, [UInt64](1...4))
  func `A flipped bit gives an error or the same documents`(kind: Kind, seed: UInt64) throws {
    let file = try parts(kind).reduce(Data(), +)
    let text = lines.reduce(Data(), +)
    var random = SplitMix64(state: seed)
    for _ in 0..<500 {
      let bit = Int.random(in: 0..<(8 * file.count), using: &random)
      var damaged = file
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let outcome = try read(damaged)
      if case .documents(text, _) = outcome { continue }
      let isGuarded = kind != .zstdWithoutChecksum
      if !isGuarded, case .documents(_, hasChecksums: false) = outcome { continue }
      #expect(outcome == .error, "bit \(bit) flipped")
    }
  }

  private enum Outcome: Equatable {
    case documents(Data, hasChecksums: Bool?)
    case error
  }

  /// Frames or members of several lines each; the last but one ends within a line.
  private func parts(_ kind: Kind) throws -> [Data] {
    let all = lines.reduce(Data(), +)
    let pieces = [all.prefix(700), all.dropFirst(700).prefix(500), all.dropFirst(1200)]
      .map { Data($0) }
    return switch kind {
    case .zstd: [try Containers.zstd(all, in: directory)]
    case .zstdWithoutChecksum: [try Containers.zstd(all, hasChecksum: false, in: directory)]
    case .zstdFrames: try pieces.map { try Containers.zstd($0, in: directory) }
    case .gzip: [try Containers.gzip(all, in: directory)]
    case .gzipMembers: try pieces.map { try Containers.gzip($0, in: directory) }
    }
  }

  /// Reads a file as a pass does, and parses each line.
  private func read(_ file: Data) throws -> Outcome {
    // The file is new each time: overwriting makes ext4 write to the disk, which takes a minute for
    // thousands of files.
    try? FileManager.default.removeItem(atPath: directory.path("damaged"))
    let shard = try Shard(path: directory.write(file, to: "damaged"))
    do {
      var reader = try ShardReader(shard, number: 0, ChunkSettings(chunkByteCount: 512))
      var parser = DocumentParser(textField: "text")
      var chunk = Chunk()
      var text = Data()
      while try reader.next(into: &chunk) {
        var position = 0
        while let line = chunk.nextLine(from: &position) {
          for index in line { text.append(chunk.bytes.span[index]) }
          text.append(0x0A)
          if !chunk.isBlank(line) { try parser.parse(line, of: &chunk.bytes) { _ in } }
        }
      }
      return .documents(text, hasChecksums: reader.progress.hasChecksums)
    } catch {
      return .error
    }
  }
}
