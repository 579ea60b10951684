/// An address of the Internet protocol, of 4 or 16 bytes.
package struct NetworkAddress: Hashable, Sendable {
  package let bytes: [UInt8]

  /// Nil for another number of bytes; an IPv4 address inside an IPv6 one is that IPv4 address.
  package init?(_ bytes: [UInt8]) {
    switch bytes.count {
    case 4: self.bytes = bytes
    case 16: self.bytes = Self.embedded(in: bytes) ?? bytes
    default: return nil
    }
  }

  /// ::ffff:a.b.c.d, and 64:ff9b::a.b.c.d, by which translators reach the same.
  private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
    let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    let isTranslated = bytes.prefix(4).elementsEqual([0, 0x64, 0xFF, 0x9B]) && bytes[4..<12].allSatisfy { $0 == 0 }
    return isMapped || isTranslated ? Array(bytes[12...]) : nil
  }

  package var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// Whether it is anywhere but on the public Internet: this machine, its networks, what clouds tell their machines.
  package var isPrivate: Bool {
    guard bytes.count == 4 else {
      // Only 2000::/3 is given to anybody; of it, not what documents, tunnels and tests use.
      let isGlobal = bytes[0] & 0xE0 == 0x20
      let isTeredo = bytes.prefix(4).elementsEqual([0x20, 0x01, 0, 0])
      let isDocumentation = bytes.prefix(4).elementsEqual([0x20, 0x01, 0x0D, 0xB8])
      let isOverFour = bytes.prefix(2).elementsEqual([0x20, 0x02])
      return !isGlobal || isTeredo || isDocumentation || isOverFour
    }
    switch (bytes[0], bytes[1], bytes[2]) {
    case (0, _, _), (10, _, _), (127, _, _), (224...255, _, _): return true
    case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _): return true
    case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113): return true
    default: return false
    }
  }
}

/// Which addresses a remote server may have.
package struct AddressRule: Hashable, Sendable {
  private enum Kind: Hashable {
    /// Only what everybody can reach.
    case publicOnly
    /// This machine: its name was given.
    case loopback
    /// An address that was given itself.
    case exactly(NetworkAddress)
    case any
  }

  private let kind: Kind

  /// The rule for a host as a URL names it.
  ///
  /// A name is to be found on the public Internet, `localhost` here, and an address is what it is. `allowsPrivate` lets a name be anywhere.
  package init(host: String, allowsPrivate: Bool = false) {
    let name = host.lowercased().hasSuffix(".") ? String(host.lowercased().dropLast()) : host.lowercased()
    if allowsPrivate {
      kind = .any
    } else if let address = HostName.address(name) {
      kind = .exactly(address)
    } else if name == "localhost" || name.hasSuffix(".localhost") {
      kind = .loopback
    } else {
      kind = .publicOnly
    }
  }

  /// Whether no other machine is meant.
  package var isOfThisMachine: Bool {
    switch kind {
    case .loopback: true
    case .exactly(let address): address.isLoopback
    case .publicOnly, .any: false
    }
  }

  package func admits(_ address: NetworkAddress) -> Bool {
    switch kind {
    case .publicOnly: !address.isPrivate
    case .loopback: address.isLoopback
    case .exactly(let given): address == given
    case .any: true
    }
  }
}
