internal import JSONText
package import Policy
package import Store
package import System

/// What takes the lines of the record: a lane of the state folder, or whatever a test puts in its place.
package protocol RecordSink: AnyObject {
  /// The number of the last event that is recorded.
  var lastSequence: UInt64 { get }
  /// How many lines were lost since it began.
  var lost: UInt64 { get }
  /// How the record is; nil where nobody can say.
  var state: RecordState? { get }

  /// Takes a JSON object without its line's end; it is kept until it is committed or discarded.
  func append(_ line: Span<UInt8>)
  /// Takes so many such objects, their lines' ends included.
  func append(lines: Span<UInt8>, count: Int)
  /// Writes all that was taken, or keeps it.
  func commit() throws(SystemError)
  /// Many calls come: what is committed may be written a little later, if it is lost by no end of this process.
  func hurry()
  /// Writes what is to be written a little later.
  func settle() throws(SystemError)
  /// The same, and no more is.
  func calm() throws(SystemError)
  /// Looks whether what it writes to is still where others find it; if not, it begins anew with the next commit.
  func look()
  /// Removes what is too old, also where nothing is written.
  func tidy() throws(SystemError)
  /// When that has something to do; nil where it has nothing in sight.
  var nextTidy: Moment? { get }
  /// Drops what was taken, and counts it as lost.
  func discard()
  /// Says how surely lines are to be written from now on.
  func use(_ sync: RecordSync)
  /// Says how much of the record stays from now on.
  func use(_ retention: RecordRetention)
}

extension RecordSink {
  package func hurry() {}
  package func settle() throws(SystemError) {}
  package func calm() throws(SystemError) {}
  package func look() {}
  package func tidy() throws(SystemError) {}
  package var nextTidy: Moment? { nil }
  package func use(_ retention: RecordRetention) {}

  package func append(lines: Span<UInt8>, count: Int) { appendEach(lines) }

  /// Takes lines one by one.
  func appendEach(_ lines: Span<UInt8>) {
    var start = 0
    while start < lines.count {
      let end = lines.firstLineFeed(from: start)
      append(lines.extracting(start..<end))
      start = end + 1
    }
  }
}

/// The record of a gate's lane; where it could not be opened at once, each commit tries again.
final class LaneRecord: RecordSink {
  private let stateFolder: String
  private let folder: String
  private var lane: StateLane?
  private let build: String
  private var sync: RecordSync
  private var retention: RecordRetention
  /// Why it could not be opened when that was last tried.
  private var openingProblem: String?
  private var writer: RecordWriter?
  /// Lines for a record that is not open yet.
  private var waiting: [[UInt8]] = []
  private var lostBefore: UInt64 = 0

  private static let mostWaiting = 10_000

  /// Uses the gate's lane, or takes one where the gate got none.
  init(_ options: ServeOptions, lane: StateLane?) {
    stateFolder = options.paths.state
    folder = options.paths.record
    self.lane = lane
    build = options.build
    sync = options.configuration.record.sync
    retention = options.configuration.record.retention
    do {
      try open()
    } catch {
      StandardError.write("gatehouse: \(error)\n")
    }
  }

  var lastSequence: UInt64 { writer?.lastSequence ?? 0 }
  var lost: UInt64 { lostBefore + (writer?.state.lost ?? 0) }
  var state: RecordState? {
    writer?.state
      ?? RecordState(
        folder: folder, segment: nil, sequence: 0, hash: .zero, failure: openingProblem, lost: lostBefore)
  }

  func use(_ sync: RecordSync) {
    self.sync = sync
    writer?.sync = sync
  }

  func use(_ retention: RecordRetention) {
    self.retention = retention
    writer?.retention = retention
  }

  func append(_ line: Span<UInt8>) {
    if let writer { return writer.append(line) }
    if waiting.count >= Self.mostWaiting { discard() }
    waiting.append(unsafe line.withUnsafeBufferPointer { unsafe Array($0) })
  }

  func append(lines: Span<UInt8>, count: Int) {
    if let writer { writer.append(lines: lines, count: count) } else { appendEach(lines) }
  }

  func commit() throws(SystemError) {
    if writer == nil {
      try open()
      for line in waiting { writer?.append(line.span) }
      waiting = []
    }
    try writer?.commit()
  }

  func hurry() { writer?.hurry() }
  func settle() throws(SystemError) { try writer?.settle() }
  func calm() throws(SystemError) { try writer?.calm() }
  func look() { writer?.look() }

  func tidy() throws(SystemError) { try writer?.tidy() }
  var nextTidy: Moment? { writer?.nextTidy }

  func discard() {
    lostBefore += UInt64(waiting.count)
    waiting = []
    writer?.discard()
  }

  private func open() throws(SystemError) {
    do throws(SystemError) {
      let lane: StateLane
      if let known = self.lane {
        lane = known
      } else {
        lane = try StateLane.claim(in: stateFolder)
      }
      self.lane = lane
      var options = RecordOptions(folder: folder, lane: lane.number, build: build)
      options.sync = sync
      options.retention = retention
      // A long file takes its time to go.
      options.remove = { paths in
        Aside.run({ for path in paths { try? SafeFile.remove(path) } }, then: { _ in })
      }
      let stateFolder = stateFolder
      options.tidyOthers = { options, started in
        var its = options
        its.remove = { paths in for path in paths { try? SafeFile.remove(path) } }
        let others = its
        Aside.run({ AbandonedLanes.tidy(others, since: started, lanesIn: stateFolder) }, then: { _ in })
      }
      writer = try RecordWriter(options)
      AbandonedLanes.finish(folder, lanesIn: stateFolder)
      openingProblem = nil
    } catch {
      openingProblem = "\(error)"
      throw error
    }
  }
}
