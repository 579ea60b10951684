/// One file of the record: `0-000001.jsonl`, the first segment of lane 0.
package struct RecordSegment: Hashable, Comparable, Sendable {
  package var lane: Int
  /// From 1.
  package var number: Int

  package init(lane: Int, number: Int) {
    self.lane = lane
    self.number = number
  }

  /// Nil for a name that no segment has; of two spellings of the same numbers only one is right.
  package init?(fileName name: String) {
    guard name.utf8.count <= 40, let dash = name.firstIndex(of: "-"), name.hasSuffix(".jsonl"),
      let lane = Int(name[..<dash]), let number = Int(name[name.index(after: dash)...].dropLast(6)),
      lane >= 0, number >= 1
    else { return nil }
    self.init(lane: lane, number: number)
    guard fileName == name else { return nil }
  }

  package var fileName: String {
    let digits = String(number)
    return "\(lane)-\(String(repeating: "0", count: max(0, 6 - digits.utf8.count)))\(digits).jsonl"
  }

  package static func < (left: RecordSegment, right: RecordSegment) -> Bool {
    (left.lane, left.number) < (right.lane, right.number)
  }
}
