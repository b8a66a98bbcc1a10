#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The command that a run carries out: what it takes to repeat it.
package struct Invocation: Codable, Sendable {
  /// The words of the command line, without the name of the program.
  package var arguments: [String]
  /// The working directory, to which relative paths belong; nil if it has no name any more.
  package var directory: String?
  /// The time at which the run began, in UTC and whole seconds: `2026-11-26T21:04:00Z`.
  package var started: String
  /// The kernels that the processor has: `AVX-512` or `portable`.
  package var kernels: String

  init(arguments: [String], directory: String?, kernels: String, started: Date) {
    self.arguments = arguments
    self.directory = directory
    self.kernels = kernels
    self.started = started.formatted(.iso8601)
  }
}

extension Invocation {
  /// A run that begins now.
  package static func now(
    arguments: [String], directory: String?, kernels: String
  ) -> Invocation {
    Invocation(arguments: arguments, directory: directory, kernels: kernels, started: Date())
  }
}
