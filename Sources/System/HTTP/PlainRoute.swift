internal import CSystem

/// Where requests go without TLS, without a proxy, and without a name to be looked up.
package struct PlainRoute: Sendable {
  /// Numeric addresses, to be tried in this order.
  package let hosts: [String]
  package let port: Int
  /// What `Host` says.
  package let authority: String
  /// The path and the query.
  package let target: String

  /// Nil for what only libcurl can reach.
  package init?(_ url: String, _ options: HTTPClient.Options) {
    guard !options.usesProxy, url.lowercased().hasPrefix("http://"), let name = HostName.host(of: url) else {
      return nil
    }
    let rest = url.dropFirst("http://".count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let target = rest.dropFirst(authority.count).prefix { $0 != "#" }
    self.target = target.hasPrefix("/") ? String(target) : "/" + target
    let digits = authority.dropFirst(name.count)
    if digits.isEmpty || digits == ":" || digits == ":80" {
      port = 80
      self.authority = name
    } else {
      guard digits.first == ":", 2...6 ~= digits.utf8.count, digits.dropFirst().utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
        let port = Int(digits.dropFirst()), 1...65_535 ~= port
      else { return nil }
      self.port = port
      self.authority = String(authority)
    }
    if name.lowercased() == "localhost" {
      hosts = ["127.0.0.1", "::1"]
    } else if let address = HostName.address(name), options.rule.admits(address) {
      hosts = [
        name.hasPrefix("[")
          ? String(name.dropFirst().dropLast()) : address.bytes.map(String.init).joined(separator: ".")
      ]
    } else {
      return nil
    }
  }
}
