internal import MCPWire

/// What a line is that a session wrote for its client, told by how sessions begin their lines.
enum ClientLine: Hashable {
  /// An answer to the request with this id.
  case answer(Range<Int>)
  /// An error that belongs to no request.
  case error
  /// A request or a notification of the server's.
  case call

  private static let version: StaticString = #"{"jsonrpc":"2.0","#
  private static let id: StaticString = #""id":"#
  private static let method: StaticString = #","method":"#
  private static let failure: StaticString = #""error":"#

  init(_ line: Span<UInt8>) {
    let start = Self.version.utf8CodeUnitCount
    let first = start + Self.id.utf8CodeUnitCount
    guard line.count > first, line.isEqual(start..<first, to: Self.id) else {
      let end = start + Self.failure.utf8CodeUnitCount
      self = line.count > end && line.isEqual(start..<end, to: Self.failure) ? .error : .call
      return
    }
    let end = Self.endOfID(line, from: first)
    let next = end + Self.method.utf8CodeUnitCount
    self = line.count > next && line.isEqual(end..<next, to: Self.method) ? .call : .answer(first..<end)
  }

  /// Whether an answer is an error.
  static func isError(_ line: Span<UInt8>) -> Bool {
    guard case .answer(let id) = ClientLine(line) else { return false }
    let end = id.upperBound + 1 + failure.utf8CodeUnitCount
    return line.count > end && line.isEqual(id.upperBound + 1..<end, to: failure)
  }

  private static func endOfID(_ line: Span<UInt8>, from first: Int) -> Int {
    var place = first
    guard line[first] == 0x22 else {
      while place < line.count, line[place] != 0x2C { place += 1 }
      return place
    }
    place += 1
    while place < line.count, line[place] != 0x22 { place += line[place] == 0x5C ? 2 : 1 }
    return min(place + 1, line.count)
  }
}

extension Span<UInt8> {
  /// A copy of all of it.
  var copied: [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    unsafe withUnsafeBufferPointer { unsafe copy.append(contentsOf: $0) }
    return copy
  }

  /// Where the next line feed is, or the end.
  func firstNewline(from start: Int) -> Int {
    var place = start
    while place < count, self[place] != 0x0A { place += 1 }
    return place
  }
}

extension [UInt8] {
  var withoutNewline: [UInt8] { last == 0x0A ? Array(dropLast()) : self }
}
