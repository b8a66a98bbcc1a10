/// A target's model file, with the target's name.
package struct NamedModel: Sendable, Equatable, Codable {
  /// nil if there is only one model, without a name.
  package var name: String?
  package var path: String

  package init(name: String?, path: String) {
    self.name = name
    self.path = path
  }
}
