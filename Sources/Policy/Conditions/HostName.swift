import JSONText

/// A host in the one spelling that is compared: a name in lower case without a dot at its end, or an address.
enum HostName: Hashable, Sendable {
  case name(ExactText)
  case ipv4(UInt32)
  /// Eight groups of 16 bits, the first highest; an IPv4 address in IPv6 clothes is `ipv4`.
  case ipv6(UInt128)

  /// Reads a host as it stands in a URL, without brackets.
  ///
  /// Nil for what programs read differently: other characters than letters, digits, `-` and `_`, empty labels, numbers that are no
  /// plain IPv4 address.
  init?(_ bytes: ArraySlice<UInt8>) {
    let bytes = bytes.last == 0x2E ? bytes.dropLast() : bytes
    guard !bytes.isEmpty, bytes.count <= 253 else { return nil }
    var folded: [UInt8] = []
    folded.reserveCapacity(bytes.count)
    var label = 0
    for byte in bytes {
      switch byte {
      case 0x2E:
        guard label > 0 else { return nil }
        label = -1
        folded.append(byte)
      case 0x41...0x5A: folded.append(byte | 0x20)
      case 0x61...0x7A, 0x30...0x39, 0x2D, 0x5F: folded.append(byte)
      default: return nil
      }
      label += 1
      guard label <= 63 else { return nil }
    }
    guard label > 0 else { return nil }
    let last = folded[(folded.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0)...]
    if last.allSatisfy({ 0x30...0x39 ~= $0 }) || last.starts(with: [0x30, 0x78]) {
      // Some programs take any such host for an address, in octal, in hexadecimal or with parts left out.
      guard let address = Self.ipv4(folded[...]) else { return nil }
      self = .ipv4(address)
    } else {
      self = .name(ExactText(String(decoding: folded, as: UTF8.self)))
    }
  }

  /// Reads an IPv6 address without its brackets; nil where it has a zone or is none.
  init?(ipv6 bytes: ArraySlice<UInt8>) {
    guard let address = Self.ipv6(bytes) else { return nil }
    self = address >> 32 == 0xFFFF ? .ipv4(UInt32(truncatingIfNeeded: address)) : .ipv6(address)
  }

  /// Four numbers of at most 255 without zeros before them.
  private static func ipv4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard 1...3 ~= part.count, part.count == 1 || part.first != 0x30 else { return nil }
      var value: UInt32 = 0
      for byte in part {
        guard 0x30...0x39 ~= byte else { return nil }
        value = value * 10 + UInt32(byte - 0x30)
      }
      guard value <= 255 else { return nil }
      address = address << 8 | value
    }
    return address
  }

  private static func ipv6(_ bytes: ArraySlice<UInt8>) -> UInt128? {
    guard bytes.count <= 45 else { return nil }
    var groups: [UInt16] = []
    /// How many groups stand before `::`.
    var gap: Int?
    var index = bytes.startIndex
    if bytes.starts(with: [0x3A, 0x3A]) {
      gap = 0
      index += 2
    }
    while index < bytes.endIndex {
      let part = bytes[index...].prefix { $0 != 0x3A }
      if part.contains(0x2E) {
        guard part.endIndex == bytes.endIndex, let address = ipv4(part) else { return nil }
        groups.append(UInt16(truncatingIfNeeded: address >> 16))
        groups.append(UInt16(truncatingIfNeeded: address))
        index = part.endIndex
        break
      }
      guard 1...4 ~= part.count else { return nil }
      var value: UInt16 = 0
      for byte in part {
        guard let digit = hex(byte) else { return nil }
        value = value << 4 | UInt16(digit)
      }
      groups.append(value)
      index = part.endIndex
      guard index < bytes.endIndex else { break }
      index += 1
      guard index < bytes.endIndex else { return nil }
      if bytes[index] == 0x3A {
        guard gap == nil else { return nil }
        gap = groups.count
        index += 1
      }
    }
    if let gap {
      guard groups.count <= 7 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    return groups.reduce(0) { $0 << 16 | UInt128($1) }
  }

  static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
