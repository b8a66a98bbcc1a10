import CSimdjson
import Files

@testable import Reading

/// The result of parsing a line.
enum Outcome: Equatable {
  case text([UInt8])
  /// A JSON value without a string at the path.
  case noText
  case rejected
}

/// simdjson alone, without the scanner after it.
@safe struct Simdjson: ~Copyable {
  private let parser: OpaquePointer

  init(_ textField: String) {
    guard let parser = unsafe dsel_json_parser_create() else { fatalError("out of memory") }
    unsafe self.parser = parser
    for key in keys(of: textField) {
      // SAFETY: simdjson copies the key.
      unsafe key.withUnsafeBytes {
        let start = unsafe $0.baseAddress?.assumingMemoryBound(to: CChar.self)
        unsafe _ = dsel_json_parser_append_key(parser, start, key.count)
      }
    }
  }

  deinit { unsafe dsel_json_parser_destroy(parser) }

  func outcome(of line: [UInt8]) -> Outcome {
    let padded = line + [UInt8](repeating: 0x20, count: Int(DSEL_JSON_PADDING))
    return unsafe padded.withUnsafeBufferPointer { bytes in
      // SAFETY: the padding exists, and the text is copied before the parser's next use.
      var text: UnsafePointer<UInt8>?
      var count = 0
      let status = unsafe dsel_json_parser_parse(
        parser, bytes.baseAddress, line.count, &text, &count)
      switch status {
      case dsel_json_text_found:
        return unsafe .text(Array(UnsafeBufferPointer(start: text, count: count)))
      case dsel_json_no_text: return .noText
      default: return .rejected
      }
    }
  }
}

func keys(of textField: String) -> [[UInt8]] {
  textField.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(
    Array.init)
}

/// The scanner's result for a line, byte by byte: the text, or the reason why there is none.
func scan(_ line: [UInt8], _ textField: String) -> Result<[UInt8], InvalidLine> {
  do throws(InvalidLine) {
    var scanner = JSONScanner(path: keys(of: textField), fields: [])
    try scanner.scan(line.span)
    let text = scanner.text
    var bytes = line
    guard text.hasEscapes else { return .success(Array(bytes[text.range])) }
    var span = bytes.mutableSpan
    let range = JSONScanner.unescape(text.range, in: &span)
    return .success(Array(bytes[range]))
  } catch {
    return .failure(error)
  }
}

func scan(_ line: String, _ textField: String = "text") -> Result<[UInt8], InvalidLine> {
  scan(Array(line.utf8), textField)
}

func outcome(of result: Result<[UInt8], InvalidLine>) -> Outcome {
  switch result {
  case .success(let text): .text(text)
  case .failure(.notJSON), .failure(.notUTF8): .rejected
  case .failure: .noText
  }
}

/// The result of ``DocumentParser`` for a line between other bytes, with any kernels.
///
/// - Precondition: all kernels agree.
func parse(_ line: [UInt8], _ textField: TextField = "text") throws -> [UInt8] {
  let results = try Kernels.available.map { try parse(line, textField, kernels: $0) }
  precondition(
    results.allSatisfy { $0 == results[0] },
    "\(results): \(String(decoding: line, as: UTF8.self))")
  return try results[0].get()
}

func parse(
  _ line: [UInt8], _ textField: TextField, kernels: Kernels
) throws -> Result<[UInt8], InvalidLine> {
  var buffer = ByteBuffer()
  try buffer.append(Array("before".utf8).span)
  let start = buffer.count
  try buffer.append(line.span)
  try buffer.append(Array("\nbehind".utf8).span)
  var parser = DocumentParser(textField: textField, fields: [], kernels: kernels)
  var found: [UInt8] = []
  do {
    try parser.parse(start..<(start + line.count), of: &buffer) { found = array(of: $0) }
  } catch let error as InvalidLine {
    return .failure(error)
  }
  return .success(found)
}

func array(of span: Span<UInt8>) -> [UInt8] {
  // SAFETY: copied before the span ends.
  unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
}
