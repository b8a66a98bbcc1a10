/// The time that processors have spent on this process, summed over its threads.
package enum ProcessorTime {
  package static var now: Duration {
    var time = timespec()
    // SAFETY: the clock is written to `time` during the call.
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
