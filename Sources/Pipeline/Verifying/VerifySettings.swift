/// The settings of `dsel verify`.
package struct VerifySettings: Sendable {
  package var manifests: [String]
  /// The directory to which relative paths belong; nil for that of the run.
  package var directory: String?
  package var version = ""

  package init(manifests: [String]) { self.manifests = manifests }
}
