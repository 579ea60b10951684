internal import CSystem
internal import Glibc

/// Signals as calls on the loop.
@LoopActor
package enum Signals {
  private static var watch: Watch?
  private static var handlers: [Int32: @LoopActor (Int32) -> Void] = [:]

  /// Calls `handler` on the loop for each of these signals from now on, in place of what they do by default.
  package static func handle(_ signals: [Int32], _ handler: @escaping @LoopActor (Int32) -> Void) throws(SystemError) {
    if watch == nil {
      let wake = csys_signals_open()
      guard wake >= 0 else { throw .last("make an event descriptor") }
      watch = try Watch(wake, .readable) { _ in deliver() }
    }
    for signal in signals {
      handlers[signal] = handler
      guard csys_signals_watch(signal) == 0 else { throw .last("handle a signal") }
    }
  }

  /// Gives these signals their default action back.
  package static func restore(_ signals: [Int32]) {
    for signal in signals {
      handlers[signal] = nil
      _ = csys_signals_default(signal)
    }
  }

  /// Makes writing to a pipe that nobody reads, or to a file that is as long as we may make one, an error instead of our
  /// end; children get the default back.
  package nonisolated static func ignoreBrokenPipes() {
    _ = csys_signals_ignore(SIGPIPE)
    _ = csys_signals_ignore(SIGXFSZ)
  }

  private static func deliver() {
    let came = csys_signals_take()
    for signal in Int32(1)..<64 where came & (1 << UInt64(signal)) != 0 { handlers[signal]?(signal) }
  }
}
