internal import GateCore
internal import JSONText
internal import System

/// What takes a client's messages: the session with a server, or those with all of them.
@LoopActor
protocol ClientSession: AnyObject {
  /// What the stream calls it; where it is several, one of them.
  var sessionID: ExactText { get }
  /// Takes one whole message; where it may wait, what comes of it is written out at the end of the turn, together with
  /// what comes of others.
  func take(fromClient message: Span<UInt8>, mayWait: Bool)
  /// Whether the server wants to know who its client is.
  var passesAuthorization: Bool { get }
  /// Who the client is to the server itself, for what follows; for a server that wants to know.
  func use(authorization: [UInt8]?)
  /// What the older era's handshake agreed on.
  var negotiatedVersion: ExactText? { get }
  /// The client is gone.
  func abandon(hastily isHasty: Bool)
}

extension GuardedSession: ClientSession {
  var sessionID: ExactText { core.session }
  var passesAuthorization: Bool { (server as? RemoteServer)?.passesAuthorization ?? false }
  func use(authorization: [UInt8]?) { (server as? RemoteServer)?.use(authorization: authorization) }
  var negotiatedVersion: ExactText? { core.negotiatedVersion }
}

/// What a client's requests are for.
enum HTTPEndpoint: Hashable {
  case server(ExactText)
  /// All servers at once.
  case all

  /// The one server; nil for all.
  var server: ExactText? {
    switch self {
    case .server(let name): name
    case .all: nil
    }
  }
}
