internal import JSONText

extension WrapRecord {
  /// A longer file of records is not read.
  package static let longestText = 64 << 20

  /// The records of a file that `text(of:)` wrote; what cannot be understood is left out.
  package static func read(_ text: [UInt8]) -> [WrapRecord] {
    guard let root = try? JSONNode.read(text) else { return [] }
    return (root["wrapped"]?.elements ?? []).compactMap { WrapRecord($0) }
  }

  package static func text(of records: [WrapRecord]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("version", 1)
    writer.key("wrapped")
    writer.beginArray()
    for record in records { record.write(to: &writer) }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  private func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("client", client.rawValue)
    writer.member("path", path)
    writer.key("container")
    Self.write(address.container.map(\.string), to: &writer)
    writer.member("server", address.name.string)
    writer.member("name", name.string)
    writer.key("before")
    Self.write(before, to: &writer)
    writer.key("after")
    Self.write(after, to: &writer)
    writer.key("splice")
    writer.beginObject()
    writer.member("offset", splice.offset)
    writer.member("removed", Self.hexadecimal(splice.removed))
    writer.member("inserted", Self.hexadecimal(splice.inserted))
    writer.endObject()
    writer.member("digest", digest)
    writer.key("changed")
    writer.beginArray()
    for names in changed { Self.write(names.map(\.string), to: &writer) }
    writer.endArray()
    writer.member("inner", ifPresent: inner?.string)
    writer.key("entry")
    writer.node(entry)
    writer.member("check", check)
    writer.endObject()
  }

  /// What shows that a record is as it was written.
  private var check: String {
    var bytes: [UInt8] = []
    for part in [Array(path.utf8), Array(address.name.utf8), splice.removed, splice.inserted] + before + after {
      bytes += Array("\(part.count):".utf8) + part
    }
    return ContentDigest(of: bytes).hexadecimal
  }

  private init?(_ node: JSONNode) {
    func texts(_ node: JSONNode?) -> [String]? {
      guard let elements = node?.elements else { return nil }
      let texts = elements.compactMap(\.string)
      return texts.count == elements.count ? texts : nil
    }
    guard let client = node["client"]?.string.flatMap({ ClientKind(rawValue: $0) }), let path = node["path"]?.string,
      let container = texts(node["container"]), let server = node["server"]?.text, let name = node["name"]?.text,
      let before = Self.pieces(node["before"]), let after = Self.pieces(node["after"]), let splice = node["splice"],
      let offset = splice["offset"]?.integer, offset >= 0,
      let removed = splice["removed"]?.string.flatMap({ Self.bytes($0) }),
      let inserted = splice["inserted"]?.string.flatMap({ Self.bytes($0) }), let digest = node["digest"]?.string,
      let changed = node["changed"]?.elements?.compactMap({ texts($0) }), let entry = node["entry"]
    else { return nil }
    self.init(
      client: client, path: path, address: EntryAddress(container.map { ExactText($0) }, server), name: name,
      before: before, after: after,
      splice: TextSplice(offset: offset, removed: removed, inserted: inserted), digest: digest, entry: entry,
      changed: changed.map { $0.map { ExactText($0) } }, inner: node["inner"]?.text)
    guard node["check"]?.string == check else { return nil }
  }

  private static func write(_ texts: [String], to writer: inout JSONWriter) {
    writer.beginArray()
    for text in texts { writer.string(text) }
    writer.endArray()
  }

  /// Pieces of a text, each a string; one that is none, for a comment in it is not UTF-8, as `{"bytes": "6d65ff"}`.
  private static func write(_ pieces: [[UInt8]], to writer: inout JSONWriter) {
    writer.beginArray()
    for piece in pieces {
      let text = String(decoding: piece, as: UTF8.self)
      if text.utf8.elementsEqual(piece) {
        writer.string(text)
      } else {
        writer.beginObject()
        writer.member("bytes", hexadecimal(piece))
        writer.endObject()
      }
    }
    writer.endArray()
  }

  private static func pieces(_ node: JSONNode?) -> [[UInt8]]? {
    guard let elements = node?.elements else { return nil }
    let pieces = elements.compactMap { element in
      element.string.map { Array($0.utf8) } ?? element["bytes"]?.string.flatMap { bytes($0) }
    }
    return pieces.count == elements.count ? pieces : nil
  }

  // A replacement may begin or end in the middle of a character, which no string can hold.

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
