import Compression
import Pipeline
import Platform
import Reading
import Testing
import Weighting
import Writing

@testable import Reporting

/// Errors that no command line test can cause, and rules for all messages.
@Suite struct ErrorMessageTests {
  private static let hostile = "a\u{1B}[31mb"

  private static let errors: [PipelineError] =
    [
      .input(.reading(.system(SystemError(.open, "a", code: 2)), line: nil)),
      .input(.reading(.system(.outOfMemory(byteCount: 20_000_000)), line: nil)),
      .input(.reading(.isDirectory(path: "-"), line: nil)),
      .input(.reading(.damaged(path: "a", .outOfMemory), line: nil)),
      .input(.reading(.damaged(path: "a", .windowTooLarge(byteCount: nil, limit: 1)), line: nil)),
      .input(.reading(.damaged(path: "a", .needsDictionary(id: 7)), line: nil)),
      .input(.reading(.remote(path: "s3://a/b"), line: nil)),
      .input(.reading(.lineTooLong(path: "a", offset: 9, limit: 256 << 20), line: 3)),
      .input(.reading(.changed(path: "a"), line: nil)),
      .input(.invalidLine(path: "a", line: 3, .notUTF8(column: 2))),
      .input(.invalidTargetLine(path: "a", line: 3, .missingField(path: "t", present: ["u"]))),
      .input(.invalidWeightLine(path: "a", line: 3, .missingField(path: "t", present: []))),
      .input(.noWeightColumn(path: "a", field: "t", present: ["u"])),
      .candidates(.changedDocument(path: "a")), .verifying(.isDirectory(path: "a b")),
      .input(.invalidLine(path: "a", line: 3, .noText(paths: "t,u", present: ["v"]))),
      .input(.invalidLine(path: "a", line: 3, .notAString(path: "t[0]", found: .array))),
      .input(
        .invalidLine(path: "a", line: 3, .notOfKind(path: "t", found: .number, expected: .array))),
      .input(.empty(role: .weights, skippedLines: 1)), .input(.noTokens(role: .input)),
      .input(.notRereadable(path: "a")),
      .output(.writing(.system(SystemError(.startThread, "", code: 11)))),
      .output(.writing(.compression(.outOfMemory))),
      .output(.writing(.compression(.truncated(format: .zstd)))),
      .output(.writing(.noRename(directory: "d", SystemError(.rename, "d", code: 95)))),
      .output(.writing(.noLockAnswer(directory: "d", seconds: 10))),
      .input(.reading(.parquet(path: "a", .reader), line: nil)),
      .output(
        .writing(
          .writer(
            WriterFault(
              name: "s3://a", command: "s5cmd pipe", kind: .status(2), lastLines: [], keptPath: "k")
          ))),
      .output(
        .writing(
          .writer(
            WriterFault(
              name: nil, command: "f", kind: .notStarted(code: 2), lastLines: [], keptPath: nil)))),
    ]
    + [
      ReaderFault.Kind.notStarted(code: 2), .status(3), .signal(9), .silence(seconds: 1), .empty,
      .otherContent(before: 5, now: 7), .otherContent(before: 5, now: 5),
    ].flatMap { kind in
      [[], ["one", "two"]].map { lines in
        PipelineError.input(
          .reading(
            .reader(path: "a", ReaderFault(command: "c", kind: kind, lastLines: lines)), line: nil))
      }
    } + [
      .fitting(.emptyFitSample(share: 0.1, chosen: 0, documentCount: 1)),
      .models(.mismatch(path: "b", otherPath: "a", .sample(isInFirst: true))),
      .models(.empty(path: "a", documentCount: 0)),
      .strata(.emptyMixture(field: "d", values: ["x", "y"])),
      .candidates(.missingDocuments(path: "a", foundCount: 9, countedCount: 10, shardCount: 1)),
      .weights(.shardWithoutWeights(path: "a", moreCount: 2)),
      .merging(.mixedKinds(path: "a", otherPath: "b")),
    ]

  @Test(arguments: errors.indices)
  func `A message is made of sentences`(index: Int) {
    let text = ErrorMessage(Self.errors[index]).text
    #expect(text.hasSuffix(".") || text.hasSuffix("| dsel … -") || text.hasSuffix(")."), "\(text)")
    #expect(!text.contains("  ") && !text.contains("\n"), "\(text)")
    for word in ["What ", " is no ", "folder", "so many", "beside", "Of "] {
      #expect(!text.contains(word), "\(word): \(text)")
    }
  }

  @Test(arguments: [
    (3, "a:3: the field \"q\" is \"x\", not a whole number from 0 to 5."),
    (4, "a:3: the field \"q\" is true or false, not a number."),
    (5, "a:3: the field \"q\" is 1e999, which exceeds the largest number, 1.8e308."),
    (6, "a:3: the field \"q\" is missing."),
  ])
  func `A value other than the expected number is shown with the expectation`(
    number: Int, beginning: String
  ) {
    let (found, expected): (InvalidLine.FoundValue, InvalidLine.ExpectedNumber) =
      switch number {
      case 3: (.written("\"x\""), .count(upTo: 5))
      case 4: (.kind(.boolean), .double)
      case 5: (.written("1e999"), .double)
      default: (.missing, .hash)
      }
    let error = InvalidLine.notANumber(path: "q", found: found, expected: expected)
    let text = ErrorMessage(.input(.invalidLine(path: "a", line: 3, error))).text
    #expect(text.hasPrefix(beginning), "\(text)")
    let ofWeights = ErrorMessage(.input(.invalidWeightLine(path: "a", line: 3, error))).text
    #expect(ofWeights.hasPrefix(beginning), "\(ofWeights)")
    #expect(ofWeights.contains("'dsel weigh'") && !text.contains("'dsel weigh'"))
  }

  @Test func `Each difference of two models names both files and the option`() {
    let mismatches: [(FittedModel.Mismatch, String)] = [
      (.hashing(.sha256, .xxh3), "--compat dsir"), (.hashing(.xxh3, .sha256), "--compat dsir"),
      (.tokenizer(.words, .wordpunct), "--tokenizer wordpunct"),
      (.maximumOrder(1, 2), "--ngrams 2"),
      (.bucketCount(3, 4), "--buckets 4"), (.minimumLength(5, 6), "--min-tokens 6"),
      (.sample(isInFirst: false), "--no-sample"),
    ]
    for (mismatch, option) in mismatches {
      let error = ModelError.mismatch(path: "second", otherPath: "first", mismatch)
      let text = ErrorMessage(.models(error)).text
      #expect(text.hasPrefix("second: "))
      #expect(text.contains("first") && text.contains(option), "\(text)")
    }
  }

  @Test func `Control characters are spelled out, and names stay on one line`() {
    #expect(PrintableText.of("a\u{1B}[31m\nb") == "a\\u{1b}[31m\\u{a}b")
    #expect(PrintableText.of("a\u{1B}\nb", keepsLines: true) == "a\\u{1b}\nb")
    #expect(PrintableText.of("e\u{301} – ü") == "e\u{301} – ü")
  }

  @Test func `A closed reader and a lack of memory are recognised`() {
    let closed = PipelineError.output(.writing(.system(SystemError(.write, "", code: 32))))
    #expect(closed.isClosedOutput && !closed.isOutOfMemory)
    #expect(Self.errors[1].isOutOfMemory && Self.errors[3].isOutOfMemory)
    #expect(!Self.errors[0].isOutOfMemory && !Self.errors[0].isClosedOutput)
  }
}
