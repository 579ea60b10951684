package import Policy
internal import System

/// When the lines of the record must be on the disk itself, and not only with the system.
package enum RecordSync: String, CaseIterable, Hashable, Sendable {
  /// The system writes them when it likes: they survive the gate's end, however it comes, but not the machine's.
  case write
  /// Once for all lines that are committed together.
  case group
  /// After each line.
  case each
}

/// What happens to a call whose decision cannot be recorded.
package enum RecordFailurePolicy: String, CaseIterable, Hashable, Sendable {
  case deny
  case `continue`
}

/// What a writer asks of the system.
package enum RecordStep: Hashable, Sendable {
  case open, write, synchronize
  /// Taking back what was written in part.
  case takeBack
}

/// How much of a record stays, all lanes together; whole segments go, the oldest first, and never the last of a lane.
package struct RecordRetention: Hashable, Sendable {
  /// Lines may go when they are as old; nil for never.
  package var days: Int?
  /// Of more megabytes than these the oldest go; nil for never.
  package var megabytes: Int?

  /// Something goes.
  var isLimited: Bool { days != nil || megabytes != nil }

  package init(days: Int? = nil, megabytes: Int? = nil) {
    self.days = days
    self.megabytes = megabytes
  }

  /// A segment that is older is followed by the next, so that its lines can go in time.
  static let longestAge: Int64 = 86_400_000_000

  /// How long a segment may be, where so many bytes are usual.
  func longestSegment(_ usual: Int) -> Int {
    bytes.map { min(usual, max(64 << 10, $0 / 8)) } ?? usual
  }

  /// What may stay in bytes; nil for everything.
  var bytes: Int? {
    guard let (bytes, isMore) = megabytes?.multipliedReportingOverflow(by: 1 << 20), !isMore else { return nil }
    return bytes
  }
}

/// The gate that tidies a lane whose own gate runs no more.
struct RecordKeeper: Hashable, Sendable {
  /// Its own lane.
  var lane: Int
  /// Since when it runs.
  var started: Moment
}

/// How a record is written.
package struct RecordOptions: Sendable {
  /// Holds the segments of all lanes, and nothing else.
  package var folder: String
  package var lane: Int
  package var build: String
  package var sync = RecordSync.write
  /// A segment that has as many bytes is followed by the next one.
  package var longestSegment = 64 << 20
  package var retention = RecordRetention()
  /// Removes segments whose time is over.
  package var remove: @Sendable ([String]) -> Void = { paths in for path in paths { try? SafeFile.remove(path) } }
  /// Called with these options, and since when the writer runs, where lanes may be tidied that nobody writes.
  package var tidyOthers: (@Sendable (RecordOptions, Moment) -> Void)?
  /// Set where the lane is not the gate's own.
  var keeper: RecordKeeper?
  /// More bytes than this are not kept for a commit, which then fails.
  package var mostBuffered = 64 << 20
  /// For tests: asked before each step for the system's number of what goes wrong with it, 0 for nothing.
  package var disturb: (@Sendable (RecordStep) -> Int32)?
  package var now: @Sendable () -> Moment = { Clock.now() }

  package init(folder: String, lane: Int, build: String) {
    self.folder = folder
    self.lane = lane
    self.build = build
  }
}

/// How the writing of a record goes.
package struct RecordState: Hashable, Sendable {
  package var folder: String
  /// The file that is written to; nil where there is none yet.
  package var segment: RecordSegment?
  /// The number of the last event that is recorded, 0 where there is none.
  package var sequence: UInt64
  /// The hash of the last line, which stands for all lines before it.
  package var hash: RecordHash
  /// Why nothing can be recorded now.
  package var failure: String?
  /// How many lines were not recorded since this writer began.
  package var lost: UInt64

  package init(
    folder: String, segment: RecordSegment?, sequence: UInt64, hash: RecordHash, failure: String?, lost: UInt64
  ) {
    self.folder = folder
    self.segment = segment
    self.sequence = sequence
    self.hash = hash
    self.failure = failure
    self.lost = lost
  }
}
