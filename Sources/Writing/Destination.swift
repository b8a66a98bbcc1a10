/// The place that lines are written to.
package enum Destination: Sendable, Equatable, Codable {
  case standardOutput
  case file(path: String)
}
