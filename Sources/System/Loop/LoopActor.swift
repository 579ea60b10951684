internal import CSystem
internal import Glibc

/// The isolation of everything that the loop's thread owns.
///
/// Its executor is the loop itself, so code of this actor that is called by the loop costs no hop between threads.
@globalActor
package actor LoopActor {
  package static let shared = LoopActor()

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe LoopExecutor.shared.asUnownedSerialExecutor()
  }

  /// Makes the calling thread the loop's until `body` returns.
  ///
  /// A program has one such thread at a time; a second one is our own mistake.
  package nonisolated static func enter<Result: Sendable>(_ body: @LoopActor () -> Result) -> Result {
    guard csys_loop_enter() == 0 else { preconditionFailure("another thread runs the loop") }
    defer { csys_loop_leave() }
    return withoutActuallyEscaping(body) { body in
      // The isolation of a function type is not part of how it is called; `MainActor.assumeIsolated` does the same.
      let unisolated = unsafe unsafeBitCast(body, to: (() -> Result).self)
      return unisolated()
    }
  }
}

/// Takes the jobs of the loop's actor and tasks, from any thread, and runs them on the loop's.
// Sendable without a check: a lock holds what changes.
package final class LoopExecutor: SerialExecutor, TaskExecutor, Sendable {
  package static let shared = LoopExecutor()

  private struct Jobs {
    var waiting: [UnownedJob] = []
    /// The loop sleeps, or may fall asleep without having looked again.
    var needsWake = true
  }

  private let jobs = Locked(Jobs())
  /// Becomes readable when a job was brought while the loop slept.
  let wake: Int32

  private init() {
    wake = csys_eventfd()
    guard wake >= 0 else {
      StandardError.write("gatehouse: \(SystemError.last("make an event descriptor"))\n")
      exit(71)
    }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = jobs.withLock { jobs in
      jobs.waiting.append(job)
      defer { jobs.needsWake = false }
      return jobs.needsWake
    }
    // The loop's own thread looks again before it sleeps.
    if mustWake, !csys_loop_is_here() { csys_eventfd_raise(wake) }
  }

  package func checkIsolated() {
    precondition(csys_loop_is_here(), "this is not the loop's thread")
  }

  package func isIsolatingCurrentContext() -> Bool? { csys_loop_is_here() }

  /// Runs what waits now; answers false if nothing did, and then whoever brings a job from here on wakes the loop.
  func runWaiting() -> Bool {
    let batch = jobs.withLock { jobs in
      var batch: [UnownedJob] = []
      swap(&batch, &jobs.waiting)
      jobs.needsWake = batch.isEmpty
      return batch
    }
    for job in batch {
      unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
    return !batch.isEmpty
  }

  func clearWake() { csys_eventfd_clear(wake) }
}
