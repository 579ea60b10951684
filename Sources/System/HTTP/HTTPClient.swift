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

  /// What requests are sent with, made once for all that are sent with the same.
  package struct Headers: Sendable {
    /// Each `Name: value`.
    let lines: [[UInt8]]
    /// All of them, each with its end.
    let text: [UInt8]
    /// Whether each is one line.
    let areGood: Bool

    package init(_ lines: [[UInt8]]) {
      self.lines = lines
      var text: [UInt8] = []
      var areGood = true
      for line in lines {
        for byte in line where byte == 0 || byte == 0x0A || byte == 0x0D { areGood = false }
        text.append(contentsOf: line)
        text.append(contentsOf: [0x0D, 0x0A])
      }
      self.text = text
      self.areGood = areGood
    }
  }

  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case delete = "DELETE"
  }

  /// One request.
  package struct Request: Sendable {
    package var method: Method
    package var headers: Headers
    package var body: [UInt8]

    package init(method: Method, headers: Headers, body: [UInt8] = []) {
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

  /// Sends a request; what comes of it is told `owner` later under the number, and nothing after `cancel`.
  package func start(_ request: Request, _ owner: any HTTPExchangeOwner, _ number: Int) -> any HTTPExchange {
    let events = HTTPExchangeEvents(owner, number)
    switch way {
    case .plain(let connections): return connections.start(request, events)
    case .curl(let client): return client.start(request, events)
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
