package import JSONText
package import MCPWire

/// What a session has shown of the protocol's eras: with a handshake up to 2025-11-25, without one since 2026-07-28.
///
/// The gate translates nothing. It explains errors that come from a client and a server of different eras, as long as
/// nothing has worked; from then on an error is the server's own affair.
package struct EraWitness: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    /// Nothing has worked yet. Leads to all others.
    case open
    /// The server has answered `server/discover` with an error, and nothing has worked yet. Leads to the two below.
    case withoutDiscovery
    /// The server knows errors of the stateless era only. Leads to `settled`.
    case stateless
    /// Client and server have understood each other. Leads nowhere.
    case settled
  }

  package enum Mismatch: Hashable, Sendable {
    /// The client made no handshake, and the server seems to need one.
    case needsHandshake
    /// The client makes a handshake, and the server seems to know none.
    case knowsNoHandshake
  }

  /// An error of a server, as far as it tells its era.
  package struct Failure: Hashable, Sendable {
    package var code: Int?
    /// The versions that it says it supports.
    package var supported: [ExactText]

    package init(code: Int?, supported: [ExactText] = []) {
      self.code = code
      self.supported = supported
    }
  }

  package private(set) var state = State.open

  package init() {}

  /// A request other than a ping was answered with a result.
  package mutating func succeeded() { state = .settled }

  /// A request was answered with an error: what that tells of the eras, if anything.
  package mutating func failed(_ method: MCPMethod?, isModern: Bool, _ failure: Failure) -> Mismatch? {
    switch state {
    case .settled: return nil
    case .open, .withoutDiscovery, .stateless: break
    }
    let isOfStatelessEra = failure.code.map(Self.statelessCodes.contains) ?? false
    if method == .initialize {
      if isOfStatelessEra {
        state = .stateless
        return .knowsNoHandshake
      }
      let knowsHandshake = failure.supported.contains { ProtocolVersion($0)?.isStateless == false }
      let mayBeUnknown = failure.code.map(Self.codesOfTheUnknown.contains) ?? false
      switch state {
      case .open, .stateless: return mayBeUnknown && !knowsHandshake ? .knowsNoHandshake : nil
      // It knows neither way: who could say why.
      case .withoutDiscovery, .settled: return nil
      }
    }
    guard isModern || method == .discover else { return nil }
    if isOfStatelessEra { state = .stateless }
    switch state {
    case .stateless, .settled: return nil
    case .open, .withoutDiscovery:
      if method == .discover { state = .withoutDiscovery }
      return .needsHandshake
    }
  }

  /// A wrong header, a missing capability, an unknown version.
  private static let statelessCodes = -32022 ... -32020
  /// What is answered to a method that is not known, or that nobody expects at this point.
  private static let codesOfTheUnknown: Set<Int> = [-32600, -32601, -32602]
}

extension EraWitness.Mismatch {
  /// What the client's user reads; `words` are the server's own, if it said anything.
  package func text(_ words: ExactText?) -> String {
    let explanation =
      switch self {
      case .needsHandshake:
        "this request was made as protocol 2026-07-28 has it, without a handshake, and the server seems to speak only "
          + "earlier versions, which begin with `initialize`; use a client that makes this handshake, or a newer server"
      case .knowsNoHandshake:
        "this client begins with `initialize`, the handshake of protocol versions up to 2025-11-25, and the server "
          + "seems to speak only 2026-07-28, which has none; use a client of 2026-07-28, or a server that takes the "
          + "handshake"
      }
    guard let words, !words.isEmpty else { return "[gatehouse] \(explanation)" }
    return "[gatehouse] \(explanation). The server said: \(EraWitness.shortened(words))"
  }
}

extension EraWitness {
  /// What may be wrong with a server that died of the first request, which was one of the stateless era.
  package static let olderPerhaps =
    "; perhaps it speaks only protocol versions up to 2025-11-25, which begin with `initialize`"

  private static let longestWords = 500

  private static func shortened(_ words: ExactText) -> String {
    let scalars = words.string.unicodeScalars
    guard words.utf8.count > longestWords else { return words.string }
    return String(scalars.prefix(longestWords)) + "..."
  }
}
