/// Where lines go.
package enum Destination: Sendable, Equatable {
  case standardOutput
  case file(path: String)
}
