// MARK: Reading
extension HTTPHead {
  /// Reads the lines of a head; `lines` are without their ends, and the first is the request's.
  init(_ bytes: [UInt8], lines: [Range<Int>]) throws(HTTPRefusal) {
    guard let first = lines.first else { throw HTTPRefusal(.badRequest, "there is no request line") }
    let request = try Self.requestLine(bytes[first])
    var fields: [Field] = []
    fields.reserveCapacity(lines.count)
    for line in lines.dropFirst() { fields.append(try Self.field(bytes, line)) }
    let partial = HTTPHead(
      bytes: bytes, fields: fields, method: request.method, path: [], isOld: request.isOld, body: .none,
      expectsContinue: false, closes: false)
    guard let host = try partial.only("host"), !host.isEmpty else {
      throw HTTPRefusal(.badRequest, "there is no `Host`")
    }
    let target = try HTTPTarget(request.target, host: host, isOptions: request.method == .options)
    self.init(
      bytes: bytes, fields: fields, method: request.method, path: target.path, isOld: request.isOld,
      body: try partial.measuredBody(), expectsContinue: try partial.wantsContinue(),
      closes: request.isOld || partial.lists("close", in: "connection"))
  }

  private static func requestLine(
    _ line: ArraySlice<UInt8>
  ) throws(HTTPRefusal) -> (method: Method, target: ArraySlice<UInt8>, isOld: Bool) {
    let parts = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
      throw HTTPRefusal(.badRequest, "the request line is not a method, a target and a version with one blank between")
    }
    guard parts[0].count <= 32, parts[0].allSatisfy(\.isTokenCharacter) else {
      throw HTTPRefusal(.badRequest, "the method is none")
    }
    guard parts[1].allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw HTTPRefusal(.badRequest, "the target has bytes that have to be escaped")
    }
    let version = Array(parts[2])
    let isOld = version == Array("HTTP/1.0".utf8)
    guard isOld || version == Array("HTTP/1.1".utf8) else {
      guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == 0x2E,
        0x30...0x39 ~= version[5], 0x30...0x39 ~= version[7]
      else { throw HTTPRefusal(.badRequest, "the version is none") }
      throw HTTPRefusal(.versionNotSupported, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    return (Method(parts[0]), parts[1], isOld)
  }

  private static func field(_ bytes: [UInt8], _ line: Range<Int>) throws(HTTPRefusal) -> Field {
    guard let first = line.first, bytes[first] != 0x20, bytes[first] != 0x09 else {
      throw HTTPRefusal(.badRequest, "a field goes on in a second line")
    }
    guard let colon = bytes[line].firstIndex(of: 0x3A) else {
      throw HTTPRefusal(.badRequest, "a line of the head is no field")
    }
    let name = line.lowerBound..<colon
    guard !name.isEmpty, bytes[name].allSatisfy(\.isTokenCharacter) else {
      throw HTTPRefusal(.badRequest, "a field's name has a blank or another byte that no name has")
    }
    let value = bytes[colon + 1..<line.upperBound]
    guard value.allSatisfy(\.isValueCharacter) else {
      throw HTTPRefusal(.badRequest, "a field's value has a control byte")
    }
    let trimmed = value.trimmed
    return Field(name: name, value: trimmed.startIndex..<trimmed.endIndex)
  }

  // MARK: The body's length

  private func measuredBody() throws(HTTPRefusal) -> Body {
    let length = try only("content-length")
    let coding = try only("transfer-encoding")
    if let coding {
      guard length == nil else {
        throw HTTPRefusal(.badRequest, "the body has a length in two ways: `Content-Length` and `Transfer-Encoding`")
      }
      guard !isOld else { throw HTTPRefusal(.badRequest, "HTTP/1.0 knows no `Transfer-Encoding`") }
      guard coding.isEqualIgnoringCase(to: "chunked") else {
        throw HTTPRefusal(.notImplemented, "no `Transfer-Encoding` but `chunked` is known here")
      }
    }
    var body = Body.none
    if coding != nil { body = .chunks }
    if let length {
      guard let number = Self.length(length.span) else {
        throw HTTPRefusal(.badRequest, "the `Content-Length` is no number")
      }
      body = .length(number)
    }
    guard method == .post else {
      guard body == .none || body == .length(0) else {
        throw HTTPRefusal(.badRequest, "only a POST has a body here")
      }
      return .none
    }
    guard body != .none else {
      throw HTTPRefusal(.lengthRequired, "a POST has a `Content-Length` or comes in chunks")
    }
    return body
  }

  private func wantsContinue() throws(HTTPRefusal) -> Bool {
    guard let value = try only("expect") else { return false }
    guard value.isEqualIgnoringCase(to: "100-continue") else {
      throw HTTPRefusal(.expectationFailed, "nothing can be expected here but `100-continue`")
    }
    return !isOld
  }
}

extension HTTPHead.Method {
  fileprivate init(_ text: ArraySlice<UInt8>) {
    let text = Array(text)
    let known: [(String, HTTPHead.Method)] = [
      ("POST", .post), ("GET", .get), ("DELETE", .delete), ("OPTIONS", .options), ("HEAD", .head),
    ]
    self = known.first { $0.0.utf8.elementsEqual(text) }?.1 ?? .other
  }
}
