internal import JSONText

/// The two messages that nearly all traffic consists of, as nearly everybody writes them: a `tools/call`, and its result.
///
/// There are no blanks around their members and no escapes in their names, and no members beside those that are usual. What
/// is here accepted the strict reader reads in the same way; whatever is different in anything is left to it.
extension MessageReader {
  /// Reads a plain message; false, with nothing said about it, where it is none.
  @inline(__always)
  package mutating func readPlain(_ line: Span<UInt8>, from sender: Side, into message: inout WireMessage) -> Bool {
    guard line.count > 2, line[0] == 0x7B else { return false }
    switch sender {
    case .client: return readPlainCall(line, &message)
    case .server: return readPlainResult(line, &message)
    }
  }

  private mutating func readPlainCall(_ line: Span<UInt8>, _ message: inout WireMessage) -> Bool {
    begin(foldsArguments: !tellsKeysApart)
    var place = 1
    var seen = PlainMembers()
    repeat {
      guard place + 2 < line.count else { return false }
      switch line[place + 1] {
      case 0x6A:
        guard seen.add(.version), line.skip(Self.version, &place) else { return false }
      case 0x69:
        guard seen.add(.id), line.skip(Self.id, &place), let id = line.plainID(&place) else { return false }
        message.id = id
      case 0x6D:
        guard seen.add(.method), line.skip(Self.method, &place) else { return false }
        message.methodText = place - Self.methodLength..<place
      case 0x70:
        guard seen.add(.body), line.skip(Self.params, &place) else { return false }
        let start = place - 1
        guard readPlainParams(line, &place, &message) else { return false }
        message.params = start..<place
      default: return false
      }
    } while line.goesOn(&place)
    guard line.ends(place), seen.areComplete else { return false }
    message.kind = .request
    message.method = .toolsCall
    message.isCompact = isCompact
    return true
  }

  /// From behind the bracket that opens them to behind the one that closes them.
  private mutating func readPlainParams(
    _ line: Span<UInt8>, _ place: inout Int, _ message: inout WireMessage
  ) -> Bool {
    repeat {
      guard place + 2 < line.count else { return false }
      switch line[place + 1] {
      case 0x6E:
        guard message.name == nil, line.skip(Self.name, &place) else { return false }
        let end = line.endOfPlainText(from: place)
        guard 1...WireLimits.name ~= end - place, end < line.count, line[end] == 0x22 else { return false }
        message.name = WireText(plain: place..<end)
        place = end + 1
      case 0x61:
        guard message.arguments == nil, line.skip(Self.arguments, &place) else { return false }
        scanner.foldsKeys = scanner.notedDepth >= 0
        guard let arguments = skip(line, from: place - 1) else { return false }
        scanner.foldsKeys = false
        message.arguments = arguments
        place = arguments.upperBound
      case 0x5F:
        guard message.progressToken == nil, line.skip(Self.progressToken, &place), let token = line.plainID(&place),
          place < line.count, line[place] == 0x7D
        else { return false }
        message.progressToken = token
        place += 1
        message.meta = token.lowerBound - Self.lengthBeforeToken..<place
      default: return false
      }
    } while line.goesOn(&place)
    place += 1
    return message.name != nil && place <= line.count && line[place - 1] == 0x7D
  }

  private mutating func readPlainResult(_ line: Span<UInt8>, _ message: inout WireMessage) -> Bool {
    begin(foldsArguments: false)
    var place = 1
    var seen = PlainMembers(.method)
    repeat {
      guard place + 2 < line.count else { return false }
      switch line[place + 1] {
      case 0x6A:
        guard seen.add(.version), line.skip(Self.version, &place) else { return false }
      case 0x69:
        guard seen.add(.id), line.skip(Self.id, &place), let id = line.plainID(&place) else { return false }
        message.id = id
      case 0x72:
        guard seen.add(.body), line.skip(Self.result, &place) else { return false }
        let start = place - 1
        guard readPlainPayload(line, &place, &message) else { return false }
        message.payload = start..<place
      default: return false
      }
    } while line.goesOn(&place)
    guard line.ends(place), seen.areComplete else { return false }
    message.kind = .result
    message.isCompact = isCompact
    return true
  }

  private mutating func readPlainPayload(
    _ line: Span<UInt8>, _ place: inout Int, _ message: inout WireMessage
  ) -> Bool {
    var seen = PlainMembers()
    repeat {
      guard place + 2 < line.count else { return false }
      switch line[place + 1] {
      case 0x63:
        guard seen.add(.content), line.skip(Self.content, &place), let value = skip(line, from: place) else {
          return false
        }
        place = value.upperBound
      case 0x73:
        guard seen.add(.structure), line.skip(Self.structure, &place), let value = skip(line, from: place) else {
          return false
        }
        place = value.upperBound
      case 0x69:
        guard seen.add(.isError), line.skip(Self.isError, &place) else { return false }
        if line.skip("true", &place) {
          message.isToolError = true
        } else if !line.skip("false", &place) {
          return false
        }
      default: return false
      }
    } while line.goesOn(&place)
    place += 1
    return place <= line.count && line[place - 1] == 0x7D
  }

  private mutating func begin(foldsArguments: Bool) {
    scanner.reset()
    scanner.notedDepth = foldsArguments ? Self.argumentsDepth : -1
  }

  /// Moves past a member's value of `params` or a result, checking all of it; nil where it is refused.
  private mutating func skip(_ line: Span<UInt8>, from start: Int) -> Range<Int>? {
    scanner.position = start
    do throws(JSONError) {
      try scanner.skipValue(line, depth: Self.argumentsDepth)
    } catch {
      return nil
    }
    return start..<scanner.position
  }

  private static let version: StaticString = #""jsonrpc":"2.0""#
  private static let id: StaticString = #""id":"#
  private static let method: StaticString = #""method":"tools/call""#
  private static let methodLength = 12
  private static let params: StaticString = #""params":{"#
  private static let name: StaticString = #""name":""#
  private static let arguments: StaticString = #""arguments":{"#
  private static let progressToken: StaticString = #""_meta":{"progressToken":"#
  /// Of `{"progressToken":`, with which its object begins.
  private static let lengthBeforeToken = 17
  private static let result: StaticString = #""result":{"#
  private static let content: StaticString = #""content":"#
  private static let structure: StaticString = #""structuredContent":"#
  private static let isError: StaticString = #""isError":"#
}

/// Which members of an object were met; each may be there once.
private struct PlainMembers {
  enum Member: UInt8 {
    case version = 1
    case id = 2
    case method = 4
    case body = 8
    case content = 16
    case structure = 32
    case isError = 64
  }

  private var met: UInt8 = 0

  init() {}
  /// As if one was met.
  init(_ member: Member) { met = member.rawValue }

  /// False where it was met before.
  @inline(__always)
  mutating func add(_ member: Member) -> Bool {
    defer { met |= member.rawValue }
    return met & member.rawValue == 0
  }

  /// Whether everything of an envelope is there.
  var areComplete: Bool { met == 15 }
}

extension Span<UInt8> {
  /// Moves past `text`, if just that is next.
  @inline(__always)
  fileprivate func skip(_ text: StaticString, _ place: inout Int) -> Bool {
    let end = place + text.utf8CodeUnitCount
    guard end <= count, isEqual(place..<end, to: text) else { return false }
    place = end
    return true
  }

  /// Moves past a comma, to the key behind it.
  @inline(__always)
  fileprivate func goesOn(_ place: inout Int) -> Bool {
    guard place < count, self[place] == 0x2C else { return false }
    place += 1
    return true
  }

  /// Whether the line's last bracket is here.
  @inline(__always)
  fileprivate func ends(_ place: Int) -> Bool { place == count - 1 && self[place] == 0x7D }

  /// Moves past an id as nearly all are: a number without sign, or a short plain string.
  @inline(__always)
  fileprivate func plainID(_ place: inout Int) -> Range<Int>? {
    let start = place
    guard start < count else { return nil }
    var end = start + 1
    switch self[start] {
    case 0x22:
      let limit = Swift.min(count, start + 100)
      while end < limit, 0x20..<0x7F ~= self[end], self[end] != 0x22, self[end] != 0x5C { end += 1 }
      guard end < limit, self[end] == 0x22 else { return nil }
      end += 1
    case 0x31...0x39:
      let limit = Swift.min(count, start + 20)
      while end < limit, 0x30...0x39 ~= self[end] { end += 1 }
    case 0x30: break
    default: return nil
    }
    guard end < count, self[end] == 0x2C || self[end] == 0x7D else { return nil }
    place = end
    return start..<end
  }
}
