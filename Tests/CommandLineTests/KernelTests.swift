import Files
import Foundation
import TestSupport
import Testing

/// The kernels that the environment chooses.
@Suite struct KernelTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func run(_ arguments: [String], kernels: String) throws -> Dsel.Result {
    try Program.run(
      "/usr/bin/env", ["\(Kernels.variable)=\(kernels)", Dsel.binary.path] + arguments,
      in: directory)
  }

  /// Models and weights, too, are the same to the byte: the scalar kernels are checked against
  /// plain code, and the golden files of other tests against the fastest.
  @Test(
    arguments: Kernels.available, [["--objective", "set"], ["--compat", "dsir"], ["--top-k"]])
  func `Any kernels give the same selection`(kernels: Kernels, options: [String]) throws {
    let last = try #require(Kernels.available.last)
    let inputs = ["select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl]
    let arguments = inputs + ["--count", "100", "--annotate"] + options
    let expected = try run(arguments, kernels: last.name)
    let found = try run(arguments, kernels: kernels.name)
    try #require(expected.status == 0, "\(expected.errors)")
    #expect(expected.output.lines.count == 100)
    #expect(found.output == expected.output)
  }

  @Test(arguments: Kernels.available)
  func `A model is the same with any kernels, which the version names`(kernels: Kernels) throws {
    let last = try #require(Kernels.available.last)
    for each in [kernels, last] {
      let fit = try run(
        ["fit", Fixtures.crawl, "--output", "\(each).model", "--force"], kernels: each.name)
      try #require(fit.status == 0, "\(fit.errors)")
    }
    #expect(try directory.read("\(kernels).model") == directory.read("\(last).model"))
    let version = try run(["--version"], kernels: kernels.name)
    #expect(version.output.lines.contains("kernels: \(kernels)"))
  }

  @Test(arguments: ["AVX-512", "sse9", "avx512,avx2", " "])
  func `Kernels that aren't there are a wrong command line`(name: String) throws {
    let names = Kernels.available.map(\.name).joined(separator: ", ")
    let found = try run(["--version"], kernels: name)
    #expect(found.status == 64 && found.output.isEmpty)
    #expect(
      found.errors.contains(
        """
        DSEL_KERNELS is '\(name)', and this processor has these kernels: \(names). Name one of \
        them, or unset DSEL_KERNELS: dsel takes the fastest.
        """))
  }

  @Test func `Without a name the fastest kernels are taken`() throws {
    let found = try run(["--version"], kernels: "")
    #expect(found.output.lines.contains("kernels: \(Kernels.available[0])"))
  }
}
