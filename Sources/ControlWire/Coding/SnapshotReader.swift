internal import JSONText
internal import Policy
internal import Risk

/// Reads the line of a snapshot without making a tree of its tools, of which there may be thousands.
///
/// It gives up at anything that is not as gates write it: the general reader says then what is wrong, or what is meant.
struct SnapshotReader {
  /// It is not as expected.
  private struct Strange: Error {}

  private var cursor = JSONCursor()
  private var pool = TextPool()

  /// Nil for any other line, and for a snapshot that the general reader is to look at.
  static func read(_ bytes: Span<UInt8>) -> GateEvent? {
    var line = LineScanner()
    guard line.take("{\"event\":\"snapshot\"", bytes) else { return nil }
    var reader = SnapshotReader()
    return try? reader.snapshot(bytes)
  }

  private mutating func snapshot(_ bytes: Span<UInt8>) throws -> GateEvent {
    var servers: [Snapshot.Server] = []
    let fields = try members("an event", bytes, depth: 0, but: "servers") { reader throws in
      try reader.each(bytes, depth: 1) { reader throws in servers.append(try reader.server(bytes)) }
    }
    try cursor.expectEnd(bytes)
    // What has a time is an event of the stream.
    guard fields["time"] == nil else { throw Strange() }
    var snapshot = try Snapshot(fields)
    snapshot.servers = servers
    return .snapshot(snapshot, id: try fields.integerIfPresent("id"))
  }

  private mutating func server(_ bytes: Span<UInt8>) throws -> Snapshot.Server {
    var tools: [Snapshot.Tool] = []
    let fields = try members("a server", bytes, depth: 2, but: "tools") { reader throws in
      try reader.each(bytes, depth: 3) { reader throws in tools.append(try reader.tool(bytes)) }
    }
    var server = try Snapshot.Server(fields)
    server.tools = tools
    return server
  }

  private mutating func tool(_ bytes: Span<UInt8>) throws -> Snapshot.Tool {
    var name: String?
    var title: String?
    var description: String?
    var category: Category?
    var severity: Severity?
    var confidence: Int?
    var evidence: [Assessment.Evidence]?
    var parameters: [String]?
    var required: Int?
    var object = try cursor.openObject(bytes, depth: 4)
    while let key = try cursor.nextKey(of: &object, bytes) {
      func isKey(_ text: StaticString) -> Bool { JSONCursor.matches(key, text, bytes) }
      if isKey("name") {
        name = try string(bytes)
      } else if isKey("title") {
        title = try string(bytes)
      } else if isKey("description") {
        description = try string(bytes)
      } else if isKey("category") {
        category = try word(bytes)
      } else if isKey("severity") {
        severity = try word(bytes)
      } else if isKey("confidence") {
        confidence = try number(bytes)
      } else if isKey("evidence") {
        var found: [Assessment.Evidence] = []
        try each(bytes, depth: 5) { reader throws in found.append(try reader.evidence(bytes)) }
        evidence = found
      } else if isKey("parameters") {
        var found: [String] = []
        try each(bytes, depth: 5) { reader throws in found.append(try reader.pooled(bytes)) }
        parameters = found
      } else if isKey("required_parameters") {
        required = try number(bytes)
      } else {
        throw Strange()
      }
    }
    guard let name, let description, let category, let severity, let confidence, let evidence, let parameters,
      let required
    else { throw Strange() }
    return Snapshot.Tool(
      name: ExactText(name), title: title, description: description,
      assessment: Assessment(category: category, severity: severity, confidence: confidence, evidence: evidence),
      parameters: parameters, requiredParameters: required)
  }

  private mutating func evidence(_ bytes: Span<UInt8>) throws -> Assessment.Evidence {
    var field: String?
    var found: String?
    var category: Category?
    var weight = 0
    var object = try cursor.openObject(bytes, depth: 6)
    while let key = try cursor.nextKey(of: &object, bytes) {
      if JSONCursor.matches(key, "field", bytes) {
        field = try pooled(bytes)
      } else if JSONCursor.matches(key, "found", bytes) {
        found = try pooled(bytes)
      } else if JSONCursor.matches(key, "category", bytes) {
        category = try word(bytes)
      } else if JSONCursor.matches(key, "weight", bytes) {
        weight = try number(bytes)
      } else {
        throw Strange()
      }
    }
    guard let field, let found, let category else { throw Strange() }
    return Assessment.Evidence(field: field, found: found, category: category, weight: weight)
  }

  // MARK: Parts

  /// Reads an object whose members are few, but for one, which `body` moves past; it stands there as an empty array.
  private mutating func members(
    _ subject: String, _ bytes: Span<UInt8>, depth: Int, but special: StaticString,
    _ body: (inout SnapshotReader) throws -> Void
  ) throws -> Fields {
    var members: [JSONMember] = []
    var object = try cursor.openObject(bytes, depth: depth)
    while let key = try cursor.nextKey(of: &object, bytes) {
      let value: JSONNode
      if JSONCursor.matches(key, special, bytes) {
        try body(&self)
        value = JSONNode(.array([]))
      } else {
        value = try JSONNode.read(bytes, &cursor, depth: depth + 1)
      }
      members.append(JSONMember(key: ExactText(JSONCursor.decode(key, bytes)), value: value))
    }
    return try Fields(JSONNode(.object(members)), of: subject)
  }

  /// Calls `body` before each element of the array that is next; it must move past it.
  private mutating func each(
    _ bytes: Span<UInt8>, depth: Int, _ body: (inout SnapshotReader) throws -> Void
  ) throws {
    guard depth < JSONLimits.depth else { throw Strange() }
    try cursor.expect(0x5B, bytes)
    if try cursor.peek(bytes) == 0x5D {
      cursor.position += 1
      return
    }
    while true {
      try body(&self)
      let next = try cursor.peek(bytes)
      cursor.position += 1
      if next == 0x5D { return }
      guard next == 0x2C else { throw Strange() }
    }
  }

  private mutating func string(_ bytes: Span<UInt8>) throws -> String {
    JSONCursor.decode(try cursor.scanString(bytes), bytes)
  }

  /// A text that others have as well, as a rule.
  private mutating func pooled(_ bytes: Span<UInt8>) throws -> String {
    let token = try cursor.scanString(bytes)
    return token.hasEscapes ? JSONCursor.decode(token, bytes) : pool.text(token.body, bytes)
  }

  private mutating func word<Word: RawRepresentable<String>>(_ bytes: Span<UInt8>) throws -> Word {
    guard let word = Word(rawValue: try pooled(bytes)) else { throw Strange() }
    return word
  }

  private mutating func number(_ bytes: Span<UInt8>) throws -> Int {
    let range = try cursor.scanNumber(bytes)
    guard range.count <= 18 else { throw Strange() }
    var value = 0
    for index in range {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { throw Strange() }
      value = value * 10 + Int(digit)
    }
    return value
  }
}
