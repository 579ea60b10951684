internal import System

/// The file of a lane in which lines stand before they are in a segment, such as `0.ahead`: only while many come, and
/// after a gate that was killed then.
enum RecordAhead {
  private static let ending = ".ahead"

  static func path(_ folder: String, lane: Int) -> String { "\(folder)/\(lane)\(ending)" }

  static func lane(of name: String) -> Int? {
    guard name.hasSuffix(ending), name.utf8.count <= 30, let lane = Int(name.dropLast(ending.count)), lane >= 0,
      "\(lane)\(ending)" == name
    else { return nil }
    return lane
  }

  /// Writes what a gate that was killed had recorded and not written yet.
  ///
  /// Only for whoever has the lane. Throws: `SystemError`.
  static func finish(_ folder: String, lane: Int) throws(SystemError) {
    try WriteAhead.finish(path(folder, lane: lane)) {
      "\(folder)/\(RecordSegment(lane: lane, number: $0).fileName)"
    }
  }
}
