import Foundation
import Platform
import TestSupport
import Testing

@testable import Files

/// Quotas of processors, in the form of the kernel's files inside and outside containers.
@Suite struct ProcessorsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `There is at least one processor, and at most the machine's number`() {
    #expect((1...ProcessInfo.processInfo.processorCount).contains(Processors.count))
  }

  @Test(arguments: [
    ("150000 100000", 2), ("100000 100000", 1), ("10000 100000", 1), ("400000 100000", 4),
    ("50000 20000", 3), ("max 100000", nil), ("", nil), ("0 100000", nil), ("-5 100000", nil),
    ("9223372036854775807 1", nil),
  ])
  func `A quota of version 2 is rounded up`(content: String, expected: Int?) throws {
    try write("0::/job\n", to: "proc/self/cgroup")
    try write(Self.unified(mounted: "/"), to: "proc/self/mountinfo")
    try write("\(content)\n", to: "sys/fs/cgroup/job/cpu.max")
    #expect(Cgroup.quota(root: directory.url.path) == expected)
  }

  @Test(arguments: [
    ("max 100000", "300000 100000", 3), ("200000 100000", "300000 100000", 2),
    ("700000 100000", "max 100000", 7),
  ])
  func `The smallest quota of nested groups counts`(
    inner: String, outer: String, expected: Int
  ) throws {
    try write("0::/kube/pod/box\n", to: "proc/self/cgroup")
    try write(Self.unified(mounted: "/"), to: "proc/self/mountinfo")
    try write(inner, to: "sys/fs/cgroup/kube/pod/box/cpu.max")
    try write(outer, to: "sys/fs/cgroup/kube/cpu.max")
    #expect(Cgroup.quota(root: directory.url.path) == expected)
  }

  @Test(arguments: [("/", "/", ""), ("/kube/pod", "/kube/pod/box", "box/"), ("/a", "/../b", "")])
  func `In a container the group is found where it is mounted`(
    mounted: String, group: String, below: String
  ) throws {
    try write("0::\(group)\n", to: "proc/self/cgroup")
    try write(Self.unified(mounted: mounted), to: "proc/self/mountinfo")
    try write("250000 100000\n", to: "sys/fs/cgroup/\(below)cpu.max")
    #expect(Cgroup.quota(root: directory.url.path) == 3)
  }

  @Test(arguments: [("-1", "100000", nil), ("350000", "100000", 4), ("20000", "100000", 1)])
  func `A quota of version 1 is read`(
    quota: String, period: String, expected: Int?
  ) throws {
    try write("11:memory:/docker/1f\n4:cpu,cpuacct:/docker/1f\n0::/\n", to: "proc/self/cgroup")
    try write(
      """
      30 25 0:26 /docker/1f /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory
      36 25 0:32 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct
      """, to: "proc/self/mountinfo")
    try write("\(quota)\n", to: "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us")
    try write("\(period)\n", to: "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us")
    #expect(Cgroup.quota(root: directory.url.path) == expected)
  }

  @Test func `There is no quota if the kernel shows none`() throws {
    #expect(Cgroup.quota(root: directory.url.path) == nil)
    try write("junk\n", to: "proc/self/cgroup")
    try write("junk - \n\n - cgroup2", to: "proc/self/mountinfo")
    #expect(Cgroup.quota(root: directory.url.path) == nil)
  }

  private static func unified(mounted: String) -> String {
    """
    22 28 0:21 / /proc rw,relatime shared:13 - proc proc rw
    35 25 0:30 \(mounted) /sys/fs/cgroup ro,nosuid,nodev shared:9 - cgroup2 cgroup rw,nsdelegate
    """
  }

  private func write(_ text: String, to name: String) throws {
    let path = directory.path(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try directory.write(text, to: name)
  }
}
