/// Makes lines of what a server writes, however it comes, none longer than is kept.
package struct MessageLines: Sendable {
  /// One line without its end.
  package struct Line: Hashable, Sendable {
    package var bytes: [UInt8]
    /// It was longer.
    package var isCut = false
    /// It is part of a private key.
    package var isKey = false

    package init(bytes: [UInt8], isCut: Bool = false) {
      self.bytes = bytes
      self.isCut = isCut
    }
  }

  private var pending: [UInt8] = []
  private var isCut = false
  /// How many more lines a key may have whose end does not come.
  private var keyLines = 0

  package init() {}

  package mutating func feed(_ bytes: Span<UInt8>, _ take: (Line) -> Void) {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      let room = MessageLog.longestLine - pending.count
      if end - start > room { isCut = true }
      let part = bytes.extracting(start..<min(end, start + room))
      unsafe part.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
      if end < bytes.count { finish(take) }
      start = end + 1
    }
  }

  /// Takes one whole line, of which only the beginning may be here.
  package mutating func take(_ line: [UInt8], isCut: Bool, _ take: (Line) -> Void) {
    pending = line
    self.isCut = isCut
    finish(take)
  }

  /// Takes what has no end as a line.
  package mutating func end(_ take: (Line) -> Void) {
    if !pending.isEmpty { finish(take) }
  }

  private mutating func finish(_ take: (Line) -> Void) {
    if pending.last == 0x0D { pending.removeLast() }
    var line = Line(bytes: pending, isCut: isCut)
    if keyLines > 0 {
      line.isKey = true
      keyLines = KeyBlock.end(in: pending[...]) == nil ? keyLines - 1 : 0
    } else if let begin = KeyBlock.begin(in: pending[...]), KeyBlock.end(in: pending[begin...]) == nil {
      keyLines = Self.longestKey
    }
    pending.removeAll(keepingCapacity: true)
    isCut = false
    if !line.bytes.isEmpty { take(line) }
  }

  private static let longestKey = 200
}
