internal import HTTPWire
internal import JSONText
internal import System

// MARK: Requests that say the same as the one before
extension HTTPFront {
  /// What a POST was for: the next one with the same head is for the same, as long as the grant holds.
  struct Known {
    fileprivate let endpoint: HTTPEndpoint
    fileprivate let grant: ExactText
    fileprivate let mark: String?
  }

  func known(_ route: Route) -> Known? {
    guard case .mcp(let endpoint, let grant) = route else { return nil }
    return Known(endpoint: endpoint, grant: grant, mark: grants.mark(of: grant))
  }

  func route(again known: Known) -> Route? {
    guard grants.mayGoOn(known.grant, mark: known.mark, server: known.endpoint.server) else { return nil }
    return .mcp(known.endpoint, grant: known.grant)
  }
}
