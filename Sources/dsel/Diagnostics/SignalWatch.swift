import Dispatch
import Platform
import Writing

/// Ends the process on SIGINT, SIGTERM and SIGHUP, after removing its temporary files.
///
/// The exit status is 128 plus the signal's number, as a shell reports it.
struct SignalWatch {
  private let sources: [any DispatchSourceSignal]

  init(_ registry: TemporaryFiles) {
    // A signal that the caller has ignored, as nohup does, stays ignored.
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { !SystemCall.ignoresSignal($0) }
    // Otherwise the default action would come first.
    #if os(Linux)
      // Signals that were ignored would be lost until the sources listen, which they begin to do in
      // another thread. All are blocked before there is one.
      for number in signals { SystemCall.blockSignal(number) }
    #else
      for number in signals { signal(number, SIG_IGN) }
    #endif
    sources = signals.map { number in
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue.global(qos: .userInteractive))
      source.setEventHandler { registry.unlinkAllAndExit(status: 128 + number) }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
  }
}
