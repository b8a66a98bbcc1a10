internal import Resampling

/// One of the targets that a selection should resemble.
package struct TargetSettings: Sendable, Equatable, Codable {
  /// nil if there is only one.
  package var name: String?
  package var paths: [String]
  /// The target's share of the selection; nil for an equal part of what the others leave.
  package var share: Double?

  package init(name: String?, paths: [String], share: Double? = nil) {
    self.name = name
    self.paths = paths
    self.share = share
  }

  /// The division of a budget among all targets.
  static func apportionment(_ targets: [TargetSettings]) -> Apportionment {
    Apportionment(given: targets.map(\.share), counts: targets.map { _ in 1 })
  }

  /// The shares of all targets.
  static func shares(_ targets: [TargetSettings]) -> [Double] {
    let rest = RestShare.each(targets.map(\.share))
    return targets.map { $0.share ?? rest }
  }
}
