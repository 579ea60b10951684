import JSONText

/// The host of a URL, where every program finds the same one.
enum URLHost: Hashable, Sendable {
  case host(HostName)
  /// No URL, or one without a host.
  case none
  case doubtful(Doubt)

  /// Why programs may find different hosts.
  enum Doubt: Hashable, Sendable {
    /// A blank, a line's end or a control character, which some take out and others do not.
    case blank
    /// It looks like a URL and does not begin as one.
    case beginning
    case backslash
    /// `@` where it may or may not end the user-info.
    case userInfo
    case port
    /// A host with other characters, or a number in a form that some take for an address.
    case host
  }

  /// Schemes whose URLs browsers mend.
  private static let special = ["http", "https", "ws", "wss", "ftp", "file"].map { Array($0.utf8) }

  init(of text: ExactText) {
    let bytes = Array(text.utf8)
    if bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
      let rest = bytes.filter { $0 > 0x20 && $0 != 0x7F }
      self = Self.read(rest) == .none && !Self.holdsSeparator(rest[...]) ? .none : .doubtful(.blank)
    } else {
      self = Self.read(bytes)
    }
  }

  private static func read(_ bytes: [UInt8]) -> URLHost {
    guard let colon = endOfScheme(bytes) else {
      // `//host` is a URL beside another, and so is `\\host` for some.
      let isRelative = bytes.count >= 2 && bytes.prefix(2).allSatisfy { $0 == 0x2F || $0 == 0x5C }
      return isRelative || holdsSeparator(bytes[...]) ? .doubtful(.beginning) : .none
    }
    let scheme = bytes[..<colon].map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    let rest = bytes[(colon + 1)...]
    guard rest.starts(with: [0x2F, 0x2F]) else {
      if rest.first == 0x5C || rest.dropFirst().first == 0x5C && rest.first == 0x2F { return .doubtful(.backslash) }
      // `https:host` has a host for browsers, and `host:443` for people.
      let hasHostForSome = special.contains(scheme) || rest.first.map { $0 == 0x2F || 0x30...0x39 ~= $0 } ?? false
      return hasHostForSome || holdsSeparator(rest) ? .doubtful(.beginning) : .none
    }
    return authority(rest.dropFirst(2), scheme)
  }

  /// Where the colon behind a scheme stands.
  private static func endOfScheme(_ bytes: [UInt8]) -> Int? {
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A: continue
      case 0x30...0x39, 0x2B, 0x2D, 0x2E: if index == 0 { return nil }
      case 0x3A: return index == 0 ? nil : index
      default: return nil
      }
    }
    return nil
  }

  /// Whether `://` stands somewhere.
  private static func holdsSeparator(_ bytes: ArraySlice<UInt8>) -> Bool {
    var index = bytes.startIndex
    while index + 2 < bytes.endIndex {
      if bytes[index] == 0x3A, bytes[index + 1] == 0x2F, bytes[index + 2] == 0x2F { return true }
      index += 1
    }
    return false
  }

  private static func authority(_ rest: ArraySlice<UInt8>, _ scheme: [UInt8]) -> URLHost {
    let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
    if authority.contains(0x5C) { return .doubtful(.backslash) }
    let behind = rest[authority.endIndex...]
    // Some programs look for the `@` first.
    if behind.first == 0x3F || behind.first == 0x23, behind.contains(0x40) { return .doubtful(.userInfo) }
    let isFile = scheme.elementsEqual("file".utf8)
    if authority.isEmpty {
      // Browsers find the host of `https:///host` behind the third slash.
      return special.contains(scheme) && !isFile ? .doubtful(.beginning) : .none
    }
    if isFile { return .doubtful(.host) }
    var host = authority
    if let at = authority.firstIndex(of: 0x40) {
      host = authority[(at + 1)...]
      guard !host.contains(0x40), isUserInfo(authority[..<at]) else { return .doubtful(.userInfo) }
    }
    return self.host(host)
  }

  private static func host(_ host: ArraySlice<UInt8>) -> URLHost {
    if host.first == 0x5B {
      guard let end = host.firstIndex(of: 0x5D), let name = HostName(ipv6: host[(host.startIndex + 1)..<end]) else {
        return .doubtful(.host)
      }
      return isPort(host[(end + 1)...]) ? .host(name) : .doubtful(.port)
    }
    let end = host.firstIndex(of: 0x3A) ?? host.endIndex
    guard let name = HostName(host[..<end]) else { return .doubtful(.host) }
    return isPort(host[end...]) ? .host(name) : .doubtful(.port)
  }

  /// Whether this is nothing, or a colon and at most 65535.
  private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    guard first == 0x3A else { return false }
    var port = 0
    for byte in bytes.dropFirst() {
      guard 0x30...0x39 ~= byte else { return false }
      port = port * 10 + Int(byte - 0x30)
      guard port <= 65_535 else { return false }
    }
    return true
  }

  /// RFC 3986: unreserved and sub-delimiters, colons, escapes.
  private static func isUserInfo(_ bytes: ArraySlice<UInt8>) -> Bool {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E, 0x21, 0x24, 0x26...0x2C, 0x3A, 0x3B, 0x3D:
        index += 1
      case 0x25:
        guard index + 2 < bytes.endIndex, HostName.hex(bytes[index + 1]) != nil, HostName.hex(bytes[index + 2]) != nil
        else { return false }
        index += 3
      default: return false
      }
    }
    return true
  }
}
