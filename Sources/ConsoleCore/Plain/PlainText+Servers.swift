internal import ClientFiles
internal import JSONText
internal import Policy

extension PlainText {
  /// Does what a typed line says of servers; nil if it is about something else.
  static func runServers(_ line: String, on state: inout ConsoleState) -> Answer? {
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else { return nil }
    let names = Array(words.dropFirst())
    switch verb {
    case "import" where names.isEmpty:
      state.note = nil
      return Answer(["looking into your clients' configuration files"], effects: state.openImport())
    case "import": return take(names, on: &state)
    case "add":
      guard names.count > 1, let place = line.utf8.firstRange(of: names[0]) else {
        return Answer(["write add NAME COMMAND..."])
      }
      var form = ServerForm()
      form.name = TextField(names[0])
      form.command = TextField(String(line[place.upperBound...]))
      let effects = state.take(Key(.enter), form)
      if case .addServer(let form) = state.overlay, let problem = form.problem {
        state.overlay = nil
        return effects.isEmpty ? Answer(["error: \(state.safe(problem))"]) : Answer(effects: effects)
      }
      return Answer(effects: effects)
    case "server", "enable", "disable", "scan", "remove": return one(verb, names, on: &state)
    default: return nil
    }
  }

  private static func one(_ verb: String, _ names: [String], on state: inout ConsoleState) -> Answer {
    guard names.count == 1 else { return Answer(["write \(verb) NAME; servers lists the names"]) }
    let name = ExactText(names[0])
    guard let index = state.catalogue.index(ofServer: name) else {
      return Answer(["no server is called `\(state.safe(names[0]))`; servers lists them"])
    }
    if verb == "server" {
      return Answer(state.serverDetailLines(name, columns: 100).map { plain($0.spans.map(\.text).joined()) })
    }
    if state.options.isReadOnly { return Answer(["this console is read-only"]) }
    // The actions are about the server under the cursor of their pane.
    let focus = state.focus
    state.focus = .servers
    defer { state.focus = focus }
    state.serverFilter = nil
    state.serverList.row = index
    state.note = nil
    let effects: [ConsoleEffect]
    switch verb {
    case "enable", "disable":
      let isDisabled = verb == "disable"
      guard state.registry[name] != nil, state.isDisabled(name) != isDisabled else {
        let why = state.registry[name] == nil ? "not registered" : "\(verb)d already"
        return Answer(["\(state.safe(names[0])) is \(why)"])
      }
      effects = state.toggleServer()
    case "scan": effects = state.scanCurrent()
    default:
      state.askToRemoveServer()
      effects = []
    }
    return Answer(outcome(state), effects: effects)
  }

  private static func take(_ names: [String], on state: inout ConsoleState) -> Answer {
    guard case .imports(let list) = state.overlay, let findings = list.findings else {
      return Answer(["type import first: it lists what there is"])
    }
    if state.options.isReadOnly { return Answer(["this console is read-only"]) }
    var choices: [ImportChoice] = []
    let offered = findings.offers.indices.filter { findings.offers[$0].isOffered }
    if names == ["all"] {
      choices = offered.map { ImportChoice(offer: $0, name: findings.offers[$0].proposed) }
    } else {
      for name in names {
        guard let offer = offered.first(where: { findings.offers[$0].proposed == ExactText(name) }) else {
          return Answer(["`\(state.safe(name))` is none of the names that can be added"])
        }
        choices.append(ImportChoice(offer: offer, name: findings.offers[offer].proposed))
      }
    }
    guard !choices.isEmpty else { return Answer(["there is nothing to add"]) }
    return Answer(effects: [.changeRegistry(.take(choices))])
  }

  // MARK: What comes back

  static func lines(of findings: ImportFindings, in state: ConsoleState) -> [String] {
    var lines: [String] = []
    for offer in findings.offers {
      let name = state.safe((offer.isOffered ? offer.proposed : offer.name).string, limit: 64)
      let standing =
        offer.isOffered
        ? "runs \(state.safe(offer.command, limit: 300))" : "not offered: \(state.offerWords(offer.standing))"
      let was = offer.standing == .renamed ? ", there \(state.safe(offer.name.string, limit: 64))" : ""
      let variables =
        offer.variables.isEmpty || !offer.isOffered
        ? "" : ", with \(state.safe(offer.variables.joined(separator: " "), limit: 300)), values not shown"
      let way = offer.standing == .guarded ? "guarded" : offer.isOff ? "off there" : "around the gate"
      lines.append("\(name), \(offer.client.title), \(way), \(state.safe(offer.file))\(was), \(standing)\(variables)")
    }
    lines += findings.unread.map { "not read: \(state.safe($0.file)): \(state.safe($0.problem))" }
    let count = findings.offers.count(where: \.isOffered)
    lines.append(
      count == 0
        ? "no server of a client can be added; add NAME COMMAND registers one"
        : "\(Format.count(count, "server")) can be added: import NAME..., or import all; your clients' files stay as they are"
    )
    return lines
  }

  static func lines(of change: RegistryChange, problem: String?, in state: ConsoleState) -> [String] {
    guard let note = state.note else { return [] }
    guard problem == nil, !change.added.isEmpty else {
      return [(note.weight == .error ? "error: " : "") + plain(note.text)]
    }
    return [plain(note.text), "in the client's file, in place of the server's entry:"] + state.clientLines(change.added)
  }
}

extension String.UTF8View {
  /// Where a word stands first.
  fileprivate func firstRange(of word: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].starts(with: word.utf8) { return start..<index(start, offsetBy: word.utf8.count) }
      start = index(after: start)
    }
    return nil
  }
}
