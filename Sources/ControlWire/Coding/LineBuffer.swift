/// Lines that are written one behind the other into memory that is used again.
package struct LineBuffer: Sendable {
  /// The lines stand in its first `count` bytes.
  package private(set) var memory: [UInt8]
  package private(set) var count = 0

  /// Makes room for so many bytes; there is never more.
  ///
  /// Nothing is written there yet, so that the system finds the memory page by page as lines come, and no call waits
  /// for all of it at once. Nobody reads behind `count`.
  package init(capacity: Int) {
    memory = unsafe Array(unsafeUninitializedCapacity: max(0, capacity)) { _, count in count = max(0, capacity) }
  }

  /// Lets the system find all of the memory now, and not when lines come; whatever stands there is lost.
  package mutating func touch() {
    for place in stride(from: 0, to: memory.count, by: Self.page) { memory[place] = 0 }
    count = 0
  }

  private static let page = 4_096

  package var capacity: Int { memory.count }
  package var room: Int { memory.count - count }

  /// Forgets the lines and keeps the memory.
  package mutating func reset() { count = 0 }

  /// Forgets what stands from a place on.
  package mutating func cut(to count: Int) { self.count = min(max(0, count), self.count) }

  /// Appends bytes as they are; there must be room for them.
  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { bytes in
      let bytes = unsafe bytes
      write { writer in unsafe writer.bytes(bytes) }
    }
  }

  /// Opens a gap of so many bytes at a place, for which there must be room.
  package mutating func open(_ width: Int, at place: Int) {
    precondition(width >= 0 && width <= room && place >= 0 && place <= count)
    let tail = count - place
    unsafe memory.withUnsafeMutableBytes { memory in
      guard let start = memory.baseAddress else { return }
      unsafe (start + place + width).copyMemory(from: start + place, byteCount: tail)
    }
    count += width
  }

  /// Writes over what stands at a place.
  package mutating func replace(at place: Int, with byte: UInt8) {
    precondition(place >= 0 && place < count)
    memory[place] = byte
  }

  /// Lets `body` write behind the last line.
  mutating func write(_ body: (inout LineWriter) -> Void) {
    let start = count
    count = unsafe memory.withUnsafeMutableBytes { memory in
      guard let base = memory.baseAddress else { return start }
      var writer = unsafe LineWriter(base, capacity: memory.count, at: start)
      body(&writer)
      return writer.count
    }
  }
}
