internal import Glibc

/// Work that takes too long for the loop.
package enum Aside {
  /// Does work on a thread of its own, which ends with it, and gives the loop what came of it.
  ///
  /// Threads of a pool go on to wake now and then after their work; a gate that has nothing to do shall not.
  package static func run<Outcome: Sendable>(
    _ work: @escaping @Sendable () -> Outcome, then finish: @escaping @LoopActor @Sendable (Outcome) -> Void
  ) {
    let whole = Whole {
      let outcome = work()
      Loop.task { finish(outcome) }
    }
    let argument = unsafe Unmanaged.passRetained(whole).toOpaque()
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument { unsafe Unmanaged<Whole>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, argument)
    if failure == 0 {
      pthread_detach(thread)
    } else {
      // Late is better than never.
      unsafe Unmanaged<Whole>.fromOpaque(argument).takeRetainedValue().body()
    }
  }

  private final class Whole: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
