/// The beginning of an answer: its status, and its fields as places in its bytes.
package struct HTTPAnswerHead: Hashable, Sendable {
  /// How the body ends.
  package enum Body: Hashable, Sendable {
    case none
    case length(Int)
    case chunks
    /// With the connection.
    case rest

    var hasLength: Bool { if case .length = self { true } else { false } }
  }

  package let status: Int
  package let bytes: [UInt8]
  package let fields: [HTTPHead.Field]

  package init(status: Int, bytes: [UInt8], fields: [HTTPHead.Field]) {
    self.status = status
    self.bytes = bytes
    self.fields = fields
  }

  /// From lines `Name: value` without their ends; one that is none is passed over.
  package init(status: Int, lines: [[UInt8]]) {
    var bytes: [UInt8] = []
    var fields: [HTTPHead.Field] = []
    for line in lines {
      let start = bytes.count
      bytes.append(contentsOf: line)
      if let field = HTTPHead.Field(bytes, start..<bytes.count) { fields.append(field) }
    }
    self.init(status: status, bytes: bytes, fields: fields)
  }

  /// The values of all fields of a name, in their order; `name` is in lower case.
  package func all(_ name: StaticString) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    for field in fields where bytes[field.name].isEqualIgnoringCase(to: name) { found.append(bytes[field.value]) }
    return found
  }

  /// Whether one of the values of a field that is a list separated by commas is `word`.
  func lists(_ word: StaticString, in name: StaticString) -> Bool {
    all(name).contains { value in
      value.split(separator: 0x2C).contains { $0.trimmed.isEqualIgnoringCase(to: word) }
    }
  }

  /// How the body ends; nil where that could be read in two ways.
  ///
  /// The answer is one to a POST, a GET or a DELETE.
  func measuredBody() -> Body? {
    let (lengths, codings) = (all("content-length"), all("transfer-encoding"))
    if status < 200 || status == 204 || status == 304 { return Body.none }
    if let coding = codings.first {
      guard codings.count == 1, lengths.isEmpty, coding.isEqualIgnoringCase(to: "chunked") else { return nil }
      return .chunks
    }
    guard let first = lengths.first else { return .rest }
    guard lengths.count == 1, 1...18 ~= first.count, first.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return .length(first.reduce(0) { $0 * 10 + Int($1 - 0x30) })
  }
}

extension HTTPHead.Field {
  /// A line `Name: value` without its end; nil for what is none.
  init?(_ bytes: [UInt8], _ line: Range<Int>) {
    guard let colon = bytes[line].firstIndex(of: 0x3A), colon > line.lowerBound else { return nil }
    for place in line.lowerBound..<colon where !bytes[place].isTokenCharacter { return nil }
    var value = colon + 1..<line.upperBound
    for place in value where !bytes[place].isValueCharacter { return nil }
    while let first = value.first, bytes[first] == 0x20 || bytes[first] == 0x09 { value.removeFirst() }
    while let last = value.last, bytes[last] == 0x20 || bytes[last] == 0x09 { value.removeLast() }
    self.init(name: line.lowerBound..<colon, value: value)
  }
}
