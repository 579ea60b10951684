import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// The states whose whole screens are kept in `Tests/Fixtures/screens`: every pane and every popup.
struct GoldenState: Sendable, CustomTestStringConvertible {
  let name: String
  let desk: @Sendable (_ columns: Int, _ rows: Int) -> Desk

  var testDescription: String { name }

  init(_ name: String, _ desk: @escaping @Sendable (Int, Int) -> Desk) {
    self.name = name
    self.desk = desk
  }

  private static func busy(_ name: String, _ keys: String...) -> GoldenState {
    GoldenState(name) { columns, rows in
      var desk = Desk.busy(columns: columns, rows: rows)
      for key in keys { desk.press(key) }
      return desk
    }
  }

  /// Two calls wait, and the person has read the first.
  private static func approvals(_ name: String, _ keys: String...) -> GoldenState {
    GoldenState(name) { columns, rows in
      var desk = Desk.ready(columns: columns, rows: rows)
      desk.ask(Desk.event("q1"))
      desk.ask(Desk.event("q2", "git_commit", severity: .medium, category: .write, seconds: 240))
      desk.look()
      for key in keys {
        desk.press(key)
        desk.answerDetails()
        desk.draw()
        desk.wait(500)
      }
      return desk
    }
  }

  static let all: [GoldenState] = [
    // Panes
    busy("policy", "j", "j"), busy("policy-flat", "f", "s"), busy("policy-filter", "/", "risk>=med", "Enter"),
    busy("policy-marks", "j", "m", "m"), busy("rule", "j", "2"), busy("live", "4"), busy("live-paused", "4", "k", "k"),
    GoldenState("live-lost") { columns, rows in
      var desk = Desk.busy(columns: columns, rows: rows)
      desk.send(.gateLost(reason: "the gate closed the connection", retryIn: 2_000_000))
      desk.press("4")
      return desk
    },
    GoldenState("servers") { columns, rows in
      var desk = Desk.atServers(columns: columns, rows: rows)
      desk.mix()
      return desk
    },
    GoldenState("servers-filter") { columns, rows in
      var desk = Desk.atServers(columns: columns, rows: rows)
      desk.mix()
      desk.press("/", "is:failed", "Enter")
      return desk
    },
    GoldenState("servers-filter-nothing") { columns, rows in
      var desk = Desk.atServers(columns: columns, rows: rows)
      desk.press("/", "nobody", "Enter")
      return desk
    },
    GoldenState("changes") { ChangesTests.edited(columns: $0, rows: $1) },
    GoldenState("changes-conflict") { MergingTests.contested(columns: $0, rows: $1) },
    GoldenState("changes-saving") { columns, rows in
      var desk = ChangesTests.edited(columns: columns, rows: rows)
      desk.press("ctrl-s")
      return desk
    },
    GoldenState("file-broken") { columns, rows in
      var desk = Desk.ready(columns: columns, rows: rows)
      desk.read(#"{"version": "1", "defualt": "deny"}"#)
      desk.press("6")
      return desk
    },
    GoldenState("read-only") { columns, rows in
      var options = Desk.options
      options.isReadOnly = true
      return Desk.ready(columns: columns, rows: rows, options: options)
    },
    GoldenState("lookalike") { columns, rows in
      var desk = LikenessTests.desk(columns: columns, rows: rows)
      desk.press("/", "is:lookalike", "Enter", "G")
      return desk
    },
    GoldenState("hostile") { columns, rows in
      var desk = Desk.ready(columns: columns, rows: rows)
      desk.gate(.snapshot(desk.snapshot([Desk.hostile]), id: nil), sequence: 0)
      desk.press("j")
      return desk
    },
    // Popups
    busy("help", "?"), busy("help-nothing", "?", "fixed popup"), busy("command", ":", "deny git/git_"),
    busy("filter", "/", "risk>=m"), busy("filter-wrong", "/", "risk>=nothing"), busy("palette", "ctrl-p", "dflt"),
    busy("decision", "4", "k", "Enter"), busy("newRule", "4", "k", "w"), busy("log", "j", "d", "u", "!"),
    busy("confirm", "D", "D"),
    busy("confirm-quit", "j", "d", "q"),
    GoldenState("limit") { columns, rows in
      var desk = Desk.limits("git_log", columns: columns, rows: rows)
      desk.press("r")
      desk.gate(.counters(LimitCountsTests.answer, id: nil), sequence: 0)
      return desk
    },
    GoldenState("messages") { columns, rows in
      var desk = Desk.ready(columns: columns, rows: rows)
      desk.press("o")
      let messages = (1...30).map { number in
        ServerMessage(
          number: UInt64(number), time: Desk.noon, session: "q1-1", source: .stderr,
          text: "line \(number) of what it wrote")
      }
      desk.gate(.serverMessages(ServerMessages(server: "git", missed: 2, messages: messages), id: nil), sequence: 0)
      return desk
    },
    approvals("approvals"), approvals("request", "o"), approvals("bulk", "m", "j", "m", "a"), approvals("reply", "e"),
    GoldenState("themes") { ThemePickerTests.open(columns: $0, rows: $1) },
    GoldenState("imports") { Desk.atImport(columns: $0, rows: $1) },
    GoldenState("wrap") { Desk.atWrap(columns: $0, rows: $1) },
    GoldenState("wrapPreview") { columns, rows in
      var desk = Desk.atWrap(columns: columns, rows: rows)
      desk.press("Space", "Space", "Enter")
      desk.send(.wrapPlanned(Desk.wrapPreview))
      return desk
    },
    GoldenState("addServer") { columns, rows in
      var desk = Desk.atServers(columns: columns, rows: rows)
      desk.press("A", "notes", "Tab", "uvx mcp-server-notes --dir /srv")
      return desk
    },
    GoldenState("server") { columns, rows in
      var desk = Desk.atServers(columns: columns, rows: rows)
      desk.press("Enter")
      return desk
    },
    GoldenState("added") { columns, rows in
      var desk = Desk.atImport(columns: columns, rows: rows)
      desk.press("Space", "Enter")
      desk.answerChange()
      return desk
    },
    GoldenState("rule-editor") { Desk.editing("git_commit", columns: $0, rows: $1) },
    GoldenState("text") { RuleEditorScreenTests.problems($0, $1) },
    GoldenState("merge") { columns, rows in
      var desk = MergingTests.contested(columns: columns, rows: rows)
      desk.press("m", "m", "j")
      return desk
    },
    GoldenState("part") { columns, rows in
      var desk = ChangesTests.edited(columns: columns, rows: rows)
      ChangesTests.go(to: columns < 60 ? "git/git_st" : "git/git_status", in: &desk)
      desk.press("d")
      return desk
    },
    GoldenState("left") { columns, rows in
      (try? LeftEditsTests.found(columns: columns, rows: rows)) ?? Desk(columns: columns, rows: rows)
    },
    GoldenState("tool") { columns, rows in
      var desk = Desk.ready(columns: columns, rows: rows)
      desk.press(":", "go git_commit", "Enter", "t")
      let text =
        #"{"name":"git_commit","description":"Records changes","inputSchema":{"type":"object","properties":{"message":{"type":"string"}}}}"#
      desk.send(.toolRead(ToolAnswer(server: "git", name: "git_commit", definition: Array(text.utf8))))
      return desk
    },
    GoldenState("pins") { Desk.atPins(columns: $0, rows: $1) },
    GoldenState("history") { Desk.atHistory(columns: $0, rows: $1) },
    GoldenState("history-numbers") { columns, rows in
      var desk = Desk.atHistory(columns: columns, rows: rows)
      desk.press("f")
      return desk
    },
    GoldenState("history-effect") { columns, rows in
      var desk = Desk.withEffect(columns: columns, rows: rows)
      desk.press("7")
      desk.answerHistory()
      return desk
    },
    GoldenState("past") { columns, rows in
      var desk = Desk.atHistory(columns: columns, rows: rows)
      desk.press("j", "j", "Enter")
      desk.answerPast()
      return desk
    },
    GoldenState("rule-effect") { Desk.withEffect(columns: $0, rows: $1) },
    GoldenState("changes-effect") { columns, rows in
      var desk = Desk.withEffect(columns: columns, rows: rows)
      desk.press("6")
      desk.answerEffect()
      return desk
    },
    GoldenState("suggest") { columns, rows in
      var desk = Desk.atSuggestions(columns: columns, rows: rows)
      desk.press("j", "j")
      return desk
    },
    GoldenState("suggestPreview") { columns, rows in
      var desk = Desk.atSuggestions(columns: columns, rows: rows)
      desk.press("Enter")
      return desk
    },
    GoldenState("pins-question") { columns, rows in
      var desk = Desk.atPins(columns: columns, rows: rows)
      desk.press("A")
      return desk
    },
    GoldenState("policy-pins") { columns, rows in
      var desk = Desk.atPins(columns: columns, rows: rows)
      desk.press("Esc")
      return desk
    },
    GoldenState("tool-unknown") { columns, rows in
      var desk = Desk.ready(columns: columns, rows: rows)
      desk.press(":", "go git_commit", "Enter", "t")
      desk.send(.toolRead(ToolAnswer(server: "git", name: "git_commit", problem: "nobody has asked the server yet")))
      return desk
    },
  ]

  /// Those that are dumped with their styles, too.
  static let styled: [GoldenState] = {
    let names = [
      "policy", "policy-marks", "rule", "live", "servers", "changes", "changes-conflict", "lookalike", "hostile",
      "help",
      "limit", "merge", "rule-editor", "tool", "filter-wrong", "pins",
    ]
    return names.compactMap { name in all.first { $0.name == name } }
  }()
}
