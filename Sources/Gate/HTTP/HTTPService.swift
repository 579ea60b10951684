package import HTTPWire
internal import JSONText
internal import Store
package import System

/// Everything of the gate that HTTP clients see, for as long as it listens.
@LoopActor
package final class HTTPService {
  private let front: HTTPFront
  private var listeners: [HTTPListener] = []
  private var socketPath: String?
  package private(set) var places: [HTTPPlace] = []

  /// Listens at once.
  ///
  /// Throws: `HTTPServiceError` for an address that other machines reach where no grant is kept.
  package init(_ gate: GateProcess, _ options: HTTPOptions) throws {
    var guarding = HTTPGuard()
    guarding.hosts = Set(options.hosts.map { Array($0.lowercased().utf8) })
    guarding.origins = Set(options.origins.map { Array($0.lowercased().utf8) })
    if let url = options.url { guarding.hosts.insert(url.host.name) }
    for address in options.addresses {
      if let host = HTTPHost("\(address)".utf8) { guarding.hosts.insert(host.name) }
    }
    front = HTTPFront(gate, guarding: guarding, url: options.url)
    front.grants.isAlwaysNeeded = options.addresses.contains { !$0.isLoopback }
    for address in options.addresses {
      if !address.isLoopback, front.grants.book?.grants.isEmpty ?? true {
        throw HTTPServiceError(
          "other machines reach \(address), and there is no grant", help: "gatehouse grants add LABEL")
      }
      let socket = try TCPSocket.listen(at: address)
      let port = TCPSocket.port(of: socket.number) ?? address.port
      listeners.append(try HTTPListener(socket, front: front, kind: address.isEverywhere ? .everywhere : .address))
      let url = "http://\(TCPSocket.Address(host: address.host, port: port))"
      places.append(address.isEverywhere ? .everywhere(port: port) : .url(url))
    }
    if let path = options.socket {
      if let facts = FileFacts(path), facts.kind != .other {
        throw HTTPServiceError("`\(path)` is there, and is no socket", help: "give `--listen-socket` another path")
      }
      // What is left of a gate that is gone; nobody else may put one there.
      if (try? UnixSocket.connect(to: path)) == nil { try? SafeFile.remove(path) }
      listeners.append(try HTTPListener(try UnixSocket.listen(at: path), front: front, kind: .file))
      socketPath = path
      places.append(.file(path))
    }
    if let url = options.url { places.append(.url(url.text)) }
  }

  /// What people paste into their clients, a line each.
  package var words: [String] {
    let servers = front.gate.inventory.enabledServers.map(\.string)
    return places.flatMap { $0.words(for: servers, needsToken: needsToken) }
  }

  /// Whether nobody is let in without a token.
  private var needsToken: Bool {
    front.grants.isAlwaysNeeded || front.grants.book != nil || front.grants.problem != nil
  }

  /// Lets nobody in any more.
  package func close() {
    for listener in listeners { listener.close() }
    front.close()
    if let socketPath { try? SafeFile.remove(socketPath) }
  }
}

/// Where the gate listens for HTTP clients, and for which of them it is there.
package struct HTTPOptions: Hashable, Sendable {
  package var addresses: [TCPSocket.Address] = []
  /// A socket's file.
  package var socket: String?
  package var hosts: [String] = []
  package var origins: [String] = []
  /// By what address clients reach the gate through a proxy.
  package var url: PublicURL?

  package init() {}
  package var isEmpty: Bool { addresses.isEmpty && socket == nil }
}

/// Why the gate does not listen.
package struct HTTPServiceError: Error, CustomStringConvertible {
  package let message: String
  package let help: String

  init(_ message: String, help: String) {
    self.message = message
    self.help = help
  }

  package var description: String { "\(message)\n  \(help)" }
}
