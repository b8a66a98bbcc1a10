/// `[name=]file` on the command line.
///
/// A name consists of letters, digits, `_` and `-`. It has no dots, because dots would lead into
/// objects when weights are read. If the whole argument is the path of an existing file, the file
/// has no name.
struct NamedFile {
  var name: String?
  var path: String

  init(_ argument: String) {
    if let sign = argument.utf8.firstIndex(of: UInt8(ascii: "=")), sign != argument.startIndex,
      argument.utf8[..<sign].allSatisfy(Self.isOfName), !FileList.exists(argument)
    {
      name = String(argument[..<sign])
      path = String(argument[argument.utf8.index(after: sign)...])
    } else {
      path = argument
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
