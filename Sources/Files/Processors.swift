internal import CScheduler
internal import Platform

/// How many processors this process may use, which can be fewer than the machine has.
package enum Processors {
  /// The processors that the scheduler gives us, by affinity (`taskset`, Slurm) and the quota of our cgroups (Docker, Kubernetes).
  package static var count: Int {
    let allowed = scheduled ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    guard let quota = Cgroup.quota() else { return allowed }
    return min(allowed, quota)
  }

  /// The processors of our affinity mask; nil where there is none.
  private static var scheduled: Int? {
    // The kernel refuses a mask with room for fewer processors than it could have.
    var wordCount = 16
    while wordCount <= 1 << 14 {
      var words = [UInt](repeating: 0, count: wordCount)
      let code = unsafe words.withUnsafeMutableBufferPointer { words in
        // SAFETY: the kernel writes at most as many bytes as are there.
        unsafe dsel_get_affinity(words.baseAddress, words.count * MemoryLayout<UInt>.size)
      }
      if code == 0 {
        let count = words.reduce(0) { $0 + $1.nonzeroBitCount }
        return count > 0 ? count : nil
      }
      guard code == EINVAL else { return nil }
      wordCount *= 2
    }
    return nil
  }
}
