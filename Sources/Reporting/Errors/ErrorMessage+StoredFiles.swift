internal import Reading

/// Errors of models and of files of candidates.
extension ErrorMessage {
  /// The kinds of file that dsel stores, in words.
  struct StoredFile {
    /// `a model`.
    var kind: String
    var commands: String
    /// The command that makes a new one.
    var command: String

    static let model = StoredFile(
      kind: "a model", commands: "'dsel fit' or 'dsel merge'", command: "'dsel fit'")
    static let candidates = StoredFile(
      kind: "a file of candidates", commands: "'dsel weigh --candidates' or 'dsel merge'",
      command: "'dsel weigh --candidates'")
  }

  static func unusable(_ path: String, _ fault: JSONFileFault, _ file: StoredFile) -> String {
    "\(path): \(unusable(fault, file))"
  }

  private static func unusable(_ fault: JSONFileFault, _ file: StoredFile) -> String {
    let again = "Run \(file.command) again."
    func broken(_ fault: String) -> String {
      "not \(file.kind) that is whole: \(fault). Copy the file again, or run \(file.command) again."
    }
    switch fault {
    case .syntax(let fault, let offset):
      return broken("not valid JSON at byte \(offset + 1), where \(fault.inFile)")
    case .notUTF8(let offset): return broken("not UTF-8 at byte \(offset + 1)")
    case .unexpected(let expected, let found, let offset):
      return broken("\(found.text) at byte \(offset + 1), where \(expected.text) is expected")
    case .notAWholeNumber(let offset):
      return broken("at byte \(offset + 1), a whole number from 0 to 2^64 - 1 is expected")
    case .repeatedKey(let key, let offset):
      return broken("the key \"\(key)\" occurs twice, again at byte \(offset + 1)")
    case .tooLong(let offset): return broken("a value at byte \(offset + 1) is too long")
    case .otherFormat: return "not \(file.kind). Name a file from \(file.commands)."
    case .newerVersion(let version, let readable):
      return
        "its format version is \(version), but this dsel reads versions up to \(readable). Update "
        + "dsel, or run \(file.command) again."
    case .otherUnicodeTables(let theirs, let own):
      return
        "its tokens were made with the tables of Unicode \(theirs), but this dsel has those of "
        + "\(own). \(again)"
    case .missing(let member): return "the member \"\(member)\" is missing. \(again)"
    case .invalid(let member):
      return
        "the member \"\(member)\" has an impossible value, or contradicts another member. \(again)"
    case .tooLarge(let member, let limit):
      return
        "the member \"\(member)\" exceeds \(Format.count(limit)), the limit for its size or value. "
        + "Check that the file comes from dsel, or merge fewer files."
    }
  }
}

extension InvalidLine.Fault {
  /// The fault in a file that has one JSON value after another.
  fileprivate var inFile: String {
    switch self {
    case .unterminated: "the file ends inside a value"
    case .trailingData: "the file goes on after its last value"
    case .badEscape: "an escape is unknown or incomplete"
    case .badNumber: "a number is malformed or too large"
    case .tooDeep: "values are nested deeper than 64 levels"
    case .expectedValue, .expectedKey, .expectedColon, .expectedCommaOrEnd, .trailingComma,
      .controlCharacter, .loneSurrogate, .notFinite:
      text
    }
  }
}
