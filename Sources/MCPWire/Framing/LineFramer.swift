internal import JSONText

/// Cuts a byte stream into lines, and holds at most `limit` bytes of an unfinished one.
///
/// A line ends at a line feed and nowhere else; one carriage return before it belongs to the end. The lines are ranges of
/// `bytes`, valid until the next `feed`, so that reading a message copies nothing. Lines that come whole need not even
/// be fed: see `wholeLine`.
package struct LineFramer: Sendable {
  package enum Frame: Hashable, Sendable {
    /// A whole line without its end, as a range of `bytes`.
    case line(Range<Int>)
    /// A line over the limit has ended and is gone; `oversizedHead` and `oversizedTail` keep its ends.
    case oversized
  }

  /// What was fed and is not yet dropped.
  package private(set) var bytes: [UInt8] = []
  /// The first bytes of the last line that was too long: an id may stand there.
  package private(set) var oversizedHead: [UInt8] = []
  /// The last bytes of the last line that was too long.
  package private(set) var oversizedTail: [UInt8] = []

  private let limit: Int
  /// Where the next line begins.
  private var start = 0
  /// Up to here no line feed was found.
  private var searched = 0
  /// Whether the line that is being read was over the limit and is being dropped.
  private var isSkipping = false

  /// How much of each end of an oversized line is kept.
  package static let excerpt = 1024
  /// A buffer that one huge line blew up is given back when it holds more than this and is empty.
  private static let keptCapacity = 1 << 22

  package init(limit: Int = WireLimits.line) { self.limit = max(1, limit) }

  /// Takes the next bytes of the stream; all frames before must have been asked for.
  package mutating func feed(_ more: Span<UInt8>) {
    if start > 0 {
      let rest = bytes.count - start
      if rest == 0 {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
      } else {
        bytes.removeFirst(start)
      }
      searched -= start
      start = 0
    }
    unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
  }

  /// A line that stands whole in the next bytes of the stream, without its end, from `place` on, which moves behind it.
  ///
  /// Nil where there is none, or part of a line was fed: what is left of the bytes must be fed then.
  package func wholeLine(in more: Span<UInt8>, from place: inout Int) -> Range<Int>? {
    guard start == bytes.count, !isSkipping else { return nil }
    let end = more.firstLineFeed(from: place)
    guard end < more.count, end - place <= limit else { return nil }
    let line = place..<end
    place = end + 1
    return Self.withoutReturn(line, more)
  }

  private static func withoutReturn(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
    guard let last = line.last, bytes[last] == 0x0D else { return line }
    return line.lowerBound..<last
  }

  /// Whether large lines have made the buffer larger than what most sessions need.
  package var isLarge: Bool { bytes.capacity > 1 << 18 }

  /// Gives the memory back that large lines took, if nothing is in it.
  package mutating func trim() {
    guard isLarge, start == bytes.count else { return }
    bytes = []
    start = 0
    searched = 0
  }

  /// The next whole line, or nil until more bytes are fed.
  package mutating func next() -> Frame? {
    guard let end = nextLineFeed() else {
      searched = bytes.count
      if bytes.count - start > limit || isSkipping { skip() }
      return nil
    }
    let line = start..<end
    start = end + 1
    searched = start
    if isSkipping || line.count > limit {
      keepEnds(of: line)
      isSkipping = false
      return .oversized
    }
    return .line(Self.withoutReturn(line, bytes.span))
  }

  /// What stands after the last line feed when the stream has ended, as a range of `bytes`.
  ///
  /// Nil if nothing is left.
  package mutating func end() -> Frame? {
    defer {
      start = bytes.count
      searched = start
      isSkipping = false
    }
    guard !isSkipping else { return .oversized }
    return start < bytes.count ? .line(start..<bytes.count) : nil
  }

  private func nextLineFeed() -> Int? {
    let found = bytes.span.firstLineFeed(from: searched)
    return found < bytes.count ? found : nil
  }

  /// Drops what is here of a line that is too long, keeping its ends.
  private mutating func skip() {
    keepEnds(of: start..<bytes.count)
    isSkipping = true
    start = bytes.count
    searched = start
  }

  private mutating func keepEnds(of piece: Range<Int>) {
    if !isSkipping {
      oversizedHead = Array(bytes[piece.prefix(Self.excerpt)])
      oversizedTail = []
    }
    oversizedTail.append(contentsOf: bytes[piece.suffix(Self.excerpt)])
    if oversizedTail.count > Self.excerpt { oversizedTail.removeFirst(oversizedTail.count - Self.excerpt) }
  }
}
