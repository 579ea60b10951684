internal import ControlWire
internal import Policy

extension ConsoleState {
  /// How the gate is, in words; one of the facts that are on every screen.
  func gateWords(short: Bool) -> TextSpan {
    switch gate.connection {
    case .starting, .greeting: return TextSpan("gate … starting", .dim)
    case .up:
      guard let policy = gate.policy else { return TextSpan("gate ● up", .decisionAllow) }
      guard let revision = policy.revision else { return TextSpan("gate ● up, DENIES ALL", .decisionDeny) }
      if let record = gate.record {
        return TextSpan("gate ● up, NO RECORD\(record.isDenying ? ", DENIES ALL" : "")", .decisionDeny)
      }
      let rejected = policy.state == .rejected ? " REJECTED" : ""
      let digits = safe(revision, limit: 12)
      return TextSpan(
        "gate ● up rev \(short ? String(digits.prefix(6)) : digits)\(rejected)",
        policy.state == .rejected ? .decisionDeny : .decisionAllow)
    case .lost(_, let since, let retryAt):
      let age = Format.timer(microseconds: now.microseconds(since: since))
      let retry = retryAt.map { retryAt -> String in
        let seconds = (retryAt.microseconds(since: now) + 999_999) / 1_000_000
        return short ? " retry \(seconds)s" : ", retry in \(seconds)s"
      }
      return TextSpan("gate ✗ LOST \(age)\(retry ?? "")", .decisionDeny)
    }
  }

  /// What is not saved; one of the facts that are on every screen.
  var unsavedWords: TextSpan {
    if policy.saving == .writing { return TextSpan("saving…", .decisionLimit) }
    if case .awaitingGate = policy.saving { return TextSpan("saved, gate loads…", .decisionLimit) }
    if policy.unsaved > 0 { return TextSpan("●\(Format.count(policy.unsaved)) unsaved", .diffChange) }
    return switch policy.disk {
    case .absent: TextSpan("no policy file", .decisionDeny)
    case .rejected, .unreadable: TextSpan("file BROKEN", .decisionDeny)
    case .reading: TextSpan("reading…", .dim)
    case .asBase, .conflict: TextSpan("saved", .dim)
    }
  }
}

extension Canvas {
  mutating func drawHeader(of state: ConsoleState) {
    let columns = state.size.columns
    fill(Rect(column: 0, row: 0, columns: columns, rows: 1), .header)
    var spans: [TextSpan] = []
    if columns >= 60 { spans.append(TextSpan(" gatehouse ", .title)) }
    spans.append(TextSpan(columns >= 60 ? " policy.json " : " ", .header))
    spans.append(state.unsavedWords)
    spans.append(TextSpan("  ", .header))
    spans.append(state.gateWords(short: columns < 100))
    if columns >= 110 {
      spans.append(TextSpan("   " + Format.count(state.sessions.count, "session"), .header))
      let running = state.catalogue.servers.count { $0.info.state == .running }
      spans.append(TextSpan("   servers \(running)/\(state.catalogue.servers.count) up", .header))
      let ungoverned = state.catalogue.servers.reduce(0) { $0 + $1.ungoverned }
      let words = ungoverned > 0 ? " (\(Format.count(ungoverned)) ungoverned)" : ""
      spans.append(TextSpan("   " + Format.count(state.catalogue.tools.count, "tool") + words, .header))
    }
    let end = put(Line(spans), row: 0, column: 0, columns: columns)
    drawRate(of: state, from: end + 2, columns: columns)
  }

  /// Rate and sparkline at the right end, where there is room.
  private mutating func drawRate(of state: ConsoleState, from start: Int, columns: Int) {
    let rate = "\(Format.count(state.live.rates.rate(now: state.now)))/s "
    let bars = columns >= 110 ? 20 : 10
    let width = rate.utf8.count + bars + 1
    guard state.gate.isUp, columns - width >= start else { return }
    let spans = [TextSpan(rate, .header)] + Sparkline.spans(state.live.rates.bars(bars, now: state.now))
    put(Line(spans), row: 0, column: columns - width, columns: width)
  }

  /// The facts alone, for a screen that is too small for panes.
  mutating func drawFacts(of state: ConsoleState) {
    guard state.size.rows > 0 else { return }
    let spans = [
      state.gateWords(short: true), TextSpan(" ", .text), state.unsavedWords,
      TextSpan(" (40x10 needed for panes)", .dim),
    ]
    put(Line(spans), row: 0, column: 0, columns: state.size.columns)
    if let note = state.note, state.size.rows > 1 {
      put(note.text, .text, row: 1, column: 0, columns: state.size.columns)
    }
  }

  /// The bottom line: what is typed, else what was said, else the keys that are of use now.
  mutating func drawFooter(of state: ConsoleState, row: Int) -> (row: Int, column: Int)? {
    let columns = state.size.columns
    switch state.overlay {
    case .command(let command):
      return drawCommand(command, of: state, row: row)
    case .filter(let filter): return drawFilter(filter, of: state, row: row)
    default: break
    }
    if let note = state.note {
      let role: Role =
        switch note.weight {
        case .info: .text
        case .warning: .decisionLimit
        case .error: .bannerError
        }
      let sign = note.weight == .info ? " " : note.weight == .warning ? " ! " : " ! error: "
      put(sign + note.text, role, row: row, column: 0, columns: columns)
      return nil
    }
    // A popup takes all keys and names its own.
    guard state.overlay == nil else { return nil }
    put(Line([TextSpan(" ")] + state.hints(columns: columns - 1)), row: row, column: 0, columns: columns)
    return nil
  }

  mutating func drawField(
    _ prompt: String, _ field: TextField, _ role: Role, row: Int, columns: Int
  ) -> (row: Int, column: Int) {
    fill(Rect(column: 0, row: row, columns: columns, rows: 1), role)
    put(prompt, .key, row: row, column: 0, columns: 1)
    let room = max(1, columns - 2)
    let start = Self.firstShown(of: field, columns: columns)
    let shown = String(String.UnicodeScalarView(field.scalars.dropFirst(start).prefix(room)))
    let before = String(String.UnicodeScalarView(field.scalars.dropFirst(start).prefix(field.cursor - start)))
    put(shown, role, row: row, column: 1, columns: room, isPeer: true)
    return (row, min(columns - 1, 1 + TerminalText.width(before, set)))
  }

  /// A text that is longer than the line shows the part that the cursor is in.
  static func firstShown(of field: TextField, columns: Int) -> Int { max(0, field.cursor - max(1, columns - 2) + 1) }
}

extension ConsoleState {
  /// The keys that are of use for what is under the cursor, as many as fit.
  func hints(columns: Int) -> [TextSpan] {
    var spans: [TextSpan] = []
    var used = 0
    for (key, word) in hintWords {
      let gap = used == 0 ? 0 : 2
      let width = gap + key.utf8.count + (word.isEmpty ? 0 : 1 + word.utf8.count)
      guard used + width <= columns else { break }
      if gap > 0 { spans.append(TextSpan("  ", .dim)) }
      spans.append(TextSpan(key, .key))
      if !word.isEmpty { spans.append(TextSpan(" \(word)", .dim)) }
      used += width
    }
    return spans
  }

  private var hintWords: [(String, String)] {
    let save: [(String, String)] = policy.isDirty ? [("u", "undo"), ("^S", "save"), ("=", "diff")] : []
    let common: [(String, String)] = [("/", "filter"), (":", ""), ("?", "help"), ("q", "quit")]
    switch focus {
    case .policy where isChoosingStarter:
      return [
        ("j", "down"), ("k", "up"), ("Enter", "write this file"), ("I", "add servers"), ("E", "write one"),
        ("?", "help"), ("q", "quit"),
      ]
    case .policy, .rule:
      switch policy.disk {
      case .rejected, .unreadable: return [("E", "editor"), ("6", "errors")] + save + common
      case .reading: return common
      default: break
      }
      if options.isReadOnly { return [("4", "live"), ("5", "servers")] + common }
      if catalogue.servers.isEmpty { return [("I", "import servers"), ("5", "servers")] + common + [("4", "live")] }
      if list.rows.isEmpty { return common + [("4", "live"), ("5", "servers")] }
      guard currentTool != nil || !marked.isEmpty else {
        return [("Enter", "open"), ("D", "default"), ("o", "messages"), ("m", "mark all")] + save + common + [
          ("4", "live")
        ]
      }
      return [("a", "allow"), ("d", "deny"), ("r", "limit"), ("p", "ask"), ("x", "hide"), ("i", "inherit")] + save + [
        ("m", "mark")
      ]
        + common + [("4", "live")]
    case .live:
      return [("Space", live.follows ? "pause" : "follow"), ("Enter", "details"), ("J", "rule"), ("]", "next denied")]
        + save + common + [("1", "policy")]
    case .servers:
      if catalogue.servers.isEmpty { return [("I", "import"), ("A", "add")] + save + common }
      return [
        ("Enter", "details"), ("Space", currentServerName.map(isDisabled) == true ? "enable" : "disable"),
        ("R", "ask tools"), ("A", "add"), ("I", "import"), ("X", "remove"),
        ("o", "messages"),
      ] + save + common
    case .changes:
      let contest: [(String, String)] = policy.isContested ? [("K", "keep mine"), ("T", "take theirs")] : []
      return contest + [("Enter", "go there"), ("U", "redo"), ("E", "editor")] + save + common
    case .approvals: return common
    }
  }
}
