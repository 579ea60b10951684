internal import Glibc
internal import System

/// Reads a segment in pieces, up to a byte of it: line by line, or run by run.
struct RecordLineReader: ~Copyable {
  private let file: RegularFile
  private let limit: Int
  /// What was read and not consumed stands in `start..<end`.
  private(set) var buffer: [UInt8]
  private var start = 0
  private var end = 0
  /// Where in the file `end` is.
  private var offset = 0

  enum Step: Equatable {
    /// A line, or a run of lines of which only the last has a hash, without its end, in the buffer.
    case line(Range<Int>)
    /// What stands between the end of the last of these and the limit.
    case rest(Range<Int>)
    /// More than any gate writes without an end of line.
    case endless
    case over
  }

  /// Whether lines without a hash belong to the next one that has one.
  var joinsLines = false

  static let piece = 1 << 20
  private static let longestLine = 128 << 20

  init(_ file: consuming RegularFile, limit: Int) {
    self.limit = limit
    self.file = file
    buffer = [UInt8](repeating: 0, count: min(Self.piece, max(limit, 1)))
  }

  mutating func next() throws(SystemError) -> Step {
    var searched = start
    // Of the line that is being looked at.
    var first = start
    while true {
      if let newline = find(0x0A, searched) {
        if joinsLines, !RecordLine.isSealed(buffer.span.extracting(first..<newline)) {
          first = newline + 1
          searched = first
          continue
        }
        let line = start..<newline
        start = newline + 1
        return .line(line)
      }
      searched = end
      if offset == limit {
        if start == end { return .over }
        let rest = start..<end
        start = end
        return .rest(rest)
      }
      if start > 0 {
        buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
        searched -= start
        first -= start
        end -= start
        start = 0
      }
      if end == buffer.count {
        guard buffer.count < Self.longestLine else { return .endless }
        buffer += [UInt8](repeating: 0, count: buffer.count)
      }
      // The buffer is filled as far as the limit and no further.
      let room = min(buffer.count - end, limit - offset)
      let count = min(try file.read(at: offset, into: &buffer, from: end), room)
      guard count > 0 else {
        throw SystemError("read", "the record", code: EIO, help: "a segment is shorter than it was a moment ago")
      }
      end += count
      offset += count
    }
  }

  private func find(_ byte: UInt8, _ from: Int) -> Int? {
    guard from < end else { return nil }
    return unsafe buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + from, Int32(byte), end - from) else {
        return nil
      }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
