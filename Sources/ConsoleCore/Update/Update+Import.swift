internal import ClientFiles
internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  // MARK: From clients' files

  /// Looks for servers in clients' files, and shows what is found.
  mutating func openImport() -> [ConsoleEffect] {
    overlay = .imports(ImportList())
    return [.findServers]
  }

  mutating func take(_ findings: ImportFindings) {
    guard case .imports(var list) = overlay else { return }
    list.findings = findings
    list.chosen = []
    list.names = [:]
    overlay = .imports(list)
  }

  mutating func take(_ key: Key, _ list: ImportList) -> [ConsoleEffect] {
    var list = list
    list.hint = nil
    if let field = list.renaming {
      rename(&list, field, key)
      overlay = .imports(list)
      return []
    }
    let (count, height) = (list.order.count, max(1, importRows))
    switch key {
    case _ where key.leaves, .character("q"):
      overlay = nil
      if list.findings != nil { say(.info, "nothing is added · I lists them again") }
      return []
    case Key(.down), .character("j"): list.list.go(to: list.list.row + 1, count: count, height: height)
    case Key(.up), .character("k"): list.list.go(to: list.list.row - 1, count: count, height: height)
    case Key(.pageDown): list.list.go(to: list.list.row + height, count: count, height: height)
    case Key(.pageUp): list.list.go(to: list.list.row - height, count: count, height: height)
    case Key(.home), .character("g"): list.list.go(to: 0, count: count, height: height)
    case Key(.end), .character("G"): list.list.go(to: count, count: count, height: height)
    case .character(" "): choose(&list, height)
    case .character("a"): chooseAll(&list)
    case .character("e"), .character("r"):
      if let offer = list.current, list.findings?.offers[offer].isOffered == true {
        list.renaming = TextField(list.name(offer).string)
      } else {
        list.hint = "only what can be added can be renamed"
      }
    case Key(.enter): return add(&list)
    case .character("A"):
      guard !options.isReadOnly else { return [] }
      overlay = .addServer(ServerForm())
      return []
    default: return []
    }
    overlay = .imports(list)
    return []
  }

  private func choose(_ list: inout ImportList, _ height: Int) {
    guard let place = list.current, let offer = list.findings?.offers[place] else { return }
    guard offer.isOffered else {
      list.hint = "\(safe(offer.name.string, limit: 64)): \(offerWords(offer.standing))"
      return
    }
    if list.chosen.remove(place) == nil { list.chosen.insert(place) }
    list.list.go(to: list.list.row + 1, count: list.order.count, height: height)
  }

  private func chooseAll(_ list: inout ImportList) {
    guard let offers = list.findings?.offers else { return }
    let all = Set(offers.indices.filter { offers[$0].isOffered })
    list.chosen = list.chosen == all ? [] : all
  }

  private func rename(_ list: inout ImportList, _ field: TextField, _ key: Key) {
    var field = field
    guard let offer = list.current else {
      list.renaming = nil
      return
    }
    switch key {
    case _ where key.leaves: list.renaming = nil
    case Key(.enter):
      let name = ExactText(field.text)
      if let problem = problem(ofName: name, for: offer, in: list) {
        list.hint = problem
      } else {
        list.names[offer] = name
        list.chosen.insert(offer)
        list.renaming = nil
      }
    default:
      _ = field.take(key)
      list.renaming = field
    }
  }

  /// Why an offer cannot have a name; nil if it can.
  private func problem(ofName name: ExactText, for offer: Int, in list: ImportList) -> String? {
    guard ImportPlan.isLegal(name) else { return "a name has 1 to 64 letters, digits, `_`, `-` and `.`" }
    if registry[name] != nil { return "`\(name)` is registered already" }
    let others = list.findings?.offers.indices.filter { $0 != offer && list.findings?.offers[$0].isOffered == true }
    return (others ?? []).contains { list.name($0) == name } ? "another one of the list is `\(name)`" : nil
  }

  private mutating func add(_ list: inout ImportList) -> [ConsoleEffect] {
    guard let findings = list.findings else { return [] }
    if options.isReadOnly {
      list.hint = "this console is read-only"
    } else if list.chosen.isEmpty {
      list.hint = list.offered == 0 ? "there is nothing to add" : "Space chooses a server, a all of them"
    } else {
      let choices = list.chosen.sorted().map { ImportChoice(offer: $0, name: list.name($0)) }
      let files = choices.map { findings.offers[$0.offer].file }
      var seen: Set<ExactText> = []
      overlay = .added(
        ServersAdded(names: choices.map(\.name), files: files.filter { seen.insert(ExactText($0)).inserted }))
      return [.changeRegistry(.take(choices))]
    }
    overlay = .imports(list)
    return []
  }

  /// Why an offer can be chosen, or not, in a few words.
  func offerWords(_ standing: ImportOffer.Standing) -> String {
    switch standing {
    case .new: "new"
    case .renamed: "its name is taken: it gets another, e changes it"
    case .guarded: "it runs through the gate already"
    case .registered(let name): "registered already as \(safe(name.string, limit: 64))"
    case .twin(let kind): "the same as in \(kind.title)"
    case .unusable(let reason): safe(reason, limit: 200)
    }
  }

  // MARK: What became of a change

  mutating func take(_ change: RegistryChange, problem: String?) -> [ConsoleEffect] {
    if let problem {
      if case .added = overlay { overlay = nil }
      say(.error, "servers.json is not changed: \(safe(problem))")
      return []
    }
    switch change {
    case .take, .add:
      if case .add = change { overlay = .added(ServersAdded(names: change.added)) }
      say(.info, "\(change.said) to \(safe(registry.path)) · asking for the tools")
      return scan(change.added) + refreshSnapshot()
    case .remove(let name):
      let rules = policy.draft?.engine == nil ? 0 : rulesNaming(name)
      let rest = rules > 0 ? "; the policy still names it in \(Format.count(rules, "place"))" : ""
      say(.info, "removed \(name) from \(safe(registry.path))\(rest) · B puts it back")
    case .setDisabled(let name, true):
      let running = sessions.values.count { $0.server == name }
      let rest = running > 0 ? "; \(Format.count(running, "session")) of it still run" : ""
      say(.info, "\(name) is disabled: no session of it begins\(rest) · Space enables it")
    case .setDisabled(let name, false): say(.info, "\(name) is enabled · Space disables it")
    case .putBack: say(.info, "servers.json is what it was before the last change")
    }
    return refreshSnapshot()
  }

  /// How many tools, and the default, the policy settles for a server by its name.
  func rulesNaming(_ name: ExactText) -> Int {
    guard let index = catalogue.index(ofServer: name) else { return 0 }
    let server = catalogue.servers[index]
    let prefix = "/servers/\(Pointer.token(name.string))"
    let rules = Set(
      catalogue.tools[server.tools].map(\.standing.rule).filter { rule in
        rule.hasPrefix(prefix + "/")
      })
    return rules.count + (server.fallback.source == .serverDefault ? 1 : 0)
  }

  // MARK: Tools

  /// Has servers asked for their tools.
  mutating func scan(_ names: [ExactText]) -> [ConsoleEffect] {
    let names = names.filter { !scanning.contains($0) && !isDisabled($0) }
    guard !names.isEmpty else { return [] }
    scanning.formUnion(names)
    return [.scanServers(names)]
  }

  mutating func took(scanOf names: [ExactText], problem: String?) -> [ConsoleEffect] {
    scanning.subtract(names)
    asked = names
    if let problem {
      let subject = names.count == 1 ? names[0].string : Format.count(names.count, "server")
      say(.warning, "\(subject): \(safe(problem)) · Enter on it in pane 5 tells why")
    }
    // Without a gate the catalogue is known already.
    if !gate.isUp { tellOfTools() }
    return refreshSnapshot()
  }

  /// Says what servers that were asked have, and what becomes of it.
  mutating func tellOfTools() {
    guard !asked.isEmpty else { return }
    let servers = asked.compactMap { catalogue.index(ofServer: $0) }
    asked = []
    let failed = servers.count { catalogue.servers[$0].info.lastError != nil }
    guard failed == 0 else { return }
    let tools = servers.flatMap { catalogue.servers[$0].tools }
    let bare = tools.count { index in
      switch catalogue.tools[index].standing.source {
      case .serverDefault, .globalDefault: catalogue.tools[index].standing.verdict == .deny
      case .explicit, .pattern, .hidden, .noPolicy: false
      }
    }
    let subject =
      servers.count == 1 ? catalogue.servers[servers[0]].info.name.string : Format.count(servers.count, "server")
    let rest =
      bare > 0 ? ", \(Format.count(bare)) without a rule, so denied · W in pane 1 gives each the recommended one" : ""
    say(.info, "\(safe(subject)): \(Format.count(tools.count, "tool"))\(rest)")
  }
}
