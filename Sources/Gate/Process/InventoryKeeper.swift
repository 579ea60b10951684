internal import ControlWire
internal import GateCore
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
  private var known: [ExactText: KnownTools] = [:]

  /// Servers whose tools are not written down yet: the file is in use, or the disk is full.
  private var unwritten: Set<ExactText> = []
  private var retry: LoopTimer?
  private var retryInterval = shortestRetry

  /// This many tools are assessed without leaving the loop, in a few milliseconds.
  private static let mostAtOnce = 128
  private static let shortestRetry: Int64 = 500_000
  private static let longestRetry: Int64 = 60_000_000

  init(_ paths: Paths) {
    self.paths = paths
    do {
      try SafeFile.makeFolder(SafeFile.folder(of: paths.database))
      catalogue = try Catalogue(path: paths.database, setAside: Catalogue.setAside)
      // Calls are not held up for whoever else has the file.
      catalogue?.waitsForOthers = false
    } catch {
      StandardError.write("gatehouse: the catalogue is not kept: \(error)\n")
    }
    reload()
  }

  func reload() {
    readRegistry()
    do {
      guard let entries = try catalogue?.entries() else { return }
      let written = Dictionary(entries.map { ($0.server, $0) }, uniquingKeysWith: { first, _ in first })
      self.entries = written.merging(self.entries.filter { unwritten.contains($0.key) }) { _, newer in newer }
      known = self.entries.mapValues { KnownTools($0.definitions, before: known[$0.server]) }
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
    known.mapValues { known in
      Dictionary(known.tools.map { ($0.name, $0.assessment) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// What the arguments of every known tool must look like, by server.
  var schemas: [ExactText: ToolSchemas] { known.mapValues(\.schemas) }

  /// Every server with its tools, where it is certain that these are all.
  var knownServers: [KnownServer] {
    let others = entries.keys.filter { registry[$0] == nil }
    return (registry.servers.map(\.name) + others).map { name in
      guard let entry = entries[name], entry.definitions.count < Catalogue.mostTools,
        entry.failure == nil || !entry.definitions.isEmpty
      else { return KnownServer(name: name, tools: nil) }
      return KnownServer(name: name, tools: known[name]?.tools.map(\.name))
    }
  }

  var servers: [Snapshot.Server] {
    Inventory.servers(
      registry: registry, entries: entries.values.sorted { $0.server < $1.server },
      tools: known.mapValues(\.tools))
  }

  /// How a server is reached where clients log in to it themselves; nil for any other.
  func loginTarget(_ name: ExactText) -> RemoteTarget? {
    readRegistry()
    guard let server = registry[name], !server.isDisabled, case .http(let entry) = server.transport,
      entry.passesAuthorization
    else { return nil }
    return try? RemoteTarget(entry, of: name, ProcessEnvironment(entries: ThisProcess.environmentEntries))
  }

  /// The servers that may be started, as the registry has them now.
  var enabledServers: [ExactText] {
    readRegistry()
    return registry.servers.filter { !$0.isDisabled }.map(\.name)
  }

  /// Which arguments of a server's tools go into fields of HTTP, too.
  func argumentHeaders(of server: ExactText) -> ArgumentHeaders? { known[server]?.headers }

  /// What is known of one tool.
  func answer(_ name: ExactText, of server: ExactText) -> ToolAnswer {
    readRegistry()
    let place = known[server].flatMap { known in known.tools.firstIndex { $0.name == name }.map { known.places[$0] } }
    return Inventory.answer(
      name, of: server, registry: registry, definitions: entries[server]?.definitions, place: place.map(Int.init))
  }

  /// Keeps a server's list of tools, and calls `changed` if it is another one than before.
  ///
  /// Thousands of tools take a second to assess; that is done elsewhere, and `changed` is called later.
  func keep(_ definitions: [JSONNode], of server: ExactText, changed: @escaping @LoopActor @Sendable () -> Void) {
    let texts = definitions.prefix(Catalogue.mostTools).map(\.compact)
    guard entries[server]?.definitions != texts else { return }
    let asked = Clock.now()
    entries[server] = Catalogue.Entry(server: server, asked: asked, failure: nil, definitions: texts)
    unwritten.insert(server)
    if retry == nil { writeDown() }
    guard texts.count > Self.mostAtOnce else {
      known[server] = KnownTools(texts, before: known[server])
      return changed()
    }
    let before = known[server]
    Aside.run {
      KnownTools(texts, before: before)
    } then: { [self] newer in
      take(newer, of: server, asked: asked, changed)
    }
  }

  private func take(
    _ newer: KnownTools, of server: ExactText, asked: Moment, _ changed: @LoopActor () -> Void
  ) {
    // A newer list may have come in the meantime.
    guard entries[server]?.asked == asked else { return }
    known[server] = newer
    changed()
  }

  /// Writes down what is not yet, and tries again later where that fails.
  private func writeDown() {
    retry = nil
    do {
      for server in unwritten {
        if let entry = entries[server], let asked = entry.asked {
          try catalogue?.keep(entry.definitions, of: server, at: asked)
        }
        unwritten.remove(server)
      }
      retryInterval = Self.shortestRetry
    } catch {
      if retryInterval == Self.shortestRetry {
        StandardError.write("gatehouse: what servers said of their tools cannot be written down yet: \(error)\n")
      }
      retry = Loop.shared.after(microseconds: retryInterval) { [weak self] in self?.writeDown() }
      retryInterval = min(2 * retryInterval, Self.longestRetry)
    }
  }

  /// Whether a server is known to tell keys apart that differ in case alone; asked right after `command(for:)`.
  func tellsKeysApart(_ server: Attachment.Server) -> Bool {
    guard case .registered(let name) = server else { return false }
    return registry[name]?.tellsKeysApart ?? false
  }

  /// What to start for a client, whose working folder is open as `folder`.
  ///
  /// Throws: `ControlError` in words for the person who started the client.
  func command(
    for attachment: Attachment, in folder: Int32?
  ) throws(ControlError) -> (server: ExactText, source: ServerSource, timeout: Int?) {
    guard let here = folder.map(ChildCommand.Directory.descriptor) ?? attachment.directory.map({ .path($0) }) else {
      throw ControlError("attach comes with a `directory`, or with a fourth descriptor for it")
    }
    var environment = ProcessEnvironment(entries: attachment.environment)
    switch attachment.server {
    case .command(let words, let name):
      do {
        try ServerRegistry.check(name: name)
      } catch {
        throw ControlError("\(error.message); give it another with --name")
      }
      return (name, .command(ChildCommand(words, environment: environment, directory: here)), nil)
    case .registered(let name):
      readRegistry()
      if let registryProblem { throw ControlError(registryProblem) }
      guard let server = registry[name] else {
        throw ControlError("no server `\(name.string)` is registered")
      }
      guard !server.isDisabled else {
        throw ControlError(
          "`\(name.string)` is disabled; `gatehouse servers enable \(name.string)` lets it start again")
      }
      let (program, arguments, variables, directory): (String, [String], [String: String], String?)
      switch server.transport {
      case .http(let remote): return (name, .remote(try RemoteTarget(remote, of: name, environment)), server.timeout)
      case .stdio(let words, let more, let own, let folder):
        (program, arguments, variables, directory) = (words, more, own, folder)
      }
      environment.merge(variables)
      let words = ([program] + arguments).map { Array($0.utf8) }
      var command = ChildCommand(words, environment: environment, directory: directory.map { .path($0) } ?? here)
      command.ownVariables = Set(variables.keys)
      return (name, .command(command), server.timeout)
    }
  }
}

/// A server's tools as the gate uses them, made from their definitions.
private struct KnownTools: Sendable {
  private(set) var tools: [Snapshot.Tool] = []
  /// Where the definition of each of `tools` is among those of the server.
  private(set) var places: [UInt32] = []
  private(set) var schemas = ToolSchemas()
  private(set) var headers = ArgumentHeaders()

  /// What is no definition is left out; `before` is what was known of the same server until now.
  init(_ definitions: [[UInt8]], before: KnownTools?) {
    for (place, text) in definitions.enumerated() {
      guard let node = try? JSONNode.read(text) else { continue }
      schemas.add(node, sharing: before?.schemas)
      headers.take(tool: node)
      guard let definition = ToolDefinition(node) else { continue }
      tools.append(Inventory.tool(definition))
      places.append(UInt32(clamping: place))
    }
  }
}
