internal import JSONText
internal import Policy

extension Canvas {
  /// The keys that are of use now, and at the right what was said; an error has the whole line.
  mutating func drawSaid(of state: ConsoleState, row: Int) {
    let columns = state.size.columns
    var room = columns - 1
    if let note = state.note {
      let role: Role =
        switch note.weight {
        case .info: .text
        case .warning: .decisionLimit
        case .error: .bannerError
        }
      let sign = note.weight == .info ? " " : note.weight == .warning ? " ! " : " ! error: "
      let text = sign + note.text
      let width = TerminalText.width(set == .unicode ? text : Self.ascii(text), set)
      let left = columns - width - 2
      // Without room for a few keys what was said stands alone.
      guard note.weight != .error, state.overlay == nil, left >= Self.fewHints else {
        put(text, role, row: row, column: 0, columns: columns)
        return
      }
      put(text, role, row: row, column: columns - width - 1, columns: width)
      room = left - 1
    }
    // A popup takes all keys and names its own.
    guard state.overlay == nil else { return }
    put(Line([TextSpan(" ")] + state.hints(columns: room)), row: row, column: 0, columns: room + 1)
  }

  /// Room for a few of the keys.
  private static let fewHints = 30

  /// The facts alone, for a screen that is too small for panes; where something is typed or asked, that below them.
  mutating func drawFacts(of state: ConsoleState) -> (row: Int, column: Int)? {
    let size = state.size
    guard size.rows > 0 else { return nil }
    let spans =
      state.waitingFact + [
        state.gateWords(short: true), TextSpan(" ", .text), state.unsavedWords,
        TextSpan(" (40x10 needed for panes)", .dim),
      ]
    put(Line(spans), row: 0, column: 0, columns: size.columns)
    switch state.overlay {
    case .command(let command): return drawField(":", command.field, .input, row: size.rows - 1, columns: size.columns)
    case .confirm(let confirmation) where state.showsQuestion:
      put("y or n? \(confirmation.lines.joined(separator: "; "))", .text, row: 1, column: 0, columns: size.columns)
    default:
      if let note = state.note, size.rows > 1 { put(note.text, .text, row: 1, column: 0, columns: size.columns) }
    }
    return nil
  }
}

extension ConsoleState {
  /// On a screen without panes there is a line left for a question.
  var showsQuestion: Bool { size.rows > 1 && size.columns >= 20 }

  /// The keys that are of use for what is under the cursor, as many as fit.
  func hints(columns: Int) -> [TextSpan] {
    var spans: [TextSpan] = []
    var used = 0
    for (action, word) in hintActions {
      guard let name = options.keys.key(for: action, in: focus), action.refusal(in: self) == nil else { continue }
      let key = Self.short(name)
      let gap = used == 0 ? 0 : 2
      let width = gap + TerminalText.width(key, options.glyphs) + (word.isEmpty ? 0 : 1 + word.utf8.count)
      guard used + width <= columns else { break }
      if gap > 0 { spans.append(TextSpan("  ", .dim)) }
      spans.append(TextSpan(key, .key))
      if !word.isEmpty { spans.append(TextSpan(" \(word)", .dim)) }
      used += width
    }
    return spans
  }

  /// `^S` for `ctrl-s`.
  private static func short(_ name: String) -> String {
    guard name.hasPrefix("ctrl-"), name.unicodeScalars.count == 6, let last = name.unicodeScalars.last else {
      return name
    }
    return "^" + last.properties.uppercaseMapping
  }

  private var hintActions: [(Action, String)] {
    let save: [(Action, String)] = policy.isDirty ? [(.undo, "undo"), (.save, "save"), (.changes, "diff")] : []
    let common: [(Action, String)] = [(.filter, "filter"), (.command, ""), (.help, "help"), (.quit, "quit")]
    switch focus {
    case .policy where isChoosingStarter:
      return [
        (.down, "down"), (.up, "up"), (.open, "write this file"), (.importServers, "add servers"), (.edit, "write one"),
        (.help, "help"),
        (.quit, "quit"),
      ]
    case .policy, .rule: return policyHints(save, common)
    case .live:
      return [
        (.pause, live.follows ? "pause" : "follow"), (.open, "details"), (.jump, "rule"), (.nextDenied, "next denied"),
      ]
        + save + common + [(.policy, "policy")]
    case .servers:
      if catalogue.servers.isEmpty { return [(.importServers, "import"), (.addServer, "add")] + save + common }
      return [
        (.open, "details"), (.toggleServer, currentServerName.map(isDisabled) == true ? "enable" : "disable"),
        (.scan, "ask tools"), (.addServer, "add"), (.importServers, "import"), (.removeServer, "remove"),
        (.messages, "messages"),
      ] + save + common
    case .changes: return changeHints + common
    case .approvals: return approvalHints + common
    case .history:
      return [
        (.open, history.showsNumbers ? "decisions" : "rule then and now"), (.jump, "rule"),
        (.numbers, history.showsNumbers ? "decisions" : "numbers"), (.nextDenied, "next denied"),
        (.record, "read again"),
        (.suggest, "suggest rules"),
      ] + (policy.isDirty ? [(.effectPeriod, "how far back")] : []) + save + common
    }
  }

  private func policyHints(
    _ save: [(Action, String)], _ common: [(Action, String)]
  ) -> [(Action, String)] {
    switch policy.disk {
    case .rejected, .unreadable: return [(.edit, "editor"), (.changes, "errors")] + save + common
    case .reading: return common
    default: break
    }
    if options.isReadOnly { return [(.live, "live"), (.servers, "servers")] + common }
    if catalogue.servers.isEmpty {
      return [(.importServers, "import servers"), (.servers, "servers")] + common + [(.live, "live")]
    }
    if list.rows.isEmpty { return common + [(.live, "live"), (.servers, "servers")] }
    guard currentTool != nil || !marked.isEmpty else {
      return [(.open, "open"), (.serverDefault, "default"), (.messages, "messages"), (.mark, "mark all")] + save
        + common
        + [(.live, "live")]
    }
    let decisions: [(Action, String)] = [
      (.allow, "allow"), (.deny, "deny"), (.limit, "limit"), (.ask, "ask"), (.hide, "hide"), (.inherit, "inherit"),
    ]
    return decisions + save + [(.mark, "mark")] + common + [(.live, "live")]
  }
}
