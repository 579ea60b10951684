internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Brings the stream's events into the record, each decision before anything follows from it.
@LoopActor
final class GateRecord {
  private let sink: any RecordSink
  private(set) var onFailure: RecordFailurePolicy
  /// Events before it were given to the sink, or are lost.
  private(set) var position: UInt64 = 0
  /// Something was given to the sink that is not committed.
  private(set) var hasUncommitted = false

  /// Why the record cannot be written, since when it cannot.
  private(set) var failure: String?
  /// What the sink had lost before that.
  private var lostBefore: UInt64 = 0
  private var news: RecordEvent?
  /// The turn of the loop in which writing was last tried in vain.
  private var lastTry: Moment?
  private var lastLook: Moment?
  /// For what becomes too old while nothing is written.
  private var tidyTimer: LoopTimer?
  private let pauses: ClosedRange<Int64>
  /// When many calls came last; and what ends that in the files, when they do not any more.
  private var lastBusy: Moment?
  private var calmTimer: LoopTimer?

  /// How long it lasts at least that lines are written together, in microseconds.
  private static let stillness: Int64 = 10_000_000
  /// How long lines may go to a file that somebody has taken away, in microseconds.
  ///
  /// To look takes as long as a call.
  private static let unseen: Int64 = 100_000

  init(_ sink: any RecordSink, onFailure: RecordFailurePolicy, pauses: ClosedRange<Int64>) {
    self.sink = sink
    self.onFailure = onFailure
    self.pauses = pauses
    tidyLater()
  }

  isolated deinit {
    tidyTimer?.cancel()
    calmTimer?.cancel()
  }

  /// Goes by another configuration from now on.
  func use(_ configuration: GateConfiguration.Record) {
    onFailure = configuration.onFailure
    sink.use(configuration.sync)
    sink.use(configuration.retention)
    tidyLater()
  }

  /// One timer, as long as something of the record is ever to go.
  private func tidyLater() {
    tidyTimer?.cancel()
    tidyTimer = nil
    guard let due = sink.nextTidy else { return }
    let pause = min(max(due.microseconds(since: Clock.now()), pauses.lowerBound), pauses.upperBound)
    tidyTimer = Loop.shared.after(microseconds: pause) { [weak self] in self?.tidy() }
  }

  private func tidy() {
    // What cannot be written now is tried again with the next decision, which tells of it.
    if failure == nil { try? sink.tidy() }
    tidyLater()
  }

  /// What `status` tells of it.
  var status: RecordStatus? {
    sink.state.map { state in
      RecordStatus(
        path: state.folder, lane: state.segment?.lane, segment: state.segment?.number, sequence: state.sequence,
        hash: state.hash.hexadecimal, failure: failure ?? state.failure, lost: sink.lost)
    }
  }

  /// What became of events that were to be recorded.
  enum Outcome {
    case done
    /// They are lost, but that stops nobody.
    case lost
    /// What was decided must not happen, for the reason that is given.
    case denied(String)
  }

  /// Takes the stream's new events; if decisions are among them, they are recorded when this returns.
  ///
  /// In place, though nothing is changed: read off a property, the whole stream would be copied for it.
  func take(_ stream: inout EventLog) -> Outcome {
    let sink = sink
    return take(&stream) { lines, count in sink.append(lines: lines, count: count) }
  }

  /// The same; `change` is asked for another line in the place of each, which it answers with nil for most.
  func take(_ stream: EventLog, changing change: (Span<UInt8>) -> [UInt8]?) -> Outcome {
    let sink = sink
    var stream = stream
    return take(&stream) { lines, _ in
      var start = 0
      while start < lines.count {
        let end = lines.firstLineFeed(from: start)
        let line = lines.extracting(start..<end)
        if let other = change(line) { sink.append(other.span) } else { sink.append(line) }
        start = end + 1
      }
    }
  }

  private func take(_ stream: inout EventLog, _ append: (Span<UInt8>, Int) -> Void) -> Outcome {
    guard position < stream.end else { return .done }
    let isDecided = stream.decided > position
    hasUncommitted = true
    stream.recorded(from: position, append)
    position = stream.end
    return isDecided ? commit() : .done
  }

  /// Writes what waits.
  @discardableResult
  func commit() -> Outcome {
    guard hasUncommitted else { return .done }
    hasUncommitted = false
    if failure == nil || lastTry != Loop.shared.now {
      do throws(SystemError) {
        look()
        try sink.commit()
        if failure != nil { noteResumed() }
        return .done
      } catch {
        noteFailure(error)
      }
    }
    sink.discard()
    return onFailure == .deny ? .denied("the decision cannot be recorded: \(failure ?? "")") : .lost
  }

  private func look() {
    let now = Loop.shared.now
    if let lastLook, (0..<Self.unseen).contains(now.microseconds(since: lastLook)) { return }
    lastLook = now
    sink.look()
  }

  // MARK: Many calls in a short time

  /// Goes by whether many calls come: then they need not wait until what is recorded is written.
  func keepPace(isBusy: Bool) {
    if isBusy {
      lastBusy = Loop.shared.now
      sink.hurry()
      if calmTimer == nil { calm(after: Self.stillness) }
    }
    settle()
  }

  private func calm(after pause: Int64) {
    calmTimer = Loop.shared.after(microseconds: pause) { [weak self] in self?.calmDown() }
  }

  /// Writes what is recorded and not written yet.
  func settle() {
    do throws(SystemError) {
      try sink.settle()
    } catch {
      noteFailure(error)
    }
  }

  private func calmDown() {
    calmTimer = nil
    let rest = lastBusy.map { Self.stillness - Loop.shared.now.microseconds(since: $0) } ?? 0
    if rest > 0 { return calm(after: rest) }
    do throws(SystemError) {
      try sink.calm()
    } catch {
      noteFailure(error)
      calm(after: Self.stillness)
    }
  }

  /// Nothing more is recorded.
  func end() {
    commit()
    lastBusy = nil
    calmDown()
  }

  /// How it fails now; nil while it does not.
  var problem: RecordEvent? {
    failure.map {
      RecordEvent(
        state: .failing, detail: $0, isDenying: onFailure == .deny, lost: sink.lost - min(lostBefore, sink.lost))
    }
  }

  /// What is to be told of the record; nil if that was told, or all is well.
  func takeNews() -> RecordEvent? {
    defer { news = nil }
    return news
  }

  private func noteFailure(_ error: SystemError) {
    lastTry = Loop.shared.now
    let reason = "\(error)"
    defer { failure = reason }
    guard failure == nil else { return }
    lostBefore = sink.lost
    let isDenying = onFailure == .deny
    StandardError.write("gatehouse: \(reason)\(isDenying ? "; calls are denied until it can be" : "")\n")
    news = RecordEvent(state: .failing, detail: reason, isDenying: isDenying, lost: 0)
  }

  private func noteResumed() {
    failure = nil
    let lost = sink.lost - min(lostBefore, sink.lost)
    StandardError.write("gatehouse: the record is written again, without \(lost) events\n")
    news = RecordEvent(state: .resumed, isDenying: false, lost: lost)
  }
}
