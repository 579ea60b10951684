internal import ClientFiles
internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// How many offers are drawn at once.
  var importRows: Int { max(1, size.rows - 2 - 2 - (importDetailRows + 2)) }

  /// How many lines are kept for what is under the cursor.
  private var importDetailRows: Int { size.rows >= 20 ? 6 : 2 }

  /// What is known of the offer under the cursor, in so many lines.
  func importDetails(_ list: ImportList, columns: Int) -> [Line] {
    guard let findings = list.findings, let place = list.current else { return [] }
    let offer = findings.offers[place]
    var lines: [Line] = []
    let variables =
      offer.variables.isEmpty ? "" : " · with \(offer.variables.prefix(20).joined(separator: ", ")), values not shown"
    let runs = (offer.command.isEmpty ? "?" : offer.command) + variables
    for (label, text) in [
      ("runs   ", runs),
      ("now    ", guardWords(offer)),
      ("from   ", offer.file + (offer.project.map { ", for \($0)" } ?? "") + (offer.isOff ? ", turned off there" : "")),
      (
        "so     ",
        offer.isOffered
          ? "it would be \(list.name(place))\(offer.standing == .renamed ? ", for its name is taken; e changes that" : "; e changes the name")"
          : offerWords(offer.standing)
      ),
    ] {
      lines += wrapped(label, text, columns: columns, limit: importDetailRows > 2 ? 2 : 1)
    }
    return Array(lines.prefix(importDetailRows))
  }

  /// Whether calls of a client's server pass the gate.
  private func guardWords(_ offer: ImportOffer) -> String {
    if offer.standing == .guarded { return "guarded: its calls pass the gate" }
    if offer.isOff { return "off: \(offer.client.title) does not start it" }
    return "around: \(offer.client.title) goes around the gate; W in pane 5 changes that"
  }

  /// What the list of offers begins with.
  func importIntro(_ list: ImportList, _ findings: ImportFindings, columns: Int) -> String {
    let (all, around) = (findings.offers.count, findings.offers.count(where: \.isUnguarded))
    let guarded =
      around == 0
      ? "no server goes around the gate"
      : "\(Format.count(around)) of \(Format.count(all, "server")) \(around == 1 ? "goes" : "go") around the gate"
    if list.offered == 0 { return "none of them can be added · \(guarded)" }
    let chosen = "\(Format.count(list.chosen.count)) of \(Format.count(list.offered)) chosen"
    if columns < 60 { return "\(chosen) · \(Format.count(around)) of \(Format.count(all)) unguarded" }
    return "\(chosen) for servers.json · \(guarded)"
  }

  /// A label with a text of others, broken into lines.
  func wrapped(_ label: String, _ text: String, columns: Int, limit: Int = 4) -> [Line] {
    let room = max(8, columns - label.utf8.count)
    return TerminalText.wrap(text, columns: room, options.glyphs, limit: limit).enumerated().map { index, glyphs in
      let lead = index == 0 ? label : String(repeating: " ", count: label.utf8.count)
      return Line([TextSpan(lead, .dim)] + Self.spans(glyphs, .text))
    }
  }
}

extension Canvas {
  mutating func drawImports(_ list: ImportList, of state: ConsoleState) -> PopupCursor? {
    let hint: String =
      if list.renaming != nil {
        "Enter keeps the name · Esc"
      } else if list.offered > 0 {
        "Space choose · a all · Enter add · Esc"
      } else {
        "A add by command · Esc"
      }
    let body = box(
      "Servers of your clients", columns: min(120, grid.size.columns), rows: grid.size.rows - 2, hint: hint)
    guard body.rows > 2 else { return nil }
    guard let findings = list.findings else {
      put("reading your clients' configuration files", .dim, row: body.row, column: body.column, columns: body.columns)
      return PopupCursor(row: body.row, column: body.column)
    }
    guard !findings.offers.isEmpty else {
      draw(state.nothingFoundLines(findings, columns: body.columns), from: 0, in: body)
      return PopupCursor(row: body.row, column: body.column)
    }
    put(
      state.importIntro(list, findings, columns: body.columns), .dim, row: body.row, column: body.column,
      columns: body.columns)
    let rows = max(1, min(state.importRows, body.rows - 2))
    let order = list.order
    let top = list.list.firstRow(count: order.count, height: rows)
    var cursor = PopupCursor(row: body.row + 1, column: body.column)
    let nameWidth = body.columns >= 90 ? 24 : body.columns >= 60 ? 18 : 14
    let clientWidth = body.columns >= 60 ? 15 : 0
    for (offset, place) in order.dropFirst(top).prefix(rows).enumerated() {
      let offer = findings.offers[place]
      let isCurrent = top + offset == list.list.row
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      let row = body.row + 1 + offset
      fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
      put(isCurrent ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
      let box = !offer.isOffered ? " - " : list.chosen.contains(place) ? "[x]" : "[ ]"
      put(box, offer.isOffered ? .key : .dim, row: row, column: body.column + 1, columns: 3, ground: ground)
      let at = body.column + 5
      let name = list.name(place)
      if isCurrent, let field = list.renaming {
        let end = put(field.text, .input, row: row, column: at, columns: body.columns - 6, isPeer: true)
        cursor = PopupCursor(row: row, column: min(end, body.column + body.columns - 1), isTyping: true)
        continue
      }
      let shown = offer.isOffered ? name : offer.name
      put(
        shown.string, offer.isOffered ? .text : .dim, row: row, column: at, columns: nameWidth - 1, ground: ground,
        isPeer: true)
      var next = at + nameWidth
      if clientWidth > 0 {
        put(offer.client.title, .dim, row: row, column: next, columns: clientWidth - 1, ground: ground)
        next += clientWidth
        let word = offer.standing == .guarded ? "guarded" : offer.isOff ? "off" : "around"
        put(
          word, offer.isUnguarded ? .decisionLimit : .dim, row: row, column: next, columns: 7, ground: ground)
        next += 9
      }
      let room = body.column + body.columns - next
      if offer.isOffered {
        put(offer.command, .text, row: row, column: next, columns: room, ground: ground, isPeer: true)
      } else {
        put(state.offerWords(offer.standing), .dim, row: row, column: next, columns: room, ground: ground)
      }
      if isCurrent { cursor = PopupCursor(row: row, column: body.column + 1) }
    }
    let below = body.row + 1 + rows
    if let hint = list.hint {
      put(hint, .decisionLimit, row: below, column: body.column, columns: body.columns)
    } else if findings.unread.isEmpty == false {
      let first = findings.unread[0]
      let more = findings.unread.count > 1 ? " and \(findings.unread.count - 1) more" : ""
      put(
        "not read: \(first.file)\(more): \(first.problem)", .decisionLimit, row: below, column: body.column,
        columns: body.columns, isPeer: true)
    }
    draw(
      state.importDetails(list, columns: body.columns), from: 0,
      in: Rect(
        column: body.column, row: below + 1, columns: body.columns, rows: max(0, body.row + body.rows - below - 1)))
    return cursor
  }

  mutating func drawServerForm(_ form: ServerForm, of state: ConsoleState) -> PopupCursor? {
    let columns = min(90, grid.size.columns)
    let notes: [Line]
    if let problem = form.problem {
      notes = state.paragraphs([(problem, .decisionDeny)], columns: columns - 4)
    } else {
      let text: String =
        switch form.field {
        case .name: "what clients call it: gatehouse connect NAME"
        case .command:
          "as a shell takes it: npx -y some-server; NAME=VALUE in front sets a variable, kept in servers.json (0600)"
        case .folder: "where it starts; empty for its client's own folder"
        }
      notes = state.paragraphs([(text, .dim)], columns: columns - 4)
    }
    let body = box(
      "Add a server", columns: columns, rows: 3 + max(2, notes.count) + 2, hint: "Tab next · Enter add · Esc")
    var cursor: PopupCursor?
    for (offset, field) in ServerForm.Field.allCases.enumerated() where offset < body.rows {
      let label = ["name     ", "command  ", "folder   "][offset]
      let isHere = form.field == field
      let row = body.row + offset
      put(label, isHere ? .key : .dim, row: row, column: body.column, columns: body.columns)
      let (at, room) = (body.column + label.utf8.count, max(1, body.columns - label.utf8.count - 1))
      let text = field == .command ? ShellWords.masked(form[field].text) : form[field].text
      let scalars = Array(text.unicodeScalars)
      let start = isHere ? max(0, form[field].cursor - room + 1) : 0
      let shown = String(String.UnicodeScalarView(scalars.dropFirst(start).prefix(room)))
      put(shown, isHere ? .input : .text, row: row, column: at, columns: room, isPeer: true)
      if isHere {
        let before = String(String.UnicodeScalarView(scalars.dropFirst(start).prefix(form[field].cursor - start)))
        cursor = PopupCursor(
          row: row, column: min(at + TerminalText.width(before, set), body.column + body.columns - 1), isTyping: true)
      }
    }
    draw(notes, from: 0, in: Rect(column: body.column, row: body.row + 3, columns: body.columns, rows: body.rows - 3))
    return cursor
  }

  mutating func drawServer(_ details: ServerDetails, of state: ConsoleState) -> PopupCursor? {
    let lines = state.serverDetailLines(details.name, columns: state.detailColumns)
    let body = box(
      "Server \(state.safe(details.name.string, limit: 64))", columns: state.detailColumns + 4,
      rows: min(lines.count + 2, state.detailRows + 2), hint: "Enter tools · o messages · Esc")
    draw(lines, from: min(details.top, max(0, lines.count - body.rows)), in: body)
    return PopupCursor(row: body.row, column: body.column)
  }

  mutating func drawAdded(_ added: ServersAdded, of state: ConsoleState) -> PopupCursor? {
    let lines = state.addedLines(added, columns: state.detailColumns)
    let body = box(
      "Added", columns: state.detailColumns + 4, rows: min(lines.count + 2, state.detailRows + 2),
      hint: "y copies the lines · Enter")
    draw(lines, from: min(added.top, max(0, lines.count - body.rows)), in: body)
    return PopupCursor(row: body.row, column: body.column)
  }
}

extension ConsoleState {
  var detailColumns: Int { max(1, min(100, size.columns) - 4) }
  var detailRows: Int { max(1, size.rows - 4) }

  /// What the list of offers says when it is empty.
  func nothingFoundLines(_ findings: ImportFindings, columns: Int) -> [Line] {
    let named: [ClientKind] = [.claudeCode, .claudeDesktop, .cursor, .codex, .vscode, .windsurf, .gemini, .zed]
    let looked = named.map(\.title).joined(separator: ", ") + ", \(ClientKind.allCases.count - named.count) more"
    let files =
      findings.files == 0 ? "No configuration file of a client was found." : "No file of a client has a server."
    var lines = paragraphs(
      [
        (files, .text), ("Looked for those of \(looked), and in this folder.", .dim), ("", .text),
        ("A adds a server by its command. From a file elsewhere:", .text),
        ("gatehouse servers import --from FILE", .accent),
      ], columns: columns)
    for file in findings.unread.prefix(10) {
      lines.append(Line(TextSpan("not read: ", .decisionLimit), TextSpan(peer: "\(file.file): \(file.problem)")))
    }
    return lines
  }

  /// What to do with servers that were just added.
  func addedLines(_ added: ServersAdded, columns: Int) -> [Line] {
    let names = added.names.prefix(8).map { safe($0.string, limit: 64) }.joined(separator: ", ")
    let more = added.names.count > 8 ? " and \(added.names.count - 8) more" : ""
    var texts: [(String, Role)] = [("\(names)\(more): in \(safe(registry.path)) now.", .text)]
    if !added.files.isEmpty {
      texts.append(
        ("Nothing else is changed: not \(safe(added.files.prefix(4).joined(separator: ", "), limit: 300)).", .dim))
    }
    texts += added.names.prefix(8).map { ("  \(safe($0.string, limit: 64)): \(toolsWords($0))", .text) }
    texts += [
      ("", .text),
      (
        "Agents go around the gate until their client starts it. W in pane 5 changes the client's file; by hand, put this in place of the server's entry:",
        .text
      ),
    ]
    var lines = paragraphs(texts, columns: columns)
    for line in clientLines(added.names) {
      lines += paragraphs([(line, .accent)], columns: columns)
    }
    if added.names.count > 20 { lines.append(Line(TextSpan("and so on", .dim))) }
    lines += paragraphs([("", .text), (policyWords, .text)], columns: columns)
    return lines
  }

  /// How far the asking for a server's tools is.
  private func toolsWords(_ name: ExactText) -> String {
    if scanning.contains(name) { return "being asked for its tools …" }
    guard let server = catalogue.index(ofServer: name).map({ catalogue.servers[$0] }) else { return "not asked yet" }
    if let error = server.info.lastError { return "✗ \(safe(error, limit: 200))" }
    return server.info.scanned == nil ? "not asked yet" : "✓ \(Format.count(server.tools.count, "tool"))"
  }

  /// What the policy in force does to servers that nobody has decided about.
  private var policyWords: String {
    guard let draft = policy.draft else {
      return "Without a policy every call is denied: pane 1 offers three to start with."
    }
    if !draft.base.isEnforced { return "The policy only observes: every call passes and is recorded." }
    return "What no rule names goes by the default: W in pane 1 gives every such tool its recommended rule."
  }

  /// Everything about one server, line by line.
  func serverDetailLines(_ name: ExactText, columns: Int) -> [Line] {
    guard let index = catalogue.index(ofServer: name) else {
      return paragraphs([("This server is gone.", .dim)], columns: columns)
    }
    let server = catalogue.servers[index]
    let entry = registry[name]
    var lines: [Line] = []
    func add(_ label: String, _ text: String?) {
      guard let text, !text.isEmpty else { return }
      lines += wrapped(label, text, columns: columns)
    }
    add("state     ", stateWords(server))
    add("runs      ", entry?.command ?? (server.info.program.isEmpty ? nil : server.info.program))
    add("over      ", server.info.transport)
    if let entry {
      let variables = entry.variables.joined(separator: ", ")
      add("variables ", variables.isEmpty ? "none of its own" : "\(variables) (values not shown)")
      add("folder    ", entry.folder ?? "its client's")
      if let timeout = entry.timeout { add("timeout   ", "\(Format.count(timeout)) ms a call") }
      add("registry  ", registry.path)
    } else {
      add(
        "registry  ",
        server.info.isRegistered ? registry.problem ?? "not read" : "not in it: its client brings it along")
    }
    let asked = server.info.scanned.map { ", asked at \($0.rfc3339)" } ?? ", never asked"
    add("tools     ", Format.count(server.tools.count) + asked)
    if let changes = definitionChanges[name] {
      add("changed   ", "\(changes.words) since this console started")
      for (label, names) in [
        ("  added ", changes.added), ("  changed ", changes.changed), ("  removed ", changes.removed),
      ] where !names.isEmpty {
        add(label, names.sorted().prefix(20).map(\.string).joined(separator: ", "))
      }
    }
    let rules = rulesNaming(name)
    add(
      "policy    ",
      (rules > 0 ? "names it in \(Format.count(rules, "place"))" : "does not name it")
        + "; other tools: \(safe(server.fallback.summary))")
    add("failed    ", server.info.lastError)
    add("it wrote  ", server.info.lastLine)
    for session in sessions.values.filter({ $0.server == name }).sorted(by: { $0.session < $1.session }).prefix(20) {
      add("session   ", "\(session.session) of \(session.client), process \(session.pid)")
    }
    add("client    ", "\"command\": \"gatehouse\", \"args\": [\"connect\", \"\(safe(name.string, limit: 64))\"]")
    return lines
  }
}
