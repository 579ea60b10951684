internal import ClientFiles
internal import ConsoleCore
internal import JSONText
internal import Policy
internal import Store
internal import System

/// The registry of servers: read when it changes, changed on the person's word, with what clients' files have for it.
@LoopActor
final class ServerKeeper {
  var changed: (@LoopActor (RegistryView) -> Void)?

  private let path: String
  private let homes: ClientHomes
  private let environment: [String: String]
  private let isReadOnly: Bool
  private var watch: FileWatch?
  /// What was last offered; it has secrets, so it stays here.
  private var plan: ImportPlan?
  /// Texts before and after each change of this console, the last one at the end.
  private var past: [(said: String, before: [UInt8]?, after: [UInt8])] = []
  private var scans: [Int32: Child] = [:]

  private static let mostPast = 50
  /// How long a change may hold up the screen, in milliseconds.
  private static let patience = 300

  init(_ paths: Paths, environment: [String: String], isReadOnly: Bool) {
    path = paths.registry
    homes = ClientFinder.homes(environment)
    // What is started here must find the same gate and files.
    var environment = environment
    environment["GATEHOUSE_SOCKET"] = paths.socket
    environment["GATEHOUSE_POLICY"] = paths.policy
    self.environment = environment
    self.isReadOnly = isReadOnly
  }

  /// Reads the file and watches it from then on.
  func start() {
    watch = try? FileWatch(path) { [weak self] in self?.tell() }
    tell()
  }

  func close() {
    watch?.cancel()
    watch = nil
    for scan in scans.values { scan.kill() }
  }

  private func tell() { changed?(view) }

  /// What may be shown of the file.
  private var view: RegistryView {
    var view = RegistryView(path: homes.shown(path))
    do throws(RegistryError) {
      view.servers = try RegistryFile.read(path).servers.map(RegistryView.Server.init)
    } catch {
      view.problem = "\(error)"
    }
    view.lastChange = past.last?.said
    return view
  }

  // MARK: Clients

  func find() -> ImportFindings {
    let registry = (try? RegistryFile.read(path)) ?? .empty
    let plan = ClientFinder.plan(ClientFinder.find(homes, folder: ThisProcess.directory), for: registry, homes)
    self.plan = plan
    return ImportFindings(plan)
  }

  // MARK: Changes

  /// Makes a change; answers why it was not made.
  func change(_ change: RegistryChange) -> String? {
    guard !isReadOnly else { return "this console is read-only" }
    do throws(RegistryError) {
      if change == .putBack {
        guard let last = past.last else { return "nothing was changed here" }
        try RegistryFile.restore(path, from: last.after, to: last.before, waiting: Self.patience)
        past.removeLast()
      } else {
        let servers = try servers(for: change)
        let (before, after) = try RegistryFile.change(path, waiting: Self.patience) { registry throws(RegistryError) in
          for server in servers { try registry.add(server) }
          switch change {
          case .remove(let name): try registry.remove(name)
          case .setDisabled(let name, let isDisabled): try registry.setDisabled(isDisabled, of: name)
          case .take, .add, .putBack: break
          }
        }
        if past.count >= Self.mostPast { past.removeFirst() }
        past.append((change.said, before, after))
      }
    } catch {
      return "\(error)"
    }
    watch?.acknowledge()
    tell()
    return nil
  }

  private func servers(for change: RegistryChange) throws(RegistryError) -> [RegisteredServer] {
    switch change {
    case .add(let server): return RegisteredServer(server, as: server.name).map { [$0] } ?? []
    case .take(let choices):
      var servers: [RegisteredServer] = []
      for choice in choices {
        guard let plan, plan.servers.indices.contains(choice.offer),
          let server = RegisteredServer(plan.servers[choice.offer], as: choice.name)
        else { throw RegistryError("what was found is no longer known; look for it again") }
        servers.append(server)
      }
      return servers
    case .remove, .setDisabled, .putBack: return []
    }
  }

  // MARK: Tools

  /// Lets another process start servers and ask for their tools; `done` hears how it ended.
  func scan(_ names: [ExactText], done: @escaping @LoopActor (String?) -> Void) {
    let words = [ThisProcess.executable, "servers", "scan"] + names.map(\.string)
    do throws(SystemError) {
      let child = try Child(
        ChildCommand(words, environment: environment), input: .null, output: .null, errors: .null)
      let pid = child.pid
      scans[pid] = child
      child.exited = { [weak self] exit in
        self?.scans[pid] = nil
        done(exit == .code(0) ? nil : "not every server answered")
      }
    } catch {
      done("\(error)")
    }
  }
}

extension RegistryView.Server {
  /// What may be shown of an entry: no value of a variable, nothing that looks like a secret.
  init(_ server: RegisteredServer) {
    switch server.transport {
    case .http(let remote): self.init(name: server.name, command: ShownWords.url(remote.url), isHTTP: true)
    case .stdio(let program, let arguments, let environment, let directory):
      self.init(
        name: server.name, command: ShownWords.line(program: program, arguments: arguments),
        variables: environment.keys.map { ExactText($0) }.sorted().map(\.string), folder: directory)
    }
    isDisabled = server.isDisabled
    timeout = server.timeout
  }
}
