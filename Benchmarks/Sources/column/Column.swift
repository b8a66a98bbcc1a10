import Foundation

@testable import Reading

/// `column FILE [TEXT_FIELD]`
///
/// Reads the texts of a file once, on one thread, as every command of dsel does before it works on
/// them. Prints the processor time in seconds, and the bytes of all texts.
@main struct Column {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let path = arguments.first, arguments.count <= 2 else {
      print("usage: column FILE [TEXT_FIELD]")
      exit(64)
    }
    let field = TextField(arguments.dropFirst().first ?? "text")
    let begin = processorTime()
    let request = DocumentRequest(textField: field)
    var decoder = try DocumentDecoder(request, ReadingLimits())
    var reader = try ShardReader(
      Shard(path: path), number: 0, ChunkSettings(request: request))
    var chunk = Chunk()
    var byteCount = 0
    while try reader.next(into: &chunk) {
      try decoder.begin(&chunk)
      while try decoder.next(in: chunk) != nil {
        try decoder.withText(in: &chunk) { text, _ in byteCount += text.count }
      }
    }
    print(processorTime() - begin, byteCount)
  }

  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
