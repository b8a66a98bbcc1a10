import Files

@testable import Reading

/// Both parsers accept a line with the same text, or both refuse it.
///
/// ``DocumentParser`` finds what they find.
///
/// The first byte chooses the text's path.
func fuzzDocuments(_ input: [UInt8]) -> Int32 {
  guard let choice = input.first else { return -1 }
  let line = Array(input.dropFirst())
  guard !line.contains(UInt8(ascii: "\n")) else { return -1 }
  let textField = ["text", "a.b", "t.e.x.t"][Int(choice) % 3]
  let scanned = scan(line, textField)
  let quick = Simdjson(textField).outcome(of: line)
  let slow = outcome(of: scanned)
  // The scanner is asked where simdjson finds nothing. It may therefore refuse more lines, but
  // never find another text.
  if case .text = quick { require(quick == slow, "\(quick) or \(slow)") }
  require((try? parse(line, TextField(textField))) == (try? scanned.get()), "another text")
  if case .rejected = slow { return 0 }
  // Valid JSON: texts of several parts are those that a walk over a tree finds.
  if case .failure(.notAnObject) = scanned { return 0 }
  for field in textFields {
    let expected = TextTwin.text(field, line)
    for kernels in Kernels.available {
      let found = try? parts(line, field, kernels: kernels)
      require(found == expected, "\(field): \(String(describing: found)) or \(expected)")
    }
  }
  return 0
}

/// The keys are those of the corpus and of the dictionary.
private let textFields: [TextField] = [
  "text|a.b", "a[].b,text", "a[text=b].(text|t[]),t.e[-1]", "t.(e,x)|a[][]",
]
