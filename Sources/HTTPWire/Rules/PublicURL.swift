/// The address by which clients reach a server that is behind a proxy, which speaks TLS for it.
package struct PublicURL: Hashable, Sendable {
  /// As it is written, without a slash at its end.
  package let text: String
  package let host: HTTPHost
  private let standardPort: Int

  package static let help = "write one as https://gate.example.org"

  /// Reads `https://gate.example.org` or `http://HOST:PORT`; nil for anything with a user, a path, a query or a fragment.
  package init?(_ text: String) {
    var text = text
    if text.utf8.last == 0x2F { text.removeLast() }
    let lowered = Array(text.utf8)[...].lowered
    let schemes: [(String, Int)] = [("https://", 443), ("http://", 80)]
    guard let (scheme, port) = schemes.first(where: { lowered.starts(with: $0.0.utf8) }),
      let host = HTTPHost(lowered.dropFirst(scheme.utf8.count))
    else { return nil }
    self.text = String(decoding: lowered, as: UTF8.self)
    self.host = host
    standardPort = port
  }

  /// Whether a request's `Host` names it.
  package func isNamed(by field: some Collection<UInt8>) -> Bool {
    guard let other = HTTPHost(field) else { return false }
    return other.name == host.name && (other.port ?? standardPort) == (host.port ?? standardPort)
  }
}
