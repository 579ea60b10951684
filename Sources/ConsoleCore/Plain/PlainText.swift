internal import ControlWire
package import Filters
internal import JSONText
internal import Policy
internal import Risk

/// The console as lines of text, for screen readers, scripts and terminals that cannot place a cursor.
///
/// The state, the commands and the edits are those of the screen; only the way to tell differs. The driver feeds
/// messages to `update` as always, prints `lines(for:in:)` of each, and gives every typed line to `run`.
package enum PlainText {
  /// How much of the stream is told as it happens.
  package enum Level: String, CaseIterable, Hashable, Sendable {
    case all, denied, off
  }

  /// What a typed line came to.
  package struct Answer: Hashable, Sendable {
    package var lines: [String]
    package var effects: [ConsoleEffect]
    /// From now on this much of the stream is told; nil for no change.
    package var level: Level?
    /// The line was refused, or not understood.
    package var isError = false

    init(_ lines: [String] = [], effects: [ConsoleEffect] = [], level: Level? = nil, isError: Bool = false) {
      self.isError = isError
      self.lines = lines
      self.effects = effects
      self.level = level
    }
  }

  /// What to print at the start.
  package static func greeting(_ state: ConsoleState) -> [String] {
    ["Gatehouse, policy \(state.safe(state.options.policyPath)). Type help for the commands, quit to leave."]
      + status(state)
  }

  /// What to print before waiting for a line: `3 unsaved> `.
  package static func prompt(_ state: ConsoleState) -> String {
    state.policy.unsaved > 0 ? "\(state.policy.unsaved) unsaved> " : "> "
  }

  // MARK: Events

  /// What to print for a message that `update` has taken in; nothing for most.
  package static func lines(for message: ConsoleMessage, in state: ConsoleState, level: Level) -> [String] {
    switch message {
    case .gate(let gate):
      switch gate.event {
      case .decision(let event):
        guard level == .all || level == .denied && event.decision.verdict != .allow else { return [] }
        return [line(event, at: gate.time, in: state)]
      case .gap(let missed): return level == .off ? [] : ["\(Format.count(missed, "event")) missed"]
      case .tick(let tick) where tick.skipped > 0 && level == .all:
        return ["and \(Format.count(tick.skipped, "allowed call")) more"]
      case .policy, .refused, .hello: return state.note.map { [$0.text] } ?? []
      case .tool: return pageLines(state)
      case .server(let event) where event.state == .failed: return state.note.map { [$0.text] } ?? []
      case .approval(let event): return lines(of: event, in: state)
      case .done, .lockdown, .pin: return state.note.map { [plain($0.text)] } ?? []
      default: return []
      }
    case .gateLost(let reason, _):
      guard case .lost(_, let since, _) = state.gate.connection, since == state.now else { return [] }
      return ["gate lost: \(state.safe(reason))"]
    case .filtersRead(let filters): return filters.problem.map { ["filters.conf: \(state.safe($0))"] } ?? []
    case .policyRead, .policySaved, .note, .textEdited, .leftEdits:
      return state.note.map { ["\(words($0.weight))\($0.text)"] } ?? []
    case .toolRead: return pageLines(state)
    case .serversFound(let findings): return lines(of: findings, in: state)
    case .registryChanged(let change, let problem): return lines(of: change, problem: problem, in: state)
    case .serversScanned(let names, let problem):
      guard problem == nil else { return state.note.map { [plain($0.text)] } ?? [] }
      let its = names.count == 1 ? "its" : "their"
      return ["asked \(names.map(\.string).joined(separator: ", ")) for \(its) tools; list shows them"]
    case .input, .resized, .tick, .gateConnected, .offlineCatalogue, .themeSet, .keysRead, .themesListed, .registryRead,
      .drawn, .crowded, .clientsFound, .wrapPlanned, .clientsWrapped, .similarRead:
      return []
    case .historyRead, .pastPolicyRead, .pastArgumentsRead, .effectRead, .suggested:
      return recordLines(for: message, in: state)
    }
  }

  private static func words(_ weight: Note.Weight) -> String { weight == .error ? "error: " : "" }

  /// One decision as one line.
  static func line(_ event: DecisionEvent, at time: Moment, in state: ConsoleState) -> String {
    let target = event.tool ?? event.method
    var parts = [
      Format.clock(time, secondsFromGMT: state.options.secondsFromGMT),
      event.decision.isEnforced ? event.decision.verdict.rawValue : "would \(event.decision.verdict.rawValue)",
      "\(state.safe(event.server.string))/\(state.safe(target.string))", "by \(state.safe(event.client.string))",
      "rule \(state.safe(event.decision.rule))",
    ]
    if let reason = event.decision.reason { parts.append("because \(state.safe(reason))") }
    if let severity = event.severity { parts.append("risk \(severity.rawValue.lowercased())") }
    return parts.joined(separator: ", ")
  }

  // MARK: Listings

  /// Gate, file and unsaved edits in a few lines.
  package static func status(_ state: ConsoleState) -> [String] {
    var lines = [plain(state.gateWords(short: false).text)]
    switch state.policy.disk {
    case .reading: lines.append("policy file: not read yet")
    case .asBase: lines.append("policy file: valid, rev \(state.policy.draft?.base.revision ?? "")")
    case .absent:
      lines.append("policy file: there is none; starter careful, starter observe or starter empty makes one")
    case .unreadable(let reason): lines.append("policy file: cannot be read: \(state.safe(reason))")
    case .conflict: lines.append("policy file: changed on disk: \(state.conflictCounts); merge lists them")
    case .rejected: lines.append("policy file: NOT VALID")
    }
    lines += state.problems.map { state.safe("\($0)", limit: 600) }
    lines.append(
      state.policy.unsaved > 0
        ? "\(Format.count(state.policy.unsaved, "unsaved change")): changes lists, save saves" : "nothing unsaved")
    if let first = state.left.first {
      let more = state.left.count > 1 ? " and those of \(Format.count(state.left.count - 1, "other console"))" : ""
      lines.append(
        "\(state.words(of: first))\(more) were left behind: left tells of them, restore takes them in, discard drops them"
      )
    }
    lines.append(
      "\(Format.count(state.catalogue.servers.count, "server")), \(Format.count(state.catalogue.tools.count, "tool")), "
        + Format.count(state.sessions.count, "session"))
    return lines
  }

  /// Servers and tools with their decisions, one a line; those that the filter lets through.
  package static func listing(_ state: ConsoleState, filter: Filter? = nil) -> [String] {
    var lines: [String] = []
    var subject = ToolSubject(catalogue: state.catalogue, marks: state.marked, now: state.now)
    for server in state.catalogue.servers {
      let name = server.info.name.string
      let tools = server.tools.filter { index in
        subject.tool = index
        return filter?.matches(subject) ?? true
      }
      if tools.isEmpty, filter != nil { continue }
      lines.append(
        "server \(state.safe(name)), \(server.info.state.rawValue), \(Format.count(server.tools.count, "tool")), "
          + "default \(state.safe(server.fallback.summary))")
      lines += tools.map { "  " + line(of: state.catalogue.tools[$0], in: state) }
    }
    if lines.isEmpty { lines.append(filter == nil ? "no server is known" : "no tool fits the filter") }
    return lines
  }

  private static func line(of tool: Catalogue.Tool, in state: ConsoleState) -> String {
    let changed = tool.mark == .none ? "" : ", not saved, was \(state.safe(tool.saved.summary))"
    let likeness = state.likenessWords(tool).map { ", \($0)" } ?? ""
    return "\(state.safe(tool.info.name.string)): \(state.safe(tool.standing.summary)), "
      + "\(state.safe(tool.standing.sourceInWords)), \(tool.info.assessment.category.rawValue.lowercased()) "
      + "\(tool.info.assessment.severity.rawValue.lowercased())\(changed)\(likeness)"
  }

  /// Everything about one tool, line by line.
  static func details(_ name: ToolName, _ state: ConsoleState) -> [String] {
    guard let index = state.catalogue.index(of: name) else { return [] }
    var copy = state
    copy.list.filter = nil
    copy.list.isFlat = true
    copy.rebuildList()
    guard let row = copy.list.rows.firstIndex(of: .tool(index)) else { return [] }
    copy.list.cursor.row = row
    return copy.ruleLines(columns: 72)
      .map { line in
        plain(line.spans.map { $0.isPeer ? state.safe($0.text, limit: 4000) : $0.text }.joined())
      }
      .filter { !$0.isEmpty }
  }

  static func changes(_ state: ConsoleState) -> [String] {
    guard state.policy.isDirty, let draft = state.policy.draft else { return ["nothing is changed"] }
    let sentences = draft.changes.enumerated().map {
      "\($0.offset + 1). \(state.safe($0.element.sentence, limit: 600))"
    }
    let diff = draft.diff.map { text(of: $0, state) }
    return sentences + ["the text that saving writes:"] + diff
  }

  /// Our own words without the signs that a screen reader would spell out.
  static func plain(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !"●✓✗≈∅".unicodeScalars.contains(scalar) { view.append(scalar) }
    return String(view).replacingDoubleSpaces
  }
}

extension String {
  fileprivate var replacingDoubleSpaces: String {
    var view = String.UnicodeScalarView()
    for scalar in unicodeScalars where scalar != " " || view.last != " " { view.append(scalar) }
    return String(view)
  }
}
