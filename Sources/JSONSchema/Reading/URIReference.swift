/// A URI or a relative reference in its parts, as far as references between schemas need them (RFC 3986).
struct URIReference {
  private var scheme: String?
  private var authority: String?
  private var path: String
  private var query: String?
  /// As it is written, without its `#`; nil if there is none.
  private(set) var fragment: String?

  init(_ text: String) {
    var rest = Substring(text)
    if let hash = rest.utf8.firstIndex(of: 0x23) {
      fragment = String(rest[rest.utf8.index(after: hash)...])
      rest = rest[..<hash]
    }
    if let mark = rest.utf8.firstIndex(of: 0x3F) {
      query = String(rest[rest.utf8.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let colon = rest.utf8.firstIndex(of: 0x3A), Self.isScheme(rest[..<colon]) {
      scheme = rest[..<colon].lowercased()
      rest = rest[rest.utf8.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.utf8.firstIndex(of: 0x2F) ?? rest.endIndex
      authority = String(rest[..<end])
      rest = rest[end...]
    }
    path = String(rest)
  }

  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, 0x41...0x5A ~= first || 0x61...0x7A ~= first else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2D, 0x2E: true
      default: false
      }
    }
  }

  /// Everything without the fragment, as one text that names a schema.
  var resource: String {
    var text = ""
    if let scheme { text += scheme + ":" }
    if let authority { text += "//" + authority }
    text += path
    if let query { text += "?" + query }
    return text
  }

  /// Whether it names something else than the document it stands in.
  var namesResource: Bool { scheme != nil || authority != nil || !path.isEmpty || query != nil }

  /// The fragment with its percent escapes undone; nil if they make no text.
  var decodedFragment: String? {
    guard let fragment else { return "" }
    var bytes: [UInt8] = []
    let source = Array(fragment.utf8)
    var index = 0
    while index < source.count {
      if source[index] == 0x25 {
        guard index + 2 < source.count, let high = Self.digit(source[index + 1]),
          let low = Self.digit(source[index + 2])
        else { return nil }
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(source[index])
        index += 1
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// What a reference means where `self` is the base (RFC 3986, 5.2).
  func resolve(_ reference: URIReference) -> URIReference {
    var target = reference
    if reference.scheme != nil {
      target.path = Self.withoutDots(reference.path)
      return target
    }
    target.scheme = scheme
    if reference.authority != nil {
      target.path = Self.withoutDots(reference.path)
      return target
    }
    target.authority = authority
    if reference.path.isEmpty {
      target.path = path
      if reference.query == nil { target.query = query }
    } else if reference.path.hasPrefix("/") {
      target.path = Self.withoutDots(reference.path)
    } else {
      target.path = Self.withoutDots(merge(reference.path))
    }
    return target
  }

  private func merge(_ relative: String) -> String {
    if authority != nil && path.isEmpty { return "/" + relative }
    guard let slash = path.utf8.lastIndex(of: 0x2F) else { return relative }
    return path[...slash] + relative
  }

  /// Resolves `.` and `..` (RFC 3986, 5.2.4).
  private static func withoutDots(_ path: String) -> String {
    let segments = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map { String(Substring($0)) }
    var kept: [String] = []
    let isAbsolute = path.hasPrefix("/")
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      switch segment {
      case ".":
        if isLast { kept.append("") }
      case "..":
        if kept.count > (isAbsolute ? 1 : 0) { kept.removeLast() }
        if isLast { kept.append("") }
      default: kept.append(segment)
      }
    }
    return kept.joined(separator: "/")
  }
}
