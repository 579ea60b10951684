extension PlainText {
  /// The commands that look; the others are those of the console's own command line.
  static let entries: [CommandEntry] = [
    CommandEntry(
      "list", "[FILTER]", "servers and tools with their decisions",
      ["list deny risk>=high", "list server:git cat:read"]),
    CommandEntry(
      "show", "TOOL",
      "everything about one tool: decision, rule in words, what the agent is told; or a rule by its place",
      ["show git/git_push", "show /servers/git/tools/git_*"]),
    CommandEntry("rules", "", "every rule of the policy by its place, as it is written"),
    CommandEntry("changes", "", "what is not saved, and the text that saving writes"),
    CommandEntry("change", "N", "what one change writes, by its number in changes", ["change 2"]),
    CommandEntry("take-back", "N", "take one change back and leave the others", ["take-back 2"]),
    CommandEntry("history", "", "every step that was done here, done or undone"),
    CommandEntry(
      "step", "N", "go to a step of the history: later ones are undone, earlier ones done again", ["step 0"]),
    CommandEntry("saves", "", "what was written to the file, by whom, and what the gate made of it"),
    CommandEntry("merge", "", "what both you and another program changed in the file, to choose from"),
    CommandEntry(
      "keep", "N...|all", "of what both changed, keep yours; when all is chosen, yes takes the result",
      ["keep 1", "keep all"]),
    CommandEntry("take", "N...|all", "of what both changed, take theirs", ["take 2 3"]),
    CommandEntry("left", "", "unsaved edits that a console left behind when it ended"),
    CommandEntry("restore", "[N]", "take in unsaved edits that were left behind"),
    CommandEntry("discard", "[N]", "drop unsaved edits that were left behind; it asks first"),
    CommandEntry(
      "tool", "TOOL", "all that is known of a tool: package, reach, parameters, attacks, the rule to start with",
      ["tool git/git_push"]),
    CommandEntry(
      "recommend", "TOOL", "give tools the rule that their kind starts with", ["recommend git/git_push"]),
    CommandEntry("status", "", "gate, policy file, mistakes in it, what is unsaved"),
    CommandEntry("servers", "", "servers with their state"),
    CommandEntry("server", "NAME", "everything about one server"),
    CommandEntry(
      "import", "[NAME...|all]", "list the servers of your MCP clients, then add some of them",
      ["import", "import git"]),
    CommandEntry(
      "add", "NAME COMMAND...", "register a server; NAME=VALUE before the command sets a variable",
      ["add git mcp-server-git --repository /srv/app"]),
    CommandEntry("enable", "NAME", "let a server be used again"),
    CommandEntry("disable", "NAME", "let nobody use a server"),
    CommandEntry("scan", "NAME", "ask a server for its tools"),
    CommandEntry("remove", "NAME", "take a server from the registry"),
    CommandEntry("pending", "", "the calls that wait for a person, by number"),
    CommandEntry("approve", "N", "let call N pass, once", ["approve 1"]),
    CommandEntry("session", "N", "let it pass, and every call of its tool in its session"),
    CommandEntry("identical", "N MINUTES", "let it pass, and identical calls for so long"),
    CommandEntry("deny", "N [TEXT]", "deny call N and tell the agent why", ["deny 1 ask me tomorrow"]),
    CommandEntry("more", "N", "all of call N"),
    CommandEntry("time", "N", "five minutes more to decide"),
    CommandEntry("standing", "", "the approvals that still let calls pass"),
    CommandEntry("revoke", "NAME", "take a standing approval back"),
    CommandEntry("lockdown", "on|off", "deny everything now, or let the policy decide again"),
    CommandEntry(
      "record", "[FILTER]", "the last decisions of the record, by number", ["record deny server:git age<2h"]),
    CommandEntry(
      "decision", "N", "all about one of them: the rule as it was and as it is, its arguments", ["decision 1"]),
    CommandEntry(
      "numbers", "[FILTER]", "calls, refusals and latencies of each tool in the record", ["numbers server:git"]),
    CommandEntry(
      "effect", "[TIME|all]", "what unsaved edits would do to recorded calls, of the last 7 days or so long",
      ["effect 3d", "effect all"]),
    CommandEntry(
      "suggest", "[FILTER]", "the least policy that lets pass what was called, line by line", ["suggest server:git"]),
    CommandEntry(
      "accept", "N...|usual", "put suggested lines into the draft, as one step", ["accept 1 3", "accept usual"]),
    CommandEntry("log", "[N]", "the last messages, 20 without a number"),
    CommandEntry("watch", "all|denied|off", "how much of the stream is told as it happens", ["watch all"]),
    CommandEntry("find", "LETTERS", "commands by a few letters, to choose from by number", ["find dflt"]),
    CommandEntry("help", "[COMMAND]", "this list, or all about one command", ["help require"]),
  ]

  /// Commands that a screen is needed for.
  private static let screenOnly: Set<String> = ["go", "sort", "theme", "mouse", "q", "w"]

  private static var shared: [CommandEntry] { CommandEntry.all.filter { !screenOnly.contains($0.name) } }

  static func help(_ name: String) -> Answer {
    if let entry = (entries + CommandEntry.all).first(where: { $0.name == name }) {
      return Answer(["\(entry.usage)", entry.summary] + entry.examples.map { "for example: \($0)" })
    }
    if let action = Action(rawValue: name) {
      return Answer([
        "\(name): \(action.summary)" + (spoken.contains(action) ? "" : "; for the screen")
      ])
    }
    guard name.isEmpty else {
      return Answer(["`\(TerminalText.safe(name, .ascii, limit: 60))` is no command; help lists all"])
    }
    return Answer(
      ["To look:"] + entries.map(line) + ["To change:"] + shared.map(line)
        + Action.allCases.filter(spoken.contains).map { "\($0.name): \($0.summary)" }
        + [
          "TOOL is SERVER/TOOL or a name; * stands for any characters. A rule is named by its place, as rules lists it.",
          "help COMMAND gives examples. A question is answered with yes or no.",
        ])
  }

  private static func line(_ entry: CommandEntry) -> String { "\(entry.usage): \(entry.summary)" }

  /// The commands that fit a few letters, numbered.
  static func find(_ letters: String, on state: inout ConsoleState) -> Answer {
    var scored: [(score: Int, line: String, text: String)] = []
    for entry in entries + shared {
      if let score = Fuzzy.score(letters, in: entry.name) ?? Fuzzy.score(letters, in: entry.summary).map({ $0 - 100 }) {
        // What needs words is told, not run.
        let needs = entry.arguments.isEmpty || entry.arguments.hasPrefix("[")
        scored.append((score - entry.name.utf8.count, needs ? entry.name : "help \(entry.name)", line(entry)))
      }
    }
    for action in Action.allCases where spoken.contains(action) {
      if let score = Fuzzy.score(letters, in: action.name) {
        scored.append((score - action.name.utf8.count, action.name, "\(action.name): \(action.summary)"))
      }
    }
    let found = scored.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
      .prefix(9).map(\.element)
    guard !found.isEmpty else { return Answer(["nothing is called so; help lists all"]) }
    return numbered(found.map { ($0.text, $0.line) }, on: &state)
  }

  /// A list to choose from: what each says, and the line that choosing it stands for.
  static func numbered(_ choices: [(text: String, line: String)], on state: inout ConsoleState) -> Answer {
    state.choices = choices.map(\.line)
    return Answer(
      choices.enumerated().map { "\($0.offset + 1). \($0.element.text)" } + ["Type a number to choose."])
  }

  static func starters(on state: inout ConsoleState) -> Answer {
    let choices = Starter.allCases.map { starter in
      ("\(starter.rawValue): \(state.effect(of: starter))", "starter \(starter.rawValue)")
    }
    return numbered(choices, on: &state)
  }
}
