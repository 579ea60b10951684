import System
import Testing

struct PlainRouteTests {
  static func route(_ url: String, allowsPrivate: Bool = false, usesProxy: Bool = false) -> PlainRoute? {
    guard let host = HostName.host(of: url) else { return nil }
    return PlainRoute(
      url, HTTPClient.Options(rule: AddressRule(host: host, allowsPrivate: allowsPrivate), usesProxy: usesProxy))
  }

  @Test(arguments: [
    ("http://127.0.0.1:8080/mcp?a=b#c", ["127.0.0.1"], 8080, "127.0.0.1:8080", "/mcp?a=b"),
    ("http://127.0.0.1", ["127.0.0.1"], 80, "127.0.0.1", "/"),
    ("HTTP://[::1]:80/x", ["::1"], 80, "[::1]", "/x"),
    ("http://LocalHost:1?q", ["127.0.0.1", "::1"], 1, "LocalHost:1", "/?q"),
    ("http://127.1:9/", ["127.0.0.1"], 9, "127.1:9", "/"),
  ])
  func isFound(url: String, hosts: [String], port: Int, authority: String, target: String) throws {
    let route = try #require(Self.route(url))
    #expect(route.hosts == hosts)
    #expect(route.port == port)
    #expect(route.authority == authority)
    #expect(route.target == target)
  }

  @Test(arguments: [
    "https://127.0.0.1/", "http://example.com/", "http://x.localhost/", "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:8x/", "http://[fe80::1%25eth0]/",
  ])
  func takesLibcurl(url: String) { #expect(Self.route(url) == nil) }

  @Test func aProxyTakesLibcurl() { #expect(Self.route("http://127.0.0.1/", usesProxy: true) == nil) }
}
