internal import CSystem
internal import Glibc

/// Stream sockets of the network.
package enum TCPSocket {
  /// Where to listen: a numeric address and a port, 0 for any that is free.
  package struct Address: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    /// Reads `127.0.0.1:8787`, `[::1]:8787`, or a port alone, which is this machine's own.
    package init?(_ text: String) {
      let parts: (host: Substring, port: Substring)
      if let bracket = text.firstIndex(of: "]"), text.first == "[" {
        let rest = text[text.index(after: bracket)...]
        guard rest.first == ":" else { return nil }
        parts = (text[text.index(after: text.startIndex)..<bracket], rest.dropFirst())
      } else if let colon = text.firstIndex(of: ":") {
        parts = (text[..<colon], text[text.index(after: colon)...])
      } else {
        parts = ("127.0.0.1", text[...])
      }
      let host = parts.host == "localhost" ? "127.0.0.1" : String(parts.host)
      guard 1...5 ~= parts.port.utf8.count, parts.port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
        let port = Int(parts.port), port <= 65_535, unsafe csys_is_address(host)
      else { return nil }
      self.init(host: host, port: port)
    }

    package init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool { unsafe csys_is_loopback(host) }
    /// Whether it is every address that this machine has.
    package var isEverywhere: Bool { !host.utf8.contains { $0 != 0x30 && $0 != 0x2E && $0 != 0x3A } }
    package var description: String { host.utf8.contains(0x3A) ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  package static func listen(at address: Address, backlog: Int32 = 4_096) throws(SystemError) -> Descriptor {
    let number = unsafe csys_tcp_listen(address.host, Int32(clamping: address.port), backlog)
    guard number >= 0 else { throw .last("listen on", "\(address)") }
    return Descriptor(owning: number)
  }

  /// The port of a listener; nil for what is none.
  package static func port(of socket: Int32) -> Int? {
    let port = csys_tcp_port(socket)
    return port >= 0 ? Int(port) : nil
  }

  /// Where a connection comes from, to tell one from another: an address, or of version 6 the network that one customer
  /// has; 0 for what has no address.
  package static func origin(of socket: Int32) -> UInt64 {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe Int(csys_tcp_peer(socket, start))
    }
    guard let address = NetworkAddress(Array(bytes.prefix(count))) else { return 0 }
    return address.bytes.prefix(8).reduce(1) { $0 << 8 | UInt64($1) }
  }

  /// The address at which a connection has reached this machine, as a URL names it; nil for what has none.
  package static func here(_ socket: Int32) -> String? {
    let text = unsafe String(unsafeUninitializedCapacity: 64) { bytes in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe start.withMemoryRebound(to: CChar.self, capacity: 64) { text in
        unsafe csys_tcp_here(socket, text) ? strlen(text) : 0
      }
    }
    if text.isEmpty { return nil }
    return text.utf8.contains(0x3A) ? "[\(text)]" : text
  }

  /// Sends what is written at once, however little it is; does nothing for other sockets.
  package static func sendAtOnce(_ socket: Int32) { csys_tcp_no_delay(socket) }
}
