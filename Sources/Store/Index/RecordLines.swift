package import History
package import JSONText
internal import System

/// Reads single lines of the record, best in the order in which they stand.
package struct RecordLines {
  private let folder: String
  private var segment: RecordSegment?
  private var piece: [UInt8] = []
  /// Where in the segment the piece begins.
  private var start = 0

  private static let size = 256 << 10
  /// A longer line is not read.
  private static let longest = 16 << 20

  package init(_ folder: String) { self.folder = folder }

  /// The line of a segment that begins at a place, without its hash and its closing brace; nil where there is none.
  package mutating func body(of segment: RecordSegment, at offset: Int) -> [UInt8]? {
    guard let line = line(of: segment, at: offset) else { return nil }
    let end = RecordSeal.start(in: line.span)
    return Array(line.prefix(end == line.count ? end - 1 : end))
  }

  /// The arguments that a decision's line has; nil where it has none.
  package mutating func arguments(of place: HistoryReplay.RecordPlace) -> JSONNode? {
    let segment = RecordSegment(lane: place.lane, number: place.segment)
    guard let body = body(of: segment, at: place.offset) else { return nil }
    return (try? JSONNode.read(body + [UInt8(ascii: "}")]))?["args"]
  }

  private mutating func line(of segment: RecordSegment, at offset: Int) -> ArraySlice<UInt8>? {
    if segment != self.segment {
      self.segment = segment
      (piece, start) = ([], 0)
    }
    if let line = line(at: offset) { return line }
    var size = Self.size
    while size <= Self.longest {
      guard read(segment, at: offset, size) else { return nil }
      if let line = line(at: offset) { return line }
      guard piece.count == size else { return nil }
      size *= 4
    }
    return nil
  }

  /// In what was read.
  private func line(at offset: Int) -> ArraySlice<UInt8>? {
    guard offset >= start, offset < start + piece.count else { return nil }
    let end = piece.span.firstLineFeed(from: offset - start)
    guard end < piece.count, end > offset - start + 1 else { return nil }
    return piece[offset - start..<end]
  }

  private mutating func read(_ segment: RecordSegment, at offset: Int, _ size: Int) -> Bool {
    do {
      let file = try RegularFile("\(folder)/\(segment.fileName)", isAnyones: true)
      piece = [UInt8](repeating: 0, count: size)
      piece.removeLast(size - (try file.read(at: offset, into: &piece)))
      start = offset
      return true
    } catch {
      return false
    }
  }
}
