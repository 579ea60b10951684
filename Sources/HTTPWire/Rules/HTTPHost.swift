/// A host as `Host` and `Origin` name it, with or without a port.
package struct HTTPHost: Hashable, Sendable {
  /// In lower case; an IPv6 address in its brackets.
  package let name: [UInt8]
  package let port: Int?

  /// Nil for what is neither a name nor an address.
  package init?(_ text: some Collection<UInt8>) {
    let text = Array(text)
    var name = text[...]
    var digits: ArraySlice<UInt8>?
    if text.first == 0x5B {
      guard let end = text.firstIndex(of: 0x5D) else { return nil }
      name = text[...end]
      guard name.count > 4,
        name.dropFirst().dropLast().allSatisfy({ $0.hexadecimal != nil || $0 == 0x3A || $0 == 0x2E })
      else { return nil }
      let rest = text[(end + 1)...]
      if let first = rest.first {
        guard first == 0x3A else { return nil }
        digits = rest.dropFirst()
      }
    } else {
      if let colon = text.firstIndex(of: 0x3A) {
        name = text[..<colon]
        digits = text[(colon + 1)...]
      }
      let isName = { (byte: UInt8) in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
      }
      guard 1...255 ~= name.count, name.allSatisfy(isName) else { return nil }
    }
    if let digits {
      guard 1...5 ~= digits.count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
      let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      guard number <= 65_535 else { return nil }
      port = number
    } else {
      port = nil
    }
    self.name = name.map(\.lowered)
  }

  /// Whether it is this machine, by names that nobody can make another machine's.
  package var isLoopback: Bool {
    ["localhost", "127.0.0.1", "[::1]"].contains { $0.utf8.elementsEqual(name) }
  }
}

/// Which hosts and which web pages a server is there for.
package struct HTTPGuard: Hashable, Sendable {
  /// Hosts beside those of this machine, in lower case.
  package var hosts: Set<[UInt8]> = []
  /// Origins beside those of this machine, in lower case, as `https://example.org`.
  package var origins: Set<[UInt8]> = []

  package init() {}

  /// What is wrong with the host and the origin of a request; nil for nothing.
  ///
  /// A page of somewhere else can have its own name stand for this machine, and is known by that name. `here` is the
  /// address at which the request came, where that may be any of this machine's: nobody can make it another's.
  package func refusal(of head: HTTPHead, here: [UInt8]? = nil) -> HTTPRefusal? {
    let fields = head.all("host")
    guard fields.count == 1, let field = fields.first, let host = HTTPHost(field) else {
      return HTTPRefusal(.badRequest, "the `Host` is none")
    }
    guard host.isLoopback || hosts.contains(host.name) || host.name == here else {
      return HTTPRefusal(.forbidden, "the `Host` is none of this server's; `http.hosts` in config.json can name more")
    }
    let origins = head.all("origin")
    guard !origins.isEmpty else { return nil }
    guard origins.count == 1, let origin = origins.first, isAllowed(origin) else {
      return HTTPRefusal(
        .forbidden, "pages of this `Origin` may not use this server; `http.origins` in config.json can name more")
    }
    return nil
  }

  private func isAllowed(_ origin: ArraySlice<UInt8>) -> Bool {
    let text = origin.lowered
    if origins.contains(text) { return true }
    for scheme in ["http://", "https://"] where text.starts(with: scheme.utf8) {
      return HTTPHost(text.dropFirst(scheme.utf8.count))?.isLoopback ?? false
    }
    return false
  }
}
