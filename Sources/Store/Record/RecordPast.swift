internal import System

/// Bytes at the end of a segment that are no whole line.
struct RecordTail: Hashable, Sendable {
  var segment: Int
  var bytes: Int
}

/// What the record of a lane ends with, found without reading more of it than its end.
struct RecordPast {
  /// The number of the last segment, 0 where there is none.
  var lastSegment = 0
  var hash = RecordHash.zero
  var sequence: UInt64 = 0
  var tails: [RecordTail] = []

  static func find(_ options: RecordOptions) throws(SystemError) -> RecordPast {
    var past = RecordPast()
    do {
      for name in try SafeFile.names(in: options.folder) {
        guard let segment = RecordSegment(fileName: name), segment.lane == options.lane else { continue }
        past.lastSegment = max(past.lastSegment, segment.number)
      }
    } catch  where error.isAbsence {
    }
    return past
  }
}
