import System
import Testing

/// Which addresses a remote server may have.
struct NetworkAddressTests {
  static func four(_ text: String) throws -> NetworkAddress {
    try #require(NetworkAddress(text.split(separator: ".").compactMap { UInt8($0) }))
  }

  static func six(_ words: [UInt16]) throws -> NetworkAddress {
    try #require(NetworkAddress(words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }))
  }

  @Test(
    arguments: [
      "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1",
      "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.9.9", "198.51.100.1",
      "203.0.113.7",
      "224.0.0.1", "255.255.255.255",
    ]) func knowsWhatIsNotPublic(text: String) throws
  {
    #expect(try Self.four(text).isPrivate)
  }

  @Test(arguments: [
    "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "198.20.0.1", "223.0.0.1",
  ])
  func knowsWhatIsPublic(text: String) throws {
    #expect(try !Self.four(text).isPrivate)
  }

  @Test func knowsTheLongAddresses() throws {
    for words: [UInt16] in [
      [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [0xFE80, 0, 0, 0, 0, 0, 0, 1], [0xFC00, 0, 0, 0, 0, 0, 0, 1],
      [0xFD00, 0, 0, 0, 0, 0, 0, 0xEC2], [0xFF02, 0, 0, 0, 0, 0, 0, 1], [0x2001, 0xDB8, 0, 0, 0, 0, 0, 1],
      [0x2002, 0x7F00, 1, 0, 0, 0, 0, 1], [0x2001, 0, 1, 2, 3, 4, 5, 6],
      // IPv4 within: loopback, and what clouds tell their machines.
      [0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1], [0, 0, 0, 0, 0, 0xFFFF, 0xA9FE, 0xA9FE],
      [0x64, 0xFF9B, 0, 0, 0, 0, 0x0A00, 1],
    ] { #expect(try Self.six(words).isPrivate, "\(words)") }
    #expect(try !Self.six([0x2606, 0x4700, 0, 0, 0, 0, 0, 0x1111]).isPrivate)
    #expect(try !Self.six([0, 0, 0, 0, 0, 0xFFFF, 0x0101, 0x0101]).isPrivate)
    #expect(NetworkAddress([1, 2, 3]) == nil)
  }

  @Test func aHostIsAllowedWhatItIs() throws {
    let (loop, other, lan, web) = try (
      Self.four("127.0.0.1"), Self.four("127.0.0.2"), Self.four("192.168.1.1"), Self.four("1.1.1.1")
    )
    let sixLoop = try Self.six([0, 0, 0, 0, 0, 0, 0, 1])
    func admitted(_ host: String, allowsPrivate: Bool = false) -> [Bool] {
      [loop, other, lan, web, sixLoop].map { AddressRule(host: host, allowsPrivate: allowsPrivate).admits($0) }
    }
    #expect(admitted("example.com") == [false, false, false, true, false])
    #expect(admitted("localhost") == [true, true, false, false, true])
    #expect(admitted("LocalHost.") == [true, true, false, false, true])
    #expect(admitted("a.localhost") == [true, true, false, false, true])
    #expect(admitted("notlocalhost") == [false, false, false, true, false])
    #expect(admitted("127.0.0.1") == [true, false, false, false, false])
    #expect(admitted("2130706433") == [true, false, false, false, false])
    #expect(admitted("192.168.1.1") == [false, false, true, false, false])
    #expect(admitted("[::1]") == [false, false, false, false, true])
    #expect(admitted("[::ffff:127.0.0.1]") == [true, false, false, false, false])
    #expect(admitted("internal.example", allowsPrivate: true) == [true, true, true, true, true])
  }

  @Test(
    arguments: [
      ("https://example.com/mcp", "example.com"), ("http://127.0.0.1:8000/mcp", "127.0.0.1"),
      ("HTTPS://[::1]:1/", "[::1]"),
      ("https://example.com", "example.com"), ("https://example.com?x", "example.com"), ("ftp://example.com", nil),
      ("https://user@example.com/", nil), ("https://a b/", nil), ("https://a%20b/", nil), ("https:///x", nil),
      ("https://", nil),
      ("https://a\\b/", nil), ("file:///etc/passwd", nil), ("https://é/", nil),
    ] as [(String, String?)]) func findsTheHost(url: String, host: String?)
  {
    #expect(HostName.host(of: url) == host)
  }
}
