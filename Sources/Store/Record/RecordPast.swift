internal import Glibc
internal import JSONText
internal import Policy
internal import System

/// What the record of a lane ends with, found without reading more of it than its end.
struct RecordPast {
  /// The number of the last segment, 0 where there is none.
  var lastSegment = 0
  var hash = RecordHash.zero
  var sequence: UInt64 = 0
  /// In the order of the segments; what the last whole line tells of is not among them.
  var tails: [RecordTail] = []

  /// A segment with more bytes was not written by a gate.
  private static let mostBytes = 1 << 30

  /// Throws: `SystemError` where the folder is not the user's own, or a segment no regular file.
  static func find(_ options: RecordOptions) throws(SystemError) -> RecordPast {
    try SafeFile.checkOwnFolder(options.folder)
    try RecordAhead.finish(options.folder, lane: options.lane)
    var past = RecordPast()
    var segments: [RecordSegment] = []
    do throws(SystemError) {
      segments = try SafeFile.names(in: options.folder).compactMap { RecordSegment(fileName: $0) }
        .filter { $0.lane == options.lane }.sorted()
    } catch {
      guard error.isAbsence else { throw error }
    }
    past.lastSegment = segments.last?.number ?? 0
    for segment in segments.reversed() {
      if try past.look(at: segment, in: options.folder) { break }
    }
    return past
  }

  /// Answers whether the segment has a whole line.
  private mutating func look(at segment: RecordSegment, in folder: String) throws(SystemError) -> Bool {
    let path = "\(folder)/\(segment.fileName)"
    let file = try RegularFile(path)
    guard file.size <= Self.mostBytes else {
      throw SystemError("go on from", path, code: EFBIG, help: "no gate wrote it; move it away")
    }
    let (line, _, end) = try Self.lastLine(of: file)
    if let tail = try RecordTail.measure(file, of: segment.number, from: end) { tails.insert(tail, at: 0) }
    guard let line else { return false }
    hash = line.hash
    sequence = line.sequence
    return true
  }

  /// When the last whole line of a segment was written; nil where there is none, or no gate wrote it.
  static func lastTime(_ path: String) -> Moment? {
    guard let file = try? RegularFile(path), file.size <= mostBytes,
      let last = try? lastLine(of: file), let time = last.line?.time
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: time.count)
    guard (try? file.read(at: last.start + time.lowerBound, into: &bytes)) == bytes.count else { return nil }
    return Moment(rfc3339: String(decoding: bytes, as: UTF8.self))
  }

  /// The last line that is whole, and where in the file it begins and ends.
  private static func lastLine(
    of file: borrowing RegularFile
  ) throws(SystemError) -> (line: RecordLine?, start: Int, end: Int) {
    var size = min(file.size, 64 << 10)
    while true {
      var bytes = [UInt8](repeating: 0, count: size)
      let start = file.size - size
      guard try file.read(at: start, into: &bytes) == size else {
        throw SystemError("read", "the record", code: EIO, help: "it is shorter than it was a moment ago")
      }
      var end = size
      while let newline = bytes[..<end].lastIndex(of: 0x0A) {
        let before = bytes[..<newline].lastIndex(of: 0x0A)
        guard before != nil || start == 0 else { break }
        let first = before.map { $0 + 1 } ?? 0
        if let line = RecordLine(bytes.span.extracting(first..<newline)) {
          return (line, start + first, start + newline + 1)
        }
        end = newline
      }
      guard start > 0 else { return (nil, 0, 0) }
      size = min(file.size, size * 4)
    }
  }
}
