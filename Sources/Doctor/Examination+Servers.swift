internal import ControlWire
internal import JSONText
internal import Policy
internal import Store
internal import System

// MARK: The registered servers
extension Examination {
  mutating func lookAtServers(_ registry: ServerRegistry?, _ gate: RunningGate?) {
    guard let registry else { return }
    let known = entries()
    for server in registry.servers {
      let name = server.name.string
      guard !server.isDisabled else {
        hint(.servers, name, "it is disabled", remedy: "gatehouse servers enable \(word(name))")
        continue
      }
      if case .http(let remote) = server.transport, let variable = missingVariable(of: remote) {
        hint(
          .servers, name, "a header needs the variable `\(variable)`, which is not set here; its client may set it",
          remedy: "set it for whatever starts `gatehouse connect \(word(name))`")
        continue
      }
      if let problem = obstacle(of: server) {
        wrong(.servers, name, problem.text, remedy: problem.remedy)
        continue
      }
      let running = gate?.servers.first { $0.name == server.name }
      let entry = known.first { $0.server == server.name }
      if let error = running?.lastError ?? entry?.failure {
        // Asking again tells what it says now, and without a gate nothing else is left of what it said then.
        let command = running?.lastError == nil ? "scan" : "log"
        wrong(
          .servers, name, "it failed when it was last started: \(error)",
          remedy: "gatehouse servers \(command) \(word(name))")
      } else if let entry, entry.asked != nil {
        good(.servers, name, counted(entry.definitions.count, "tool"))
      } else {
        hint(.servers, name, "its tools are not known", remedy: "gatehouse servers scan \(word(name))")
      }
    }
  }

  private func entries() -> [Catalogue.Entry] {
    guard SafeFile.exists(paths.database) else { return [] }
    return (try? Catalogue(path: paths.database).entries()) ?? []
  }

  /// Why a server cannot be started at all.
  private func obstacle(of server: RegisteredServer) -> (text: String, remedy: String)? {
    switch server.transport {
    case .stdio(let program, let arguments, let own, let directory):
      let changed = "gatehouse servers remove \(word(server.name.string)), then `servers add` with the right one"
      if let directory, FileFacts(directory)?.kind != .folder {
        return ("there is no folder \(directory) to start it in", changed)
      }
      let command = ChildCommand(
        [program] + arguments, environment: environment.merging(own) { _, own in own })
      guard !command.candidates.contains(where: { isProgram($0, in: directory) }) else { return nil }
      return program.contains("/")
        ? ("there is no program \(program)", changed)
        : ("no folder of PATH has a program `\(program)`", "install it, or \(changed)")
    case .http(let remote): return obstacle(of: remote, changed: "gatehouse servers remove \(word(server.name.string))")
    }
  }

  private func obstacle(of remote: RemoteEntry, changed: String) -> (text: String, remedy: String)? {
    guard let host = HostName.host(of: remote.url) else {
      return ("its URL cannot be used", "\(changed), then `servers add` with one without a user and odd characters")
    }
    if remote.url.lowercased().hasPrefix("http://"), !AddressRule(host: host).isOfThisMachine {
      return ("its URL is http, so that all can be read and changed on the way", "use https")
    }
    do {
      _ = try remote.lines(environments: [ProcessEnvironment(environment)])
    } catch {
      return (error.message, "mend it in servers.json, or in what the client is started with")
    }
    return nil
  }

  /// A variable that a header needs and nobody has set; who starts the client may know it all the same.
  private func missingVariable(of remote: RemoteEntry) -> String? {
    for case .text(let text) in remote.headers.map(\.value) {
      var rest = Array(text.utf8)[...]
      while let start = rest.indices.first(where: { rest[$0...].starts(with: [0x24, 0x7B]) }) {
        guard let end = rest[start...].firstIndex(of: 0x7D) else { break }
        let name = String(decoding: rest[(start + 2)..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        let isName = name.utf8.allSatisfy { $0 == 0x5F || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 & 0xDF }
        if isName, !name.isEmpty, environment[name] == nil { return name }
      }
    }
    return nil
  }

  private func isProgram(_ path: [UInt8], in directory: String?) -> Bool {
    guard path.first != 0x2F, let directory else { return FileFacts.mayRun(path) }
    return FileFacts.mayRun(Array("\(directory)/".utf8) + path)
  }
}
