import Foundation
import TestSupport
import Testing

/// zstd frames that request more memory than the limit.
@Suite struct WindowTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A frame of one raw block (RFC 8878, 3.1.1).
  ///
  /// Its window is 2^(10 + exponent) × (1 + mantissa / 8) bytes.
  private func write(exponent: UInt8, mantissa: UInt8) throws {
    let text = Data("{\"text\": \"a short document\"}\n".utf8)
    let header = UInt32(text.count) << 3 | 1
    var frame = Data([0x28, 0xB5, 0x2F, 0xFD, 0x00, exponent << 3 | mantissa])
    frame += [header, header >> 8, header >> 16].map { UInt8(truncatingIfNeeded: $0) }
    try directory.write(frame + text, to: "w.zst")
  }

  private func fit(_ options: [String]) throws -> Dsel.Result {
    try Dsel.run(
      ["fit", "w.zst", "-q", "--buckets", "64", "--threads", "1", "-o", "m", "--force"] + options,
      in: directory)
  }

  static let windows: [(exponent: UInt8, mantissa: UInt8, window: String, least: String)] = [
    (21, 0, "2GiB", "2GiB"), (17, 1, "144MiB", "144MiB"), (17, 7, "240MiB", "240MiB"),
    (18, 0, "256MiB", "256MiB"),
  ]

  @Test(arguments: windows)
  func `The message gives the necessary --max-window, and that works`(
    exponent: UInt8, mantissa: UInt8, window: String, least: String
  ) throws {
    try write(exponent: exponent, mantissa: mantissa)
    let refused = try fit([])
    #expect(refused.status == 1)
    #expect(
      refused.errors.contains(
        "w.zst: a zstd frame needs a window of \(window), but --max-window is 128MiB. Raise --max-window to \(least) if"
      ), "\(refused.errors)")
    let allowed = try fit(["--max-window", least])
    #expect(allowed.status == 0, "\(allowed.errors)")
  }

  @Test func `The limit is exactly the given number, not the power of two below it`() throws {
    try write(exponent: 21, mantissa: 0)
    for (argument, limit) in [
      ("2147MB", "2147MB"), ("2G", "2GB"), ("2047MiB", "2047MiB"), ("2147483647", "2147483647"),
    ] {
      let run = try fit(["--max-window", argument])
      #expect(run.status == 1)
      #expect(run.errors.contains("but --max-window is \(limit). Raise --max-window to 2GiB if"))
    }
    try write(exponent: 17, mantissa: 1)
    #expect(try fit(["--max-window", "144MiB"]).status == 0)
    #expect(try fit(["--max-window", "150994943"]).status == 1)
    // 2⁴⁰ bytes mean no more than libzstd's 2 GiB.
    #expect(try fit(["--max-window", "1TiB"]).status == 0)
  }

  @Test func `A window above every limit is reported as such`() throws {
    try write(exponent: 22, mantissa: 0)
    for options in [[], ["--max-window", "8GiB"]] {
      let run = try fit(options)
      #expect(run.status == 1)
      #expect(
        run.errors
          == "w.zst: a zstd frame needs a window of more than 2GiB, the largest that libzstd reads. Compress the file "
          + "again, with 'zstd --long=31' at most.\n")
    }
  }
}
