internal import CScheduler
internal import Platform

/// The number of processors that this process may use, which can be smaller than the machine's.
package enum Processors {
  /// The processors that the scheduler allows, by affinity (`taskset`, Slurm) and by the quota of
  /// our control groups (Docker, Kubernetes).
  package static var count: Int {
    let allowed = scheduled ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    guard let quota = Cgroup.quota() else { return allowed }
    return min(allowed, quota)
  }

  /// The number of processors in our affinity mask; nil if there is no mask.
  private static var scheduled: Int? {
    // The kernel refuses a mask that is too small for all processors that it may have.
    var wordCount = 16
    while wordCount <= 1 << 14 {
      var words = [UInt](repeating: 0, count: wordCount)
      let code = unsafe words.withUnsafeMutableBufferPointer { words in
        // SAFETY: the kernel writes at most the size that it is given.
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
