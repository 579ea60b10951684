internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk
internal import Store
internal import System

/// Registry and catalogue as the gate uses them: what to start for a name, and what is known of tools.
@LoopActor
final class InventoryKeeper {
  private let paths: Paths
  private var registry = ServerRegistry.empty
  private var registryProblem: String?
  private var catalogue: Catalogue?
  private var entries: [ExactText: Catalogue.Entry] = [:]
  private var tools: [ExactText: [Snapshot.Tool]] = [:]

  init(_ paths: Paths) {
    self.paths = paths
    do {
      try SafeFile.makeFolder(SafeFile.folder(of: paths.database))
      catalogue = try Catalogue(path: paths.database, setAside: Catalogue.setAside)
    } catch {
      StandardError.write("gatehouse: the catalogue is not kept: \(error)\n")
    }
    reload()
  }

  func reload() {
    readRegistry()
    do {
      guard let entries = try catalogue?.entries() else { return }
      self.entries = Dictionary(entries.map { ($0.server, $0) }, uniquingKeysWith: { first, _ in first })
      tools = self.entries.mapValues { Inventory.tools($0.definitions) }
    } catch {
      StandardError.write("gatehouse: the catalogue cannot be read: \(error)\n")
    }
  }

  func readRegistry() {
    registryProblem = nil
    do {
      registry = try ServerRegistry(text: try SafeFile.read(paths.registry, limit: ServerRegistry.longestText))
    } catch let error as SystemError where error.isAbsence {
      registry = .empty
    } catch {
      registryProblem = "\(paths.registry): \(error)"
    }
  }

  /// The badge of every known tool, by server.
  var assessments: [ExactText: [ExactText: Assessment]] {
    tools.mapValues { tools in
      Dictionary(tools.map { ($0.name, $0.assessment) }, uniquingKeysWith: { first, _ in first })
    }
  }

  var servers: [Snapshot.Server] {
    Inventory.servers(registry: registry, entries: entries.values.sorted { $0.server < $1.server }, tools: tools)
  }

  /// Keeps a server's list of tools, and answers whether it is another one than before.
  func keep(_ definitions: [JSONNode], of server: ExactText) -> Bool {
    let texts = definitions.prefix(Catalogue.mostTools).map(\.compact)
    guard entries[server]?.definitions != texts else { return false }
    let now = Clock.now()
    entries[server] = Catalogue.Entry(server: server, asked: now, failure: nil, definitions: texts)
    tools[server] = Inventory.tools(texts)
    do {
      try catalogue?.keep(texts, of: server, at: now)
    } catch {
      StandardError.write("gatehouse: the tools of `\(server.string)` are not kept: \(error)\n")
    }
    return true
  }

  /// What to start for a client.
  ///
  /// Throws: `ControlError` in words for the person who started the client.
  func command(for attachment: Attachment) throws(ControlError) -> (server: ExactText, command: ChildCommand) {
    switch attachment.server {
    case .command(let words, let name):
      do {
        try ServerRegistry.check(name: name)
      } catch {
        throw ControlError("\(error.message); give it another with --name")
      }
      return (
        name,
        ChildCommand(words, environment: attachment.environment, directory: .path(attachment.directory))
      )
    case .registered(let name):
      readRegistry()
      if let registryProblem { throw ControlError(registryProblem) }
      guard let server = registry[name] else {
        throw ControlError("no server `\(name.string)` is registered")
      }
      guard case .stdio(let program, let arguments, let environment, let directory) = server.transport else {
        throw ControlError("`\(name.string)` is a server over HTTP, which this build cannot guard yet")
      }
      return (
        name,
        ChildCommand(
          [program] + arguments, environment: attachment.environment.merging(environment) { _, own in own },
          directory: .path(directory ?? attachment.directory))
      )
    }
  }
}
