internal import CSodium
internal import JSONText
internal import System

/// Bytes at the end of a segment that are no whole line: a machine stopped, or a disk was full, in the middle of one.
///
/// They stay where they are, and the first line of the next segment tells of them.
struct RecordTail: Hashable, Sendable {
  var segment: Int
  var bytes: Int
  var digest: RecordHash

  /// What stands in a file from an offset on; nil for nothing.
  static func measure(
    _ file: borrowing RegularFile, of segment: Int, from offset: Int
  ) throws(SystemError) -> RecordTail? {
    var hasher = ContentHasher()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var count = 0
    while true {
      let read = try file.read(at: offset + count, into: &buffer)
      hasher.add(buffer.span.extracting(..<read))
      count += read
      if read < buffer.count { break }
    }
    return count == 0 ? nil : RecordTail(segment: segment, bytes: count, digest: hasher.finish())
  }

  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("segment", segment)
    writer.member("bytes", bytes)
    writer.member("digest", digest.hexadecimal)
    writer.endObject()
  }

  /// Nil for what `write` does not write.
  init?(_ node: JSONNode) {
    guard let segment = node["segment"]?.integer, let bytes = node["bytes"]?.integer, bytes > 0,
      let digest = node["digest"]?.string.flatMap({ RecordHash(hexadecimal: $0) })
    else { return nil }
    self.init(segment: segment, bytes: bytes, digest: digest)
  }

  init(segment: Int, bytes: Int, digest: RecordHash) {
    self.segment = segment
    self.bytes = bytes
    self.digest = digest
  }
}
