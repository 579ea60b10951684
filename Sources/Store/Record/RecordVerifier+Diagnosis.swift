internal import JSONText
internal import System

// MARK: What happened
extension RecordVerifier {
  /// Says of what stands at a segment's end behind the last hash what happened to it.
  mutating func unended(_ rest: [UInt8], _ segment: RecordSegment) -> Found {
    let parts = Self.lines(of: rest.span)
    var before = sequence
    for (index, part) in parts.dropLast().enumerated() {
      guard let read = read(rest.span, part, isLast: false), read.isNumbered else {
        return found(.changed, segment, "the line is no line of a record", line: line + index)
      }
      if read.sequence <= before {
        return found(.duplicated, segment, Self.again(read.sequence), line: line + index)
      }
      before = read.sequence
    }
    let end = line + parts.count - 1
    guard rest.last == 0x0A else {
      return found(.torn, segment, "the line has no end, and no later segment tells of that", line: end)
    }
    return found(
      .cut, segment, "the segment ends here, where the line with the hash of those before it should stand", line: end)
  }

  private static func again(_ sequence: UInt64) -> String {
    "event \(sequence) stands here again, or in the wrong place"
  }

  /// Says of the line that is the first not to fit what happened to it, as far as the lines around it tell.
  mutating func diagnose(
    _ bytes: [UInt8], _ reader: inout RecordLineReader, _ segment: RecordSegment
  ) throws(Found) -> Found {
    var following: [UInt8]?
    if case .line(let range) = try read(segment, { () throws(SystemError) in try reader.next() }) {
      following = Array(reader.buffer[range])
    }
    if line == 1, let version = (try? JSONNode.read(bytes))?["version"]?.integer,
      version > RecordVersion.current.rawValue
    {
      return found(.unreadable, segment, Self.later)
    }
    let parts = Self.lines(of: bytes.span)
    if parts.count > 1 { return diagnose(bytes, parts, following, segment) }
    let read = RecordLine(bytes.span, &cursor)
    let next = following.flatMap { last(of: $0) }
    let nextFits = follows(following, next, after: hash)
    guard let read else {
      if nextFits { return found(.added, segment, "no gate wrote the line, and the next one follows without it") }
      return found(.changed, segment, "the line is no line of a record")
    }
    if line == 1, previous(bytes, read) != nil, let moved = moved(bytes.span, segment) { return moved }
    if line == 1, let earlier = endedEarly(bytes, read, segment) { return earlier }
    if line == 1, !read.isOwn { return found(.removed, segment, Self.withoutFirst) }
    if read.hash == hash { return found(.duplicated, segment, "the line before stands here once more") }
    if nextFits {
      if let next, follows(bytes, read, after: next.hash) {
        return found(.reordered, segment, "the line belongs behind the next one")
      }
      return found(.added, segment, "the next line follows without this one")
    }
    if read.isNumbered, read.sequence <= sequence {
      return found(.duplicated, segment, Self.again(read.sequence))
    }
    if read.isNumbered, read.sequence > sequence + 1 {
      if let next, next.isNumbered, next.sequence < read.sequence {
        return found(.reordered, segment, "event \(read.sequence) stands before event \(next.sequence)")
      }
      let gap = read.sequence - sequence - 1
      return found(.removed, segment, "\(gap == 1 ? "a line is" : "lines are") missing before event \(read.sequence)")
    }
    return found(.changed, segment, "the line does not follow from the one before it: one of the two was changed")
  }

  /// The same of lines that share a hash, which tells of one line only where its place is wrong.
  private mutating func diagnose(
    _ bytes: [UInt8], _ parts: [Range<Int>], _ following: [UInt8]?, _ segment: RecordSegment
  ) -> Found {
    let all = line + parts.count - 1
    var reads: [RecordLine?] = []
    for (index, part) in parts.enumerated() { reads.append(read(bytes.span, part, isLast: index == parts.count - 1)) }
    if let following, let whole = last(of: following) {
      if follows(following, whole, after: hash) {
        return found(.added, segment, "the lines behind these follow without them", through: all)
      }
      // A line that was added with a hash of its own ends the run early.
      if let end = parts.last, follows(Array(bytes[..<end.lowerBound]) + following, whole, after: hash) {
        return found(.added, segment, "the next line follows without this one", line: all)
      }
    }
    var before = sequence
    for (index, read) in reads.enumerated() {
      let place = line + index
      if let read, read.isNumbered, read.sequence == before + 1 {
        before += 1
        continue
      }
      let isExtra = isWhole(bytes, without: parts, index, reads)
      guard let read, read.isNumbered else {
        if isExtra {
          return found(.added, segment, "no gate wrote the line, and those around it are right", line: place)
        }
        return found(.changed, segment, "the line is no line of a record", line: place)
      }
      if read.sequence <= before {
        return found(.duplicated, segment, Self.again(read.sequence), line: place)
      }
      if isExtra { return found(.added, segment, "the lines around this one are right without it", line: place) }
      if let later = reads[index...].first(where: { ($0?.sequence ?? .max) < read.sequence }), let later {
        return found(
          .reordered, segment, "event \(read.sequence) stands before event \(later.sequence)", line: place)
      }
      return found(
        .removed, segment, "lines are missing before event \(read.sequence), or one of these was changed",
        through: all)
    }
    return found(
      .changed, segment, "the lines do not follow from the one before them: one of these was changed", through: all)
  }

  /// Whether the lines are right without one of them, which is not the last.
  private func isWhole(_ bytes: [UInt8], without parts: [Range<Int>], _ index: Int, _ reads: [RecordLine?]) -> Bool {
    guard index < parts.count - 1, let last = reads.last ?? nil else { return false }
    return follows(
      Array(bytes[..<parts[index].lowerBound]) + bytes[(parts[index].upperBound + 1)...], last, after: hash)
  }

  /// The line with the hash.
  private mutating func last(of bytes: [UInt8]) -> RecordLine? {
    Self.lines(of: bytes.span).last.flatMap { RecordLine(bytes.span.extracting($0), &cursor) }
  }

  private func follows(_ bytes: [UInt8]?, _ line: RecordLine?, after hash: RecordHash) -> Bool {
    guard let bytes, let line else { return false }
    return hasher.hash(of: bytes.span, after: hash, version) == line.hash
  }

  /// Whether a segment's first line is right and does not go on from where the segment before it ends.
  private func endedEarly(_ bytes: [UInt8], _ read: RecordLine, _ segment: RecordSegment) -> Found? {
    guard let previous = previous(bytes, read), previous != hash, segment.number > 1 else { return nil }
    return found(
      .cut, RecordSegment(lane: segment.lane, number: segment.number - 1),
      "the segment ends here, and \(segment.fileName) goes on from another line", line: linesBefore + 1)
  }

  /// The hash from which a segment's first line says it goes on, where the line is as it was written.
  private func previous(_ bytes: [UInt8], _ read: RecordLine) -> RecordHash? {
    guard read.isOwn,
      let previous = (try? JSONNode.read(bytes))?["previous"]?.string.flatMap({ RecordHash(hexadecimal: $0) }),
      hasher.hash(of: bytes.span, after: previous, version) == read.hash
    else { return nil }
    return previous
  }
}
