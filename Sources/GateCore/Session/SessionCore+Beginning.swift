internal import ControlWire
internal import JSONText
internal import MCPWire
package import Policy

// MARK: Servers that die of `server/discover`
extension SessionCore {
  /// What a server was asked so far, which decides whether it may be started again when it ends.
  ///
  /// There are servers of the older era that end when they are asked `server/discover`, at once or as soon as they read
  /// the next line. One that was asked nothing else has done nothing yet, so a second one is as good, and the handshake
  /// can be made again with it. Whatever was asked anything else, or has answered the handshake, is never started again.
  enum Beginning: Hashable, Sendable {
    /// Leads to `discovery` and `over`.
    case nothing
    /// Asked `server/discover` and nothing else. Leads to `handshake` and `over`.
    case discovery
    /// Asked `initialize` as well, in these words. Leads to `over`.
    case handshake(number: UInt64, words: [UInt8])
    /// Nothing is begun again.
    case over

    var isOver: Bool {
      if case .over = self { true } else { false }
    }
  }

  private static let longestHandshake = 65_536

  /// A request is sent to the server under our number, in these words.
  mutating func begin(_ message: WireMessage, _ number: UInt64, _ words: ArraySlice<UInt8>) {
    switch (beginning, message.method) {
    case (.nothing, .discover), (.discovery, .discover): beginning = .discovery
    case (.discovery, .initialize) where words.count <= Self.longestHandshake:
      beginning = .handshake(number: number, words: Array(words))
    case (.nothing, _), (.discovery, _), (.handshake, _), (.over, _): beginning = .over
    }
  }

  /// Whether the server, if it ends now with so many bytes of what it was sent unread, is to be started again.
  package func mayStartAgain(unread: Int) -> Bool {
    guard case .open = state else { return false }
    switch beginning {
    case .nothing, .over: return false
    // What it has not read it has not died of.
    case .discovery: return requests.count > 0 && unread == 0
    case .handshake(let number, let words): return requests[number] != nil && unread <= words.count
    }
  }

  /// The server has ended and is started again.
  ///
  /// Its client is told to make the handshake, or has made it already; then the new server is asked again. All else that
  /// concerned the first one is over.
  package mutating func startsAgain(at now: Moment, gate: inout GateState, into output: inout SessionOutput) {
    let beginning = beginning
    self.beginning = .over
    hasAnswered = false
    waiting = Waiting()
    for request in requests.removeAll(where: { $0.method == .discover }) {
      _ = era.failed(.discover, isModern: request.isModern, EraWitness.Failure(code: nil))
      output.toClient.appendError(
        code: Self.methodNotFound,
        message: "[gatehouse] the server ended when it was asked `server/discover`, and was started again; "
          + "begin with `initialize`",
        id: request.clientID.utf8)
    }
    for request in serverRequests.removeAll() {
      giveBack(request.reservation, at: now, gate: &gate)
      conclude(request, .lost, bytes: 0, at: now, gate: &gate, into: &output)
    }
    guard case .handshake(let number, let words) = beginning else { return }
    output.toServer.append(contentsOf: words)
    guard let limit = limits.initialize else { return }
    waiting.add(number, .initialize, Waiting.Patience(limit: limit, start: limit), token: nil, at: now)
  }
}
