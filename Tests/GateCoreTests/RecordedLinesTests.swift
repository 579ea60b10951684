import ControlWire
import GateCore
import Policy
import Testing

/// What the record gets of the stream.
struct RecordedLinesTests {
  /// What is told of the record itself is no part of it.
  @Test(arguments: [1, 700, EventLog.blockSize]) func standTogetherWithoutAsides(blockSize: Int) {
    var log = EventLog(blockSize: blockSize)
    var wanted: [[UInt8]] = []
    for count in 1...12 {
      let isAside = count == 1 || count % 5 == 0
      let event: GateEvent =
        isAside
        ? .record(RecordEvent(state: .resumed, isDenying: false, lost: 0))
        : .lockdown(LockdownEvent(isOn: count % 2 == 0))
      let message = GateMessage(
        sequence: UInt64(count), time: Moment(microseconds: Int64(count) * 300_000), event: event)
      log.append(message)
      if !isAside { wanted.append(message.encoded) }
    }
    for start in 0..<3 {
      var found: [UInt8] = []
      var lines = 0
      // The first of all is an aside.
      log.recorded(from: UInt64(start == 0 ? 0 : start + 1)) { bytes, count in
        for index in bytes.indices { found.append(bytes[index]) }
        lines += count
      }
      #expect(found == Array(wanted.dropFirst(start).joined()))
      #expect(lines == wanted.count - start)
    }
  }

  /// A subscriber with a budget is told how each call failed.
  @Test(arguments: ResultEvent.Outcome.allCases) func knowWhatFailed(_ outcome: ResultEvent.Outcome) {
    let result = ResultEvent(decisionSequence: 1, outcome: outcome, took: 1, bytes: 1)
    var log = EventLog()
    log.append(result, sequence: 2, at: Moment(microseconds: 0))
    log.append(GateMessage(sequence: 3, time: Moment(microseconds: 0), event: .result(result)))
    var told: [Bool] = []
    log.forEach(from: 0) { entry, _ in told.append(entry.isFailure) }
    #expect(told == [outcome != .ok, outcome != .ok])
  }
}
