internal import ControlWire
package import JSONText
package import System

/// The processes that are clients of this gate, for as long as they live, and the servers that it started.
@LoopActor
package final class Clients {
  /// Whose client or server a process is.
  package struct Role: Hashable, Sendable {
    package let session: ExactText
    package let server: ExactText
    package let isServer: Bool
  }

  let table: any ProcessTable
  private let kinship: Kinship
  private var roles: [ProcessIdentity: Role] = [:]
  /// A client came that cannot be seen from here: it may be in another world, with other numbers.
  private var hasUnseen = false

  /// How many there may be before those that are gone are forgotten; whoever lives is remembered.
  private var most = Clients.most
  package static let most = 4_096

  package init(_ table: any ProcessTable) {
    self.table = table
    kinship = Kinship(table)
  }

  /// A process has asked for a session with two descriptors.
  package func attached(_ pid: Int32, ends: [OtherEnd], session: ExactText, server: ExactText) {
    let found = kinship.clients(of: pid, ends: ends)
    if found.isEmpty { hasUnseen = true }
    for identity in found where identity.pid != ThisProcess.pid {
      add(identity, Role(session: session, server: server, isServer: false))
    }
  }

  /// A process speaks to a session itself.
  ///
  /// Those above it may be anybody: a service's manager, a person's shell.
  package func asked(_ client: ProcessIdentity, session: ExactText, server: ExactText) {
    guard client.pid != ThisProcess.pid, roles[client] == nil else { return }
    add(client, Role(session: session, server: server, isServer: false))
  }

  /// A server was started.
  package func started(_ pid: Int32, session: ExactText, server: ExactText) {
    guard let identity = table.facts(of: pid)?.identity else { return }
    add(identity, Role(session: session, server: server, isServer: true))
  }

  private func add(_ identity: ProcessIdentity, _ role: Role) {
    roles[identity] = role
    guard roles.count > most else { return }
    roles = roles.filter { identity, _ in table.facts(of: identity.pid)?.identity == identity }
    // Not again for each that comes.
    most = max(most, roles.count * 2)
  }

  /// What is known of a process that wants to decide.
  package enum Standing: Hashable, Sendable {
    case free
    /// It is a client or server that is guarded, or below one.
    case below(Role)
    /// It cannot be seen, or is not any more the one that connected.
    case unknown
  }

  package func standing(of peer: ProcessIdentity?) -> Standing {
    guard !roles.isEmpty || hasUnseen else { return .free }
    guard let peer, let chain = kinship.chain(from: peer.pid), chain.first?.identity == peer else { return .unknown }
    for facts in chain {
      if let role = roles[facts.identity] { return .below(role) }
    }
    return .free
  }
}
