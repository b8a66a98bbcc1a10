/// A model file that was named for a target.
package struct NamedModel: Sendable, Equatable, Codable {
  /// nil where there is only one, and it has no name.
  package var name: String?
  package var path: String

  package init(name: String?, path: String) {
    self.name = name
    self.path = path
  }
}
