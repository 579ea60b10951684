package import ControlWire
package import JSONText
package import Risk

/// Registry and catalogue put together: the servers and tools that a person sees, assessed.
package enum Inventory {
  /// Every registered server in the registry's order, then those that are known only from their sessions.
  ///
  /// States are those of servers that do not run; a gate fills in its own. `tools` are the entries' tools where the
  /// caller has assessed them already.
  package static func servers(
    registry: ServerRegistry, entries: [Catalogue.Entry], tools: [ExactText: [Snapshot.Tool]]? = nil
  ) -> [Snapshot.Server] {
    let known = Dictionary(entries.map { ($0.server, $0) }, uniquingKeysWith: { first, _ in first })
    func server(_ name: ExactText, _ isRegistered: Bool, _ transport: String, _ program: String) -> Snapshot.Server {
      let entry = known[name]
      return Snapshot.Server(
        name: name, isRegistered: isRegistered, transport: transport, program: program,
        state: entry?.failure == nil ? .idle : .failed, sessions: 0, lastError: entry?.failure, scanned: entry?.asked,
        tools: tools.map { $0[name] ?? [] } ?? entry.map { self.tools($0.definitions) } ?? [])
    }
    let registered = registry.servers.map { registered in
      let (transport, program) = registered.summary
      return server(registered.name, true, transport, program)
    }
    let others = entries.map(\.server).filter { registry[$0] == nil }
    return registered + others.map { server($0, false, "stdio", "") }
  }

  /// Assesses tools as a server defined them; what is no definition is left out.
  package static func tools(_ definitions: [[UInt8]]) -> [Snapshot.Tool] {
    definitions.compactMap { text in
      (try? JSONNode.read(text)).flatMap(ToolDefinition.init).map(tool)
    }
  }

  package static func tool(_ definition: ToolDefinition) -> Snapshot.Tool {
    Snapshot.Tool(
      name: definition.name, title: definition.title, description: cut(definition.description),
      assessment: RiskClassifier.assess(definition),
      parameters: definition.parameters.map(\.name.string),
      requiredParameters: definition.parameters.count(where: \.isRequired))
  }

  private static func cut(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(2_000)))
  }
}
