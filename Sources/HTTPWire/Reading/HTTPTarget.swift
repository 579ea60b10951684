/// What a request is for.
struct HTTPTarget {
  let path: [[UInt8]]

  /// Reads a path, or a whole URL of the host that the request names itself.
  ///
  /// A path that could be read as another one is refused: with `.` or `..`, with an escaped slash, with an empty part. One
  /// slash at its end says nothing.
  init(_ target: ArraySlice<UInt8>, host: ArraySlice<UInt8>, isOptions: Bool) throws(HTTPRefusal) {
    var rest = target
    if rest.first != 0x2F {
      if isOptions, rest.elementsEqual([0x2A]) {
        path = []
        return
      }
      let scheme = "http://".utf8
      guard rest.prefix(scheme.count).lowered.elementsEqual(scheme) else {
        throw HTTPRefusal(.badRequest, "the target is neither a path nor a URL of this server")
      }
      rest = rest.dropFirst(scheme.count)
      let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
      guard authority.lowered == host.lowered else {
        throw HTTPRefusal(.badRequest, "the target names another host than `Host`")
      }
      rest = rest.dropFirst(authority.count)
      if rest.first != 0x2F { rest = ArraySlice([0x2F] + rest) }
    }
    guard !rest.contains(0x23) else { throw HTTPRefusal(.badRequest, "the target has a fragment") }
    rest = rest.prefix { $0 != 0x3F }.dropFirst()
    if rest.count > 1, rest.last == 0x2F { rest = rest.dropLast() }
    guard !rest.isEmpty else {
      path = []
      return
    }
    var parts: [[UInt8]] = []
    for part in rest.split(separator: 0x2F, omittingEmptySubsequences: false) { parts.append(try Self.decoded(part)) }
    path = parts
  }

  private static func decoded(_ part: ArraySlice<UInt8>) throws(HTTPRefusal) -> [UInt8] {
    var text: [UInt8] = []
    var place = part.startIndex
    while place < part.endIndex {
      guard part[place] == 0x25 else {
        text.append(part[place])
        place += 1
        continue
      }
      guard place + 2 < part.endIndex, let high = part[place + 1].hexadecimal, let low = part[place + 2].hexadecimal
      else { throw HTTPRefusal(.badRequest, "an escape in the path is none") }
      let byte = UInt8(high << 4 | low)
      guard byte >= 0x20, byte != 0x7F, byte != 0x2F, byte != 0x5C else {
        throw HTTPRefusal(.badRequest, "the path has an escape that would be read in two ways")
      }
      text.append(byte)
      place += 3
    }
    guard !text.isEmpty, text != [0x2E], text != [0x2E, 0x2E], String(validating: text, as: UTF8.self) != nil else {
      throw HTTPRefusal(.badRequest, "the path has a part that would be read in two ways")
    }
    return text
  }
}
