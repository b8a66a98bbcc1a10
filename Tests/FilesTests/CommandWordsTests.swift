import Testing

@testable import Files

@Suite struct CommandWordsTests {
  @Test(arguments: [
    ("xz -dc", ["xz", "-dc"]), ("  xz\t-dc \n", ["xz", "-dc"]),
    ("sh -c 'a | b \"$1\"' sh", ["sh", "-c", "a | b \"$1\"", "sh"]),
    ("a \"b 'c' \\\" \\\\ \\n\" d", ["a", "b 'c' \" \\ \\n", "d"]),
    ("a\\ b 'c'\"d\"e ''", ["a b", "cde", ""]),
    (
      "a $HOME *.x | b > c; d",
      [
        "a", "$HOME", "*.x", "|", "b", ">", "c;", "d",
      ]
    ), ("é \\é", ["é", "é"]),
  ])
  func `Quotes and backslashes are all that has a meaning`(text: String, words: [String]) throws {
    #expect(try CommandWords(parsing: text).words == words)
  }

  @Test(arguments: [
    ("", CommandWords.Fault.empty), ("  ", .empty), ("'' a", .empty), ("a 'b", .openQuote),
    ("a \"b'", .openQuote), ("a \"b\\\"", .openQuote), ("a \\", .strayBackslash),
  ])
  func `A command that is cut short is refused`(text: String, fault: CommandWords.Fault) {
    #expect(throws: fault) { try CommandWords(parsing: text) }
  }

  @Test(arguments: [
    ("cat", "a b", ["cat", "a b"]), ("cp {} -", "a b", ["cp", "a b", "-"]),
    ("f --from={} {}{}", "n", ["f", "--from=n", "nn"]), ("f '{}'", "n", ["f", "n"]),
    // A name is never taken for another place, or for an option.
    ("f {}", "{}", ["f", "{}"]), ("cat", "-n", ["cat", "./-n"]),
  ])
  func `The name goes where it belongs`(text: String, name: String, words: [String]) throws {
    #expect(try CommandWords(parsing: text).filled(with: name) == words)
  }

  @Test(arguments: [
    ("sh -c 'cat > f'", true), ("/bin/bash -ec 'cat > $HOME/f' sh {}", true),
    ("bash --norc -o pipefail -c 'xz | cat > f' bash", true), ("sh -c 'cat > \"$1\"' sh", false),
    ("sh -c 'cat > $0'", false), ("sh -c 'put \"$@\"' sh", false), ("sh -c 'cat > {}'", false),
    ("bash --norc -c 'cat > ${1##*/}' sh", false), ("s5cmd pipe", false), ("sh script", false),
    ("tee -c f", false), ("sh -c", false),
  ])
  func `A script that can't know the name is known`(text: String, isOne: Bool) throws {
    #expect(try CommandWords(parsing: text).isScriptWithoutName == isOne)
  }

  @Test func `Without a name, the words stay as they are`() throws {
    #expect(try CommandWords(parsing: "a {}").filled(with: nil) == ["a", "{}"])
  }
}
