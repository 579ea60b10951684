internal import CSystem
internal import Glibc
package import Policy

/// The one event loop: descriptors, timers and jobs of one thread.
///
/// A turn is: wait, call the handlers of what is ready, fire timers, run what was put off to the end of the turn, run
/// jobs. Handlers are called synchronously and must not wait for anything.
@LoopActor
package final class Loop {
  package static let shared = Loop()

  /// The time that this turn began at.
  package private(set) var now = Clock.now()

  private let epoll: Int32
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []
  /// Watches of files that are ready at any time, which epoll refuses.
  private var steady: [Watch] = []
  private var timers = TimerHeap()
  private var deferred: [@LoopActor () -> Void] = []
  private var isStopping = false
  private let events: EventBuffer
  /// Becomes readable when a timer is due: cheaper than a time limit for every wait, which the system sets up and takes
  /// down again each time.
  private let alarm: Int32
  /// When the alarm is set to go off.
  private var alarmDue: Moment?

  private struct Slot {
    var watch: Watch?
    /// Counts the watches that had this slot, so that an event for an earlier one is known as stale.
    var generation: UInt32 = 0
    var sequel = Sequel()
  }

  /// The slot that had the last event, where it was the only one of its turn.
  private var latest: Int?
  /// How many turns in a row were guessed.
  private var guesses = 0
  /// So many, then whoever else is ready has a turn.
  private static let mostGuesses = 32

  private var lookout = Lookout()
  /// Whether somebody else can run while this one looks.
  private let hasCompany = csys_processors() > 1

  private static let wakeKey = UInt64.max
  private static let alarmKey = UInt64.max - 1

  private init() {
    epoll = csys_epoll_create()
    alarm = csys_timerfd()
    events = EventBuffer()
    guard epoll >= 0, csys_epoll_add(epoll, LoopExecutor.shared.wake, UInt32(CSYS_READABLE), Loop.wakeKey) == 0,
      csys_epoll_add(epoll, alarm, UInt32(CSYS_READABLE), Loop.alarmKey) == 0
    else {
      StandardError.write("gatehouse: \(SystemError.last("make the event loop"))\n")
      exit(71)
    }
  }

  // MARK: Running

  /// Runs until `stop`, at once where it was called before; may be called again afterwards.
  package func run() {
    defer { isStopping = false }
    now = Clock.now()
    while true {
      runDeferred()
      // INVARIANT: nothing comes between this and the wait, because a job that the loop's own thread brings wakes nobody.
      let ranJobs = LoopExecutor.shared.runWaiting()
      if isStopping { return }
      turn(mayWait: !ranJobs)
    }
  }

  /// Ends `run` when the present turn is over; without one, the next `run`.
  package func stop() { isStopping = true }

  /// Calls `body` when everything else of this turn is done.
  package func atEndOfTurn(_ body: @escaping @LoopActor () -> Void) { deferred.append(body) }

  private func runDeferred() {
    guard !deferred.isEmpty else { return }
    // What these put off in their turn waits for the next one, so that nobody can hold the loop.
    var batch: [@LoopActor () -> Void] = []
    swap(&batch, &deferred)
    for body in batch { body() }
  }

  private func turn(mayWait: Bool) {
    let mayWait = mayWait && deferred.isEmpty && steady.isEmpty
    // A guess that is wrong has run nothing, which the wait below relies on.
    if mayWait, guess() { return fireTimers() }
    if mayWait { setAlarm() }
    var count = mayWait ? look() : 0
    if count == 0 { count = events.wait(on: epoll, timeout: mayWait ? -1 : 0) }
    let before = now
    now = Clock.now()
    lookout.turned(at: now, after: before)
    if count != 1 { latest = nil }
    for index in 0..<count {
      let event = events[index]
      if event.key >= Loop.alarmKey {
        if event.key == Loop.wakeKey { LoopExecutor.shared.clearWake() } else { clearAlarm() }
        continue
      }
      let place = Int(truncatingIfNeeded: event.key & 0xFFFF_FFFF)
      let generation = UInt32(truncatingIfNeeded: event.key >> 32)
      guard place < slots.count, slots[place].generation == generation, let watch = slots[place].watch else { continue }
      if count == 1 { follow(place) }
      watch.deliver(Readiness(rawValue: event.readiness))
    }
    if !steady.isEmpty {
      for watch in steady { watch.deliver(watch.interest) }
    }
    fireTimers()
  }

  private func fireTimers() {
    while let timer = timers.takeDue(at: now) { timer.fire() }
  }

  // MARK: Guessing

  /// Takes note of the slot whose event came alone.
  private func follow(_ place: Int) {
    if let latest { slots[latest].sequel.came(place) }
    latest = place
  }

  /// Reads what is likely to be there without asking the system first, which costs as much again.
  ///
  /// Where one client and one server talk in turn, and one runs while the other waits, the answer is there as soon as
  /// the question is written.
  ///
  /// - Returns: Whether something was there, and this turn is one.
  private func guess() -> Bool {
    guard guesses < Self.mostGuesses, let last = latest, let place = slots[last].sequel.guess,
      let attempt = slots[place].watch?.attempt
    else {
      guesses = 0
      return false
    }
    now = Clock.now()
    let isRight = attempt()
    slots[last].sequel.guessed(isRight)
    if isRight { latest = place }
    guesses = isRight ? guesses + 1 : 0
    return isRight
  }

  // MARK: Staying awake

  /// Looks for events without sleeping, where they are likely to come soon.
  ///
  /// - Returns: How many there are.
  private func look() -> Int {
    guard hasCompany, lookout.isWorth(at: now) else { return 0 }
    // What is there already would not have been waited for.
    var count = events.wait(on: epoll, timeout: 0)
    guard count == 0 else { return count }
    let start = Clock.now()
    let due = start.advanced(byMicroseconds: Lookout.length)
    var end = start
    repeat {
      // Whoever is about to say something may wait for this processor.
      sched_yield()
      count = events.wait(on: epoll, timeout: 0)
      end = Clock.now()
    } while count == 0 && end < due
    lookout.looked(found: count > 0, from: start, to: end)
    return count
  }

  // MARK: The alarm

  private func setAlarm() {
    // An alarm that goes off too early does no harm, so it is moved to earlier times only.
    guard let due = timers.nextDue() else { return }
    if let alarmDue, alarmDue <= due { return }
    alarmDue = due
    _ = csys_timerfd_set(alarm, Clock.sinceBoot(due))
  }

  private func clearAlarm() {
    csys_timerfd_clear(alarm)
    alarmDue = nil
  }

  // MARK: Descriptors

  /// Lets epoll watch a descriptor, or keeps it as always ready where epoll refuses its kind.
  func add(_ watch: Watch) throws(SystemError) {
    let place = freeSlots.popLast() ?? slots.count
    if place == slots.count { slots.append(Slot()) }
    let key = UInt64(slots[place].generation) << 32 | UInt64(place)
    if csys_epoll_add(epoll, watch.descriptor, watch.interest.rawValue, key) == 0 {
      slots[place].watch = watch
      watch.place = .slot(place)
      return
    }
    let error = SystemError.last("watch a descriptor")
    freeSlots.append(place)
    guard error.code == EPERM else { throw error }
    watch.place = .steady
    steady.append(watch)
  }

  func change(_ watch: Watch) {
    guard case .slot(let place) = watch.place else { return }
    let key = UInt64(slots[place].generation) << 32 | UInt64(place)
    _ = csys_epoll_change(epoll, watch.descriptor, watch.interest.rawValue, key)
  }

  func remove(_ watch: Watch) {
    switch watch.place {
    case .none: return
    case .steady: steady.removeAll { $0 === watch }
    case .slot(let place):
      _ = csys_epoll_remove(epoll, watch.descriptor)
      slots[place].watch = nil
      slots[place].sequel = Sequel()
      slots[place].generation &+= 1
      freeSlots.append(place)
    }
    watch.place = .none
  }

  // MARK: Time

  /// Calls `body` once, so many microseconds from now, unless the timer is cancelled; from 8 ms on up to 4 ms later.
  @discardableResult
  package func after(microseconds: Int64, _ body: @escaping @LoopActor () -> Void) -> LoopTimer {
    var due = Clock.now().advanced(byMicroseconds: max(0, microseconds))
    if microseconds >= 2 * Clock.tick { due = Clock.nextTick(after: due) }
    let timer = LoopTimer(due: due, body)
    timers.insert(timer)
    return timer
  }
}

/// The memory that events are told in.
@safe private struct EventBuffer {
  private static let capacity = 64
  private let events = UnsafeMutablePointer<csys_event>.allocate(capacity: capacity)

  /// Waits, and answers how many events there are.
  func wait(on epoll: Int32, timeout: Int32) -> Int {
    max(0, Int(unsafe csys_epoll_wait(epoll, events, Int32(Self.capacity), timeout)))
  }

  /// An event of the last wait.
  subscript(index: Int) -> csys_event {
    precondition(index >= 0 && index < Self.capacity)
    return unsafe events[index]
  }
}

extension Loop {
  /// Starts a task that stays on the loop: without the preference every `await` would cost a hop to a pool thread.
  @discardableResult
  package nonisolated static func task<Success: Sendable>(
    _ body: @escaping @LoopActor @Sendable () async -> Success
  ) -> Task<Success, Never> {
    Task(executorPreference: LoopExecutor.shared) { await body() }
  }

  /// Runs the loop for ever on a thread of its own, for programs whose main thread has other work: tests.
  package nonisolated static func startThread() {
    _ = thread
  }

  private nonisolated static let thread: Void = {
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { _ in
        LoopActor.enter { () -> Void in
          while true { Loop.shared.run() }
        }
        return nil
      }, nil)
    precondition(failure == 0)
  }()
}
