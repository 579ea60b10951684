/// How it goes with a gate's record.
package struct RecordStatus: Hashable, Sendable {
  /// The folder of the segments.
  package var path: String
  /// The file that is written to, as the numbers of lane and segment; nil where there is none yet.
  package var lane: Int?
  package var segment: Int?
  /// The number of the last event that is recorded.
  package var sequence: UInt64
  /// The hash of the last line, which stands for all lines before it.
  package var hash: String
  /// Why nothing can be recorded now, in words.
  package var failure: String?
  /// How many lines this gate could not record.
  package var lost: UInt64

  package init(
    path: String, lane: Int?, segment: Int?, sequence: UInt64, hash: String, failure: String?, lost: UInt64
  ) {
    self.path = path
    self.lane = lane
    self.segment = segment
    self.sequence = sequence
    self.hash = hash
    self.failure = failure
    self.lost = lost
  }
}

/// Where a gate's configuration is, and what is wrong with it.
package struct SettingsStatus: Hashable, Sendable {
  package var path: String
  /// Why the file as it is now is not in force, in words.
  package var problem: String?

  package init(path: String, problem: String? = nil) {
    self.path = path
    self.problem = problem
  }
}
