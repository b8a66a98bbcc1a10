internal import Platform

/// The control groups that this process is in, as Linux shows them below `/proc` and `/sys`.
enum Cgroup {
  /// The processors that the smallest quota allows of those of our group and the groups that it is in, rounded up; nil
  /// without any.
  ///
  /// - Parameter root: what comes before `/proc/…` and `/sys/…`; for tests.
  static func quota(root: String = "") -> Int? {
    guard let groups = lines(of: "\(root)/proc/self/cgroup"),
      let mounts = lines(of: "\(root)/proc/self/mountinfo")
    else { return nil }
    var smallest: Double?
    for hierarchy in mounts.compactMap(Hierarchy.init) {
      guard let group = groups.lazy.compactMap(hierarchy.group).first else { continue }
      for directory in hierarchy.directories(of: group) {
        guard let quota = hierarchy.quota(in: root + directory) else { continue }
        smallest = min(smallest ?? quota, quota)
      }
    }
    // Anything above is no limit.
    guard let smallest, smallest < 1e6 else { return nil }
    return max(1, Int(smallest.rounded(.up)))
  }

  /// A hierarchy of groups that limits processors, and where it is mounted.
  private struct Hierarchy {
    private let isUnified: Bool
    /// The group that is shown at `mountPoint`.
    private let mounted: String
    private let mountPoint: String

    /// - Parameter line: a line of `mountinfo`: `36 25 0:32 /docker/1f /sys/fs/cgroup/cpu rw … - cgroup cgroup rw,cpu,cpuacct`.
    init?(_ line: String) {
      let fields = line.split(separator: " ").map(String.init)
      guard let dash = fields.firstIndex(of: "-"), dash > 5, fields.count > dash + 1 else {
        return nil
      }
      switch fields[dash + 1] {
      case "cgroup2": isUnified = true
      case "cgroup":
        guard fields.count > dash + 3, fields[dash + 3].split(separator: ",").contains("cpu") else {
          return nil
        }
        isUnified = false
      default: return nil
      }
      mounted = fields[3]
      mountPoint = fields[4]
    }

    /// Our group's path, if the line is of this hierarchy.
    ///
    /// - Parameter line: a line of `/proc/self/cgroup`: `0::/user.slice`, or `4:cpu,cpuacct:/user.slice`.
    func group(_ line: String) -> String? {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      let isOurs =
        isUnified
        ? fields[0] == "0" && fields[1].isEmpty : fields[1].split(separator: ",").contains("cpu")
      return isOurs ? String(fields[2]) : nil
    }

    /// The directories of a group and of those that it is in, as far as they are mounted.
    func directories(of group: String) -> [String] {
      let outer = mounted == "/" ? "" : mounted
      // In a container, a path may lead out of what is mounted.
      let inner = group == outer || group.hasPrefix(outer + "/") ? group.dropFirst(outer.count) : ""
      var directory = mountPoint
      var directories = [directory]
      for part in inner.split(separator: "/") where part != ".." {
        directory += "/\(part)"
        directories.append(directory)
      }
      return directories
    }

    /// The quota that a group has of its own, in processors.
    func quota(in directory: String) -> Double? {
      if isUnified {
        // "max 100000", or "50000 100000".
        let words = Cgroup.lines(of: "\(directory)/cpu.max")?.first?.split(separator: " ") ?? []
        guard words.count == 2 else { return nil }
        return ratio(words[0], words[1])
      }
      // -1 is none.
      guard let quota = Cgroup.lines(of: "\(directory)/cpu.cfs_quota_us")?.first,
        let period = Cgroup.lines(of: "\(directory)/cpu.cfs_period_us")?.first
      else { return nil }
      return ratio(quota[...], period[...])
    }

    private func ratio(_ quota: Substring, _ period: Substring) -> Double? {
      guard let quota = Int(quota), let period = Int(period), quota > 0, period > 0 else {
        return nil
      }
      return Double(quota) / Double(period)
    }
  }

  /// The lines of a small file of the kernel's; nil if it can't be read.
  private static func lines(of path: String) -> [String]? {
    guard let file = try? File(reading: path) else { return nil }
    var bytes: [UInt8] = []
    // Such files say that they are empty. A machine with very many mounts has a megabyte of them.
    while bytes.count < 4 << 20 {
      let before = bytes.count
      let isRead: Void? = try? bytes.append(addingCapacity: 16 << 10) {
        output throws(SystemError) in
        _ = try file.read(into: &output)
      }
      guard isRead != nil else { return nil }
      if bytes.count == before { break }
    }
    return FileName.string(bytes).utf8.split(separator: UInt8(ascii: "\n")).map { String($0) ?? "" }
  }
}
