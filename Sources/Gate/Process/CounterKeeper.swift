internal import ControlWire
internal import Policy
internal import Store
internal import System

/// Keeps the counts of limits in files, so that they outlive the gate however it ends.
///
/// Where that cannot be, the gate counts in memory alone, says so, and tries again.
@LoopActor
final class CounterKeeper {
  private let folder: String
  private var files: CounterFiles?
  private var restored = 0
  /// What was wrong when the gate started.
  private var findings: [String] = []
  /// What is wrong now.
  private var trouble: String?
  /// There was no room to begin, and it is tried again now and then.
  private var isPaused = false
  private var retry: LoopTimer?
  /// Is to call `begin`.
  var tryAgain: (@LoopActor () -> Void)?

  private static let pause: Int64 = 5_000_000

  /// Reads what was counted before.
  init(_ paths: Paths, lane: StateLane?, into counters: inout Counters) {
    folder = paths.counters
    guard let lane else {
      note("the counts of limits are not kept: there is no place for them in `\(paths.state)`")
      return
    }
    do {
      let past = try CounterPast(in: folder, lane: lane.number)
      counters = past.counters
      restored = past.restored
      for problem in past.problems { note(problem) }
      files = past.files(in: folder, lane: lane.number)
      let behind = counters.latestMoment.microseconds(since: Clock.now())
      if behind > 1_000_000 {
        note(
          "the clock is \(behind / 1_000_000) s behind the counts, which stand still until it has caught up; to begin "
            + "anew, end the gate and remove the folder `\(folder)`")
      }
      begin(&counters)
    } catch {
      note("the counts of limits are not kept: \(error)")
    }
  }

  var status: CounterStatus {
    CounterStatus(
      path: files?.isKept == true ? folder : nil, restored: restored,
      problem: problems.isEmpty ? nil : problems.joined(separator: "; "))
  }

  private var problems: [String] { findings.prefix(Self.mostFindings) + (trouble.map { [$0] } ?? []) }

  /// More are in the log only.
  private static let mostFindings = 8

  /// Begins to write down what changes.
  func begin(_ counters: inout Counters) {
    retry = nil
    do {
      start(try files?.begin(&counters))
      if isPaused {
        isPaused = false
        trouble = nil
        StandardError.write("gatehouse: the counts of limits are kept again\n")
      }
    } catch {
      pause(error)
    }
  }

  /// Writes down what changed; to be called before anything is passed on that was counted.
  func keep(_ counters: inout Counters) {
    do {
      start(try files?.keep(&counters))
    } catch {
      pause(error)
    }
  }

  /// Has memory ready for what is counted next, so that no call waits for it; for when none waits for anything.
  func prepare() { files?.prepare() }

  /// The gate ends in peace.
  func end(_ counters: inout Counters) {
    retry?.cancel()
    do {
      try files?.end(&counters)
    } catch {
      StandardError.write("gatehouse: the counts of limits cannot be written down: \(error)\n")
    }
  }

  private func start(_ work: CounterSnapshotWork?) {
    guard let work else { return }
    Aside.run {
      Result { () throws(SystemError) in try work.run() }
    } then: { [self] outcome in
      switch outcome {
      case .success(let outcome): finished(outcome)
      case .failure(let error): failed(error)
      }
    }
  }

  private func finished(_ outcome: CounterSnapshotWork.Outcome) {
    files?.finished(outcome)
    if !isPaused { trouble = nil }
  }

  /// The journals stay, and hold the same.
  private func failed(_ error: SystemError) {
    files?.failed()
    set("a snapshot of the counts cannot be written: \(error)")
  }

  private func pause(_ error: SystemError) {
    set("the counts of limits are not kept: \(error)")
    isPaused = true
    retry = Loop.shared.after(microseconds: Self.pause) { [weak self] in self?.tryAgain?() }
  }

  private func note(_ finding: String) {
    findings.append(finding)
    StandardError.write("gatehouse: \(finding)\n")
  }

  private func set(_ trouble: String) {
    if trouble != self.trouble { StandardError.write("gatehouse: \(trouble)\n") }
    self.trouble = trouble
  }
}
