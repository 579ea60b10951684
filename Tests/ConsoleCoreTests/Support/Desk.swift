import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// A console with a gate, a policy and some servers, played by hand.
struct Desk {
  var state: ConsoleState
  var effects: [ConsoleEffect] = []
  /// Those that ask the record something by the way.
  var asides: [ConsoleEffect] = []

  static let noon = Moment(microseconds: 1_795_174_927_000_000)

  static let policyText = """
    {
      "version": "1",
      "default": "deny",
      "servers": {
        "git": {
          "tools": {
            "git_status": {},
            "git_log": {"limits": [{"window": "minute", "max": 10, "scope": "grant"}]},
            "git_diff*": {"action": "allow"}
          }
        },
        "time": {"default": "allow"}
      }
    }

    """

  init(columns: Int = 80, rows: Int = 24, options: ConsoleOptions = Desk.options) {
    state = ConsoleState(options: options, size: Size(columns: columns, rows: rows), now: Self.noon)
  }

  static var options: ConsoleOptions {
    var options = ConsoleOptions(policyPath: "~/policy.json", build: "1")
    options.themes = ["dark", "light"]
    return options
  }

  /// One that is connected, with a policy and the usual servers.
  static func ready(columns: Int = 80, rows: Int = 24, options: ConsoleOptions = Desk.options) -> Desk {
    var desk = Desk(columns: columns, rows: rows, options: options)
    desk.read(policyText)
    desk.connect()
    desk.effects = []
    desk.send(.tick(noon.advanced(byMicroseconds: 60_000_000)))
    return desk
  }

  mutating func send(_ message: ConsoleMessage) {
    for effect in update(&state, message) {
      switch effect {
      case .tryOnRecord, .readSimilar: asides.append(effect)
      default: effects.append(effect)
      }
    }
  }

  mutating func read(_ text: String) {
    do {
      send(.policyRead(.loaded(try PolicyDocument.read(Array(text.utf8)))))
    } catch {
      send(.policyRead(.rejected(error.problems, text: Array(text.utf8))))
    }
  }

  mutating func connect(_ servers: [Snapshot.Server] = Desk.servers) {
    send(.gateConnected)
    gate(.hello(Hello(version: 1, build: "1", pid: 7, revision: revision, policyPath: "/p/policy.json")), sequence: 0)
    gate(.snapshot(snapshot(servers), id: nil), sequence: 0)
  }

  var revision: String? { state.policy.draft?.base.revision }

  func snapshot(_ servers: [Snapshot.Server]) -> Snapshot {
    Snapshot(
      servers: servers, sessions: [],
      policy: PolicyEvent(state: .loaded, revision: revision, problems: []), policyPath: "/p/policy.json", sequence: 0)
  }

  mutating func gate(_ event: GateEvent, sequence: UInt64? = nil, at time: Moment? = nil) {
    if let time, time > state.now { send(.tick(time)) }
    send(.gate(GateMessage(sequence: sequence ?? state.gate.sequence + 1, time: time ?? state.now, event: event)))
  }

  /// A decision of the gate on a call.
  mutating func call(
    _ server: String, _ tool: String, _ verdict: Verdict = .allow, rule: String = "(default)", reason: String? = nil,
    digest: String? = nil, after microseconds: Int64 = 1000
  ) {
    let event = DecisionEvent(
      session: "s1", client: "claude", grant: "local", server: ExactText(server), method: "tools/call",
      tool: ExactText(tool), category: .read, severity: .low, decision: Decision(verdict, rule: rule, reason: reason),
      revision: revision, took: 40, argumentsDigest: digest)
    gate(.decision(event), at: state.now.advanced(byMicroseconds: microseconds))
    let count = CallCount(server: event.server, tool: event.tool, rule: rule, verdict: verdict, count: 1)
    gate(.tick(Tick(counts: [], calls: [count])), sequence: 0)
  }

  /// Presses keys by their names, `Enter`, `ctrl-s`; anything else is typed letter by letter.
  mutating func press(_ names: String...) {
    for name in names {
      if let key = Self.keys[name] {
        send(.input(.key(key)))
      } else {
        for scalar in name.unicodeScalars { send(.input(.key(.character(scalar)))) }
      }
    }
  }

  private static let keys: [String: Key] = [
    "Enter": Key(.enter), "Esc": Key(.escape), "Tab": Key(.tab), "Space": .character(" "), "Up": Key(.up),
    "Down": Key(.down), "PgDn": Key(.pageDown), "PgUp": Key(.pageUp), "Backspace": Key(.backspace),
    "Left": Key(.left), "Right": Key(.right), "S-Tab": Key(.tab, .shift),
    "ctrl-s": .control("s"), "ctrl-d": .control("d"), "ctrl-u": .control("u"), "ctrl-c": .control("c"),
    "ctrl-l": .control("l"), "ctrl-z": .control("z"), "ctrl-r": .control("r"), "ctrl-p": .control("p"),
    "ctrl-t": .control("t"),
  ]

  // MARK: Servers

  static func tool(
    _ name: String, _ category: Risk.Category = .read, _ severity: Severity = .low, _ description: String = ""
  ) -> Snapshot.Tool {
    Snapshot.Tool(
      name: ExactText(name), title: nil, description: description,
      assessment: Assessment(
        category: category, severity: severity, confidence: 90,
        evidence: [Assessment.Evidence(field: "name", found: name, category: category)]),
      parameters: ["path", "mode"], requiredParameters: 1)
  }

  static func server(_ name: String, _ tools: [Snapshot.Tool], state: Snapshot.Server.State = .running)
    -> Snapshot.Server
  {
    Snapshot.Server(
      name: ExactText(name), isRegistered: true, transport: "stdio", program: "mcp-server-\(name)", state: state,
      sessions: 1, lastError: nil, scanned: noon, tools: tools)
  }

  static let servers = [
    server(
      "git",
      [
        tool("git_status", .read, .low, "Shows the working tree status"), tool("git_log"), tool("git_diff"),
        tool("git_commit", .write, .medium, "Records changes to the repository"),
        tool("git_reset", .destructive, .high, "Unstages all staged changes"),
      ]),
    server("time", [tool("get_current_time"), tool("convert_time")], state: .idle),
  ]

  /// A server that tries everything.
  static let hostile = server(
    "evil\u{1B}[2J",
    [
      tool(
        "get\u{202E}teser", .read, .low,
        "Reads.\u{E0049}\u{E0067}\u{200B}\n\u{1B}]0;title\u{7}" + String(repeating: " ", count: 4000) + "Then deletes."),
      tool("日本語の道具です長い名前", .execute, .critical), tool("e\u{301}\u{302}\u{303}\u{304}"),
    ])

  /// One that had some traffic: an allowed call with its answer, a denied one, one over its limit.
  static func busy(columns: Int = 80, rows: Int = 24, options: ConsoleOptions = Desk.options) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows, options: options)
    desk.call("git", "git_status", .allow, rule: "/servers/git/tools/git_status")
    desk.call("git", "git_reset", .deny, reason: "no rule allows it", after: 250_000)
    desk.call(
      "git", "git_log", .limit, rule: "/servers/git/tools/git_log/limits/0", reason: "10 of 10 in the last minute")
    desk.gate(.result(ResultEvent(decisionSequence: 1, outcome: .ok, took: 12_300, bytes: 1204)))
    desk.gate(.tick(counts: [1, 1, 1, 0, 0]))
    return desk
  }
}
