/// Talks HTTP with one server on the loop: no redirects, no cookies, no second try of anything.
///
/// Servers at numeric addresses of which no TLS is spoken are talked to directly, all others by libcurl. Connections are
/// kept for its own requests only. It must be closed before it is forgotten.
@LoopActor
package final class HTTPClient {
  package struct Options: Sendable {
    package var rule: AddressRule
    /// A file with the certificates to trust in place of the system's.
    package var certificates: String?
    /// Goes through the proxy that the environment names, which then decides what may be reached.
    package var usesProxy: Bool

    package init(rule: AddressRule, certificates: String? = nil, usesProxy: Bool = false) {
      self.rule = rule
      self.certificates = certificates
      self.usesProxy = usesProxy
    }
  }

  /// One request; header lines are `Name: value`.
  package struct Request: Sendable {
    package var method: String
    package var headers: [[UInt8]]
    package var body: [UInt8]

    package init(method: String, headers: [[UInt8]], body: [UInt8] = []) {
      self.method = method
      self.headers = headers
      self.body = body
    }
  }

  private enum Way {
    case plain(PlainConnections)
    case curl(CurlClient)
  }

  private let way: Way

  /// Nil where it takes libcurl and there is none.
  package init?(_ url: String, _ options: Options) {
    if let route = PlainRoute(url, options) {
      way = .plain(PlainConnections(route))
    } else if let client = CurlClient(url, options) {
      way = .curl(client)
    } else {
      return nil
    }
  }

  /// Sends a request; what comes of it is told later, and nothing after `cancel`.
  package func start(_ request: Request, _ events: HTTPExchangeEvents) -> any HTTPExchange {
    switch way {
    case .plain(let connections): connections.start(request, events)
    case .curl(let client): client.start(request, events)
    }
  }

  /// Cancels everything and closes all connections.
  package func close() {
    switch way {
    case .plain(let connections): connections.close()
    case .curl(let client): client.close()
    }
  }
}
