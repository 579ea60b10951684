internal import ControlWire
internal import System

/// Who is at the other end of a connection and wants to decide something.
struct Decider: Sendable {
  let pid: Int32
  /// The process that connected; nil where it cannot be seen.
  let identity: ProcessIdentity?
  let name: String
  let terminal: String?
  /// Whether it runs this very program.
  let isGatehouse: Bool
  /// It has said that a person is before it.
  var isConsole = false

  init(_ peer: UnixSocket.Peer, in table: any ProcessTable) {
    let facts = table.facts(of: peer.pid)
    pid = peer.pid
    identity = facts?.identity
    name = facts?.name ?? "a process that cannot be seen"
    terminal = facts?.terminalName
    let own = table.program(of: ThisProcess.pid)
    isGatehouse = own != nil && table.program(of: peer.pid) == own
  }

  /// As a text for people; `request` is what it wants.
  func words(_ request: String) -> String {
    let way = isConsole ? "console" : isGatehouse ? "gatehouse \(request)" : name
    return terminal.map { "you on \($0) (\(way))" } ?? "\(way), pid \(pid)"
  }

  /// Whether it is a console of this program on a terminal, as far as that can be seen.
  var isConsoleOnTerminal: Bool { isConsole && isGatehouse && terminal != nil }
}
