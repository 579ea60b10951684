import JSONText

/// The address of a resource as servers read it that tidy addresses up before they use them.
///
/// Many do, among them those of Python's SDK: `file:///srv/../etc/shadow` is `file:///etc/shadow` to them, and so is
/// `FILE:///etc/%73hadow`. A rule is matched byte by byte; what another reading of the address leads to must not be
/// somewhere that the rule does not speak of.
enum ResourceAddress {
  /// The address without what has another spelling: dots and, in files, empty segments of its path, escapes, backslashes,
  /// blanks around it, tabs and line ends, a port that is the scheme's own, a fragment and, of a file, a query.
  ///
  /// Capitals stay.
  static func tidied(_ address: ExactText) -> ExactText {
    let bytes = Array(address.utf8)
    let parts = Parts(bytes)
    let tidied = joined(parts, authority: parts.authority.map { parts.user + $0 })
    return tidied == bytes ? address : ExactText(String(decoding: tidied, as: UTF8.self))
  }

  /// What the tidied address is to those who look for its host alone.
  ///
  /// A name and a password before the host, and a dot behind it, lead to the same place as without. Browsers and Node
  /// take any number of slashes before the host of `http`, and end it at a backslash, which Python does not.
  static func hosts(_ address: ExactText) -> [ExactText] {
    let bytes = Array(address.utf8)
    return [true, false].compactMap { endsAtBackslash in
      let parts = Parts(bytes, isLenient: true, endsAtBackslash: endsAtBackslash)
      guard var host = parts.authority else { return nil }
      let port = host.lastIndex { !(0x30...0x39 ~= $0) }.flatMap { host[$0] == 0x3A ? $0 : nil } ?? host.count
      if port > 0, host[port - 1] == 0x2E { host.remove(at: port - 1) }
      return ExactText(String(decoding: joined(parts, authority: host), as: UTF8.self))
    }
  }

  private static func joined(_ parts: Parts, authority: [UInt8]?) -> [UInt8] {
    var out = parts.scheme
    if !out.isEmpty { out.append(0x3A) }
    if let authority { out += [0x2F, 0x2F] + authority }
    out += path(parts.path, isFile: parts.isFile)
    out += parts.query
    return out
  }

  /// With small letters up to the path, where most do not tell them apart.
  static func lowered(_ address: ExactText) -> ExactText {
    let bytes = Array(address.utf8)
    let lowered = lowered(bytes)
    return lowered == bytes ? address : ExactText(String(decoding: lowered, as: UTF8.self))
  }

  static func lowered(_ address: [UInt8]) -> [UInt8] {
    let scheme = Parts.schemeLength(address[...])
    guard scheme > 0 else { return address }
    var end = scheme
    if address[scheme...].starts(with: [0x3A, 0x2F, 0x2F]) {
      let start = scheme + 3
      end = address[start...].firstIndex { Parts.ends.contains($0) } ?? address.count
    }
    return address[..<end].map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 } + address[end...]
  }

  // MARK: Parts

  private struct Parts {
    var scheme: [UInt8] = []
    /// What stands before the host, up to the `@`.
    var user: [UInt8] = []
    /// The host and, where it is no matter of course, its port.
    var authority: [UInt8]?
    var path: [UInt8] = []
    var query: [UInt8] = []
    var isFile = false

    /// `/`, `\`, `?` and `#`.
    static let ends: Set<UInt8> = [0x2F, 0x5C, 0x3F, 0x23]

    private static let schemesOfTheWeb = ["http", "https", "ws", "wss", "ftp"].map { Array($0.utf8) }

    init(_ address: [UInt8], isLenient: Bool = false, endsAtBackslash: Bool = true) {
      var rest = address.filter { ![0x09, 0x0A, 0x0D].contains($0) }[...]
      while let first = rest.first, first <= 0x20 { rest.removeFirst() }
      while let last = rest.last, last <= 0x20 { rest.removeLast() }
      let length = Self.schemeLength(rest)
      if length > 0 {
        scheme = Array(rest.prefix(length))
        rest = rest.dropFirst(length + 1)
      }
      isFile = scheme.map { $0 | 0x20 } == Array("file".utf8)
      if let fragment = rest.firstIndex(of: 0x23) { rest = rest[..<fragment] }
      if let start = rest.firstIndex(of: 0x3F) {
        if !isFile { query = Array(rest[start...]) }
        rest = rest[..<start]
      }
      let slashes = rest.prefix { $0 == 0x2F || $0 == 0x5C }.count
      let isAnyNumber = isLenient && Self.schemesOfTheWeb.contains(scheme.map { $0 | 0x20 })
      if isAnyNumber || slashes >= 2, !scheme.isEmpty {
        rest = rest.dropFirst(isAnyNumber ? slashes : 2)
        let end = rest.firstIndex { Self.ends.contains($0) && (endsAtBackslash || $0 != 0x5C) } ?? rest.endIndex
        let host = rest[..<end].lastIndex(of: 0x40).map { $0 + 1 } ?? rest.startIndex
        user = ResourceAddress.unescaped(Array(rest[..<host]))
        authority = withoutPort(ResourceAddress.unescaped(Array(rest[host..<end])))
        rest = rest[end...]
      }
      if isFile, authority == nil || authority?.map({ $0 | 0x20 }) == Array("localhost".utf8) { authority = [] }
      path = Array(rest)
    }

    /// A port that its scheme has anyway is no part of what others make of it.
    private func withoutPort(_ authority: [UInt8]) -> [UInt8] {
      let port =
        switch String(decoding: scheme, as: UTF8.self).lowercased() {
        case "http", "ws": ":80"
        case "https", "wss": ":443"
        case "ftp": ":21"
        default: ""
        }
      guard authority.suffix(port.utf8.count).elementsEqual(port.utf8) else { return authority }
      return Array(authority.dropLast(port.utf8.count))
    }

    /// Of the letters, digits and signs before the first colon; 0 where there is no scheme.
    static func schemeLength(_ address: ArraySlice<UInt8>) -> Int {
      guard let colon = address.firstIndex(of: 0x3A), let first = address.first, isLetter(first) else { return 0 }
      let scheme = address[..<colon]
      let isScheme = scheme.allSatisfy { isLetter($0) || 0x30...0x39 ~= $0 || [0x2B, 0x2D, 0x2E].contains($0) }
      return isScheme ? scheme.count : 0
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }
  }

  // MARK: Paths

  private static func path(_ path: [UInt8], isFile: Bool) -> [UInt8] {
    let path = unescaped(path).map { $0 == 0x5C ? 0x2F : $0 }
    let segments = path.split(separator: 0x2F, omittingEmptySubsequences: false)
    var kept: [ArraySlice<UInt8>] = []
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      switch Array(segment) {
      case [0x2E]: if isLast { kept.append([]) }
      case [0x2E, 0x2E]:
        // The first is empty where the path begins with a slash, and stays.
        if kept.count > (segments[0].isEmpty ? 1 : 0) { kept.removeLast() }
        if isLast { kept.append([]) }
      case []: if !isFile || index == 0 || isLast { kept.append([]) }
      default: kept.append(segment)
      }
    }
    return Array(kept.joined(separator: [0x2F]))
  }

  /// Escapes resolved, also those that are escaped once more.
  private static func unescaped(_ path: [UInt8]) -> [UInt8] {
    var path = path
    for _ in 0..<3 {
      guard path.contains(0x25) else { break }
      var out: [UInt8] = []
      var index = 0
      while index < path.count {
        if path[index] == 0x25, index + 2 < path.count, let high = digit(path[index + 1]),
          let low = digit(path[index + 2]), high + low > 0
        {
          out.append(high << 4 | low)
          index += 3
        } else {
          out.append(path[index])
          index += 1
        }
      }
      if out == path { break }
      path = out
    }
    return path
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x57
    default: nil
    }
  }
}

extension NamePattern {
  /// The pattern of addresses whose scheme and host are in small letters.
  var loweredAddress: NamePattern {
    switch self {
    case .exact(let address): .exact(ResourceAddress.lowered(address))
    case .glob(let glob):
      .glob(Glob(prefix: ResourceAddress.lowered(glob.prefix), middles: glob.middles, suffix: glob.suffix))
    }
  }
}
