internal import JSONText

/// Writes the pieces of a line into room that an array has made for all of them at once.
///
/// An array that looks for room and for its owners with each piece takes longer than all the copying.
@safe struct PieceWriter {
  private let start: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  fileprivate private(set) var count = 0

  @unsafe fileprivate init(_ start: UnsafeMutablePointer<UInt8>, capacity: Int) {
    unsafe self.start = start
    self.capacity = capacity
  }

  /// Writes a piece of the program's own text.
  @inline(__always)
  mutating func text(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    precondition(length <= capacity - count)
    unsafe (start + count).update(from: text.utf8Start, count: length)
    count += length
  }

  @inline(__always)
  mutating func bytes(_ bytes: Span<UInt8>) {
    precondition(bytes.count <= capacity - count)
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let source = bytes.baseAddress else { return }
      unsafe (start + count).update(from: source, count: bytes.count)
    }
    count += bytes.count
  }

  mutating func decimal(_ number: UInt64) {
    precondition(capacity - count >= DecimalDigits.room)
    count += unsafe DecimalDigits.write(number, to: start + count)
  }
}

extension [UInt8] {
  /// Appends what `write` writes, at most `room` bytes.
  @inline(__always)
  mutating func append(room: Int, _ write: (inout PieceWriter) -> Void) {
    append(addingCapacity: room) { span in
      unsafe span.withUnsafeMutableBufferPointer { buffer, count in
        guard let start = buffer.baseAddress else { return }
        var writer = unsafe PieceWriter(start + count, capacity: buffer.count - count)
        write(&writer)
        count += writer.count
      }
    }
  }
}
