internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy
internal import Risk

/// A fact in a server's row; those that matter less leave first where there is no room.
private struct ServerFact {
  var spans: [TextSpan]
  var weight: Int

  var width: Int { spans.reduce(2) { $0 + TerminalText.width($1.text) } }
}

extension Canvas {
  mutating func drawServer(_ index: Int, of state: ConsoleState, in body: Rect, row: Int, isCurrent: Bool) {
    let server = state.catalogue.servers[index]
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    let isFolded = state.list.collapsed.contains(server.info.name) && state.list.filter == nil
    fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
    let name = Line(
      TextSpan(isCurrent ? "▶" : " ", .accent), TextSpan(isFolded ? "▸ " : "▾ ", .accent),
      TextSpan(peer: server.info.name.string, .title))
    let nameWidth = min(24, 3 + TerminalText.width(server.info.name.string, set))
    var facts = serverFacts(server, of: state, columns: body.columns)
    var width = facts.reduce(-2) { $0 + $1.width }
    while width > max(10, body.columns - nameWidth - 1), facts.count > 1 {
      let least = facts.indices.min { facts[$0].weight < facts[$1].weight } ?? 0
      width -= facts[least].width
      facts.remove(at: least)
    }
    width = min(width, max(0, body.columns - 10))
    put(name, row: row, column: body.column, columns: max(1, body.columns - width - 1), ground: ground)
    let spans = facts.enumerated().flatMap { $0.offset == 0 ? $0.element.spans : [TextSpan("  ")] + $0.element.spans }
    put(Line(spans), row: row, column: body.column + body.columns - width, columns: width, ground: ground)
  }

  private func serverFacts(_ server: Catalogue.Server, of state: ConsoleState, columns: Int) -> [ServerFact] {
    let isWide = columns >= 76
    var facts: [ServerFact] = []
    func add(_ text: String, _ role: Role, _ weight: Int) {
      facts.append(ServerFact(spans: [TextSpan(text, role)], weight: weight))
    }
    if server.info.state == .failed { add("✗ failed", .decisionDeny, 8) }
    if server.changed > 0 { add("~\(Format.count(server.changed)) edited", .diffChange, 6) }
    if server.news > 0 { add("!\(Format.count(server.news)) changed", .attention, 7) }
    if columns >= 60 { add(Format.count(server.tools.count, "tool"), .dim, 1) }
    let risks = Severity.allCases.reversed().compactMap { severity -> TextSpan? in
      let count = server.severities.indices.contains(severity.position) ? server.severities[severity.position] : 0
      guard count > 0, columns >= 44 else { return nil }
      return TextSpan(isWide ? "\(count) \(severity.word)" : "\(count)\(severity.letter)", severity.role)
    }
    if !risks.isEmpty {
      let spans = risks.enumerated().flatMap { $0.offset == 0 ? [$0.element] : [TextSpan(" "), $0.element] }
      facts.append(ServerFact(spans: spans, weight: 5))
    }
    if server.ungoverned > 0 {
      let isOpen = server.fallback.verdict == .allow
      let words =
        isWide ? "\(Format.count(server.ungoverned)) ungoverned" : "\(Format.count(server.ungoverned)) no rule"
      add(words, isOpen ? .riskHigh : .dim, 3)
    }
    let isOwn = server.fallback.source == .serverDefault
    add(
      isOwn || columns >= 60 ? "default \(server.fallback.mark)" : server.fallback.mark,
      isOwn ? server.fallback.verdict.role : .dim, 9)
    if isWide {
      let calls = state.catalogue.tools[server.tools].reduce(0) { $0 + $1.hour.total(at: state.now) }
      if calls > 0 { add("\(Format.count(calls))/h", .dim, 2) }
    }
    return facts
  }
}

extension Severity {
  fileprivate var word: String { letter == "H" || letter == "C" ? badge : String(badge.prefix(3)) }
}

extension Catalogue.News {
  var word: String? {
    switch self {
    case .none: nil
    case .new: "new"
    case .changed: "changed"
    }
  }
}

extension Catalogue.Tool {
  /// Why a person should look at it; nil if there is no reason.
  var attention: String? {
    switch news {
    case .changed: return "changed: the server tells of it otherwise"
    case .new: return "new: the server had it not before"
    case .none: break
    }
    guard standing.isUngoverned else { return nil }
    return "ungoverned: only the \(standing.sourceInWords)"
  }

  /// The colour of its sign: that nobody speaks of a tool is pressing only where it may be called.
  var attentionRole: Role? {
    if news != .none || looksLike != nil { return .attention }
    guard standing.isUngoverned else { return nil }
    return standing.verdict == .allow ? .riskHigh : .dim
  }
}
