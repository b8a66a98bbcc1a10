package import Files

/// The time that a run took. Nothing else in a manifest differs between equal runs.
package struct RunTimings: Encodable, Sendable {
  /// Wall-clock seconds, by step.
  package var seconds: [ExactString: Double] = [:]
  /// Seconds of all processors together, by step.
  package var processorSeconds: [ExactString: Double] = [:]
  package var totalSeconds = 0.0
  package var threads = 0
}
