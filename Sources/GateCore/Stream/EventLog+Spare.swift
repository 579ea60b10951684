internal import ControlWire
internal import Policy

// MARK: Memory for what comes
extension EventLog {
  /// Gets memory ready for as many blocks as were begun with new memory since the last time.
  ///
  /// The system finds the pages of new memory when they are first written to, which takes a call several times as long as
  /// its own line. To be called where no call waits.
  package mutating func prepare() {
    guard begun > 0 else {
      // From now on the memory of blocks that are too old is used again.
      if end > capacity, !spare.isEmpty { spare = [] }
      return
    }
    let wanted = min(begun, Self.mostSpare)
    begun = 0
    while spare.count < wanted, full.count + spare.count < Self.mostBlocks {
      var memory = LineBuffer(capacity: blockSize)
      memory.touch()
      var entries = Array(repeating: StreamEntry.blank, count: blockSize / Self.shortLine)
      entries.removeAll(keepingCapacity: true)
      spare.append((memory, entries))
    }
  }

  private static let mostSpare = 8
  /// Few lines have fewer bytes.
  private static let shortLine = 200
}
