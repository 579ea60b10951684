import JSONText

/// The hosts of a policy: names, addresses, and names with everything below them (`*.example.com`).
struct HostList: Sendable {
  private var exact: Set<HostName> = []
  /// Names whose sub-domains are meant, at any depth, and not they themselves.
  private var parents: Set<ExactText> = []

  /// Adds a host as a policy writes it.
  ///
  /// Throws: `ConditionMistake` for what is no host.
  mutating func add(_ text: ExactText) throws(ConditionMistake) {
    let bytes = Array(text.utf8)[...]
    if bytes.starts(with: [0x2A, 0x2E]), case .name(let parent) = HostName(bytes.dropFirst(2)) {
      parents.insert(parent)
    } else if let host = Self.address(bytes) ?? HostName(bytes) {
      exact.insert(host)
    } else {
      throw ConditionMistake("`\(text)` is not a host", help: Self.help(text))
    }
  }

  /// An IPv6 address with or without brackets.
  private static func address(_ bytes: ArraySlice<UInt8>) -> HostName? {
    bytes.first == 0x5B && bytes.last == 0x5D ? HostName(ipv6: bytes.dropFirst().dropLast()) : HostName(ipv6: bytes)
  }

  private static func help(_ text: ExactText) -> String {
    let bytes = Array(text.utf8)
    if bytes.isEmpty { return "write a name as `example.com`" }
    if case .host = URLHost(of: text) { return "write the host alone, as `example.com`, without what is around it" }
    if bytes.contains(where: { $0 >= 0x80 }) { return "write it in ASCII, as `xn--…`" }
    if bytes.contains(0x2A) {
      return "a star stands for whole names before a dot: `*.example.com` for everything below `example.com`"
    }
    if bytes.contains(0x25), bytes.contains(0x3A) { return "leave the zone out" }
    if let colon = bytes.firstIndex(of: 0x3A), HostName(bytes[..<colon]) != nil {
      return "leave the port out: `\(String(decoding: bytes[..<colon], as: UTF8.self))`"
    }
    if let slash = bytes.firstIndex(of: 0x2F), HostName(bytes[..<slash]) != nil {
      return "leave the path out: `\(String(decoding: bytes[..<slash], as: UTF8.self))`"
    }
    if bytes.allSatisfy({ 0x30...0x39 ~= $0 || $0 == 0x2E || 0x61...0x66 ~= $0 | 0x20 || $0 | 0x20 == 0x78 }) {
      return "write an address as four numbers from 0 to 255: `192.0.2.1`"
    }
    return "write a name, `*.` and a name, or an address: `example.com`, `*.example.com`, `192.0.2.1`, `2001:db8::1`"
  }

  func contains(_ host: HostName) -> Bool {
    if exact.contains(host) { return true }
    guard !parents.isEmpty, case .name(let name) = host else { return false }
    let bytes = name.string.utf8
    var rest = bytes[...]
    while let dot = rest.firstIndex(of: 0x2E) {
      rest = rest[bytes.index(after: dot)...]
      if parents.contains(ExactText(String(Substring(rest)))) { return true }
    }
    return false
  }

  func verdict(on text: ExactText) -> ConditionTest.Verdict {
    switch URLHost(of: text) {
    case .host(let host): contains(host) ? .holds : .fails
    case .none: .fails
    case .doubtful(let doubt): .wrongType(.url(doubt))
    }
  }
}
