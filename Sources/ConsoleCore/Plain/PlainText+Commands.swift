internal import ControlWire
internal import JSONText
internal import Policy

extension PlainText {
  /// The commands, with what each does.
  static let usage = [
    "list [FILTER]               servers and tools with decisions, such as: list deny risk>=high",
    "show SERVER/TOOL            everything about one tool",
    "allow TOOL..., deny, hide, inherit",
    "                            TOOL is SERVER/TOOL or a name; * stands for any characters",
    "limit 10/minute [SCOPE] TOOL...",
    "                            windows second minute hour day; scopes grant session server global",
    "default [SERVER] allow|deny|none",
    "changes                     what is not saved, and the text that saving writes",
    "undo, redo, save",
    "watch all|denied|off        how much of the stream is told as it happens",
    "status, servers, log",
    "starter careful|observe|empty",
    "                            write a first policy file",
    "import [NAME... | all]      list the servers of your MCP clients, then add some of them",
    "add NAME COMMAND...         register a server; NAME=VALUE before the command sets a variable",
    "server NAME                 everything about one server",
    "enable, disable, scan, remove NAME",
    "put-back                    take the last change of servers.json back",
    "recommend-all               give every tool without a rule the recommended one",
    "keep-mine, take-theirs      when the file changed on the disk",
    "quit, quit!                 quit! drops unsaved edits",
  ]

  /// Does what a typed line says; the answer's lines are to be printed and its effects done.
  package static func run(_ line: String, on state: inout ConsoleState) -> Answer {
    if case .confirm(let confirmation) = state.overlay { return answer(line, to: confirmation, on: &state) }
    if let answer = runServers(line, on: &state) { return answer }
    state.note = nil
    state.overlay = nil
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else { return Answer() }
    let rest = words.dropFirst().joined(separator: " ")
    switch verb {
    case "help", "?": return Answer(usage)
    case "list", "ls": return list(rest, state)
    case "show":
      let found = state.find(rest)
      guard let first = found.first else { return Answer(["no tool is called `\(state.safe(rest))`"]) }
      let more = found.count > 1 ? ["(and \(found.count - 1) more of that name)"] : []
      return Answer(details(first, state) + more)
    case "changes", "diff": return Answer(changes(state))
    case "status": return Answer(status(state))
    case "servers": return Answer(servers(state))
    case "log": return Answer(state.log.suffix(20).map { "\(weight($0.note))\($0.note.text)" })
    case "watch":
      guard let level = Level(rawValue: rest) else { return Answer(["write watch all, watch denied or watch off"]) }
      return Answer(["telling \(level == .off ? "nothing" : level.rawValue) of the stream"], level: level)
    case "quit!": return Answer(effects: [.quit])
    case "allow", "deny", "hide", "inherit", "limit":
      // Without a name there is nothing to decide about: a line has no cursor.
      guard rest.contains(where: { $0 != " " }), verb != "limit" || words.count > 2 else {
        return Answer(["name at least one tool, such as: \(verb)\(verb == "limit" ? " 10/minute" : "") SERVER/TOOL"])
      }
    default:
      if let action = Action(rawValue: verb), !spoken.contains(action) {
        return Answer(["`\(verb)` is for the screen; help lists the commands"])
      }
    }
    let effects = state.run(line)
    return Answer(outcome(state), effects: effects)
  }

  /// Actions that make sense without a screen.
  private static let spoken: Set<Action> = [
    .undo, .redo, .save, .keepMine, .takeTheirs, .quit, .edit, .rescan, .putBack, .recommendAll,
  ]

  /// The question that waits, or what was said.
  static func outcome(_ state: ConsoleState) -> [String] {
    if case .confirm(let confirmation) = state.overlay {
      let choices = confirmation.question == .quit ? "Type y to quit, s to save and quit, n to stay." : "Type y or n."
      return confirmation.lines.map { plain($0) } + [choices]
    }
    return state.note.map { [weight($0) + plain($0.text)] } ?? []
  }

  private static func weight(_ note: Note) -> String { note.weight == .info ? "" : "\(note.weight.rawValue): " }

  private static func answer(_ line: String, to confirmation: Confirmation, on state: inout ConsoleState) -> Answer {
    let word = line.split(separator: " ").first.map(String.init)?.lowercased() ?? ""
    let key: Key
    switch word {
    case "y", "yes": key = .character("y")
    case "s" where confirmation.question == .quit: key = .character("s")
    default: key = .character("n")
    }
    let effects = update(&state, .input(.key(key)))
    return Answer(outcome(state), effects: effects)
  }

  private static func list(_ source: String, _ state: ConsoleState) -> Answer {
    do throws(FilterError) {
      let filter = try Filter(state.filters[source.trimmed] ?? source, for: .policy)
      return Answer(listing(state, filter: filter))
    } catch {
      return Answer(["error: filter, at character \(error.place + 1): \(state.safe(error.message))"])
    }
  }

  private static func servers(_ state: ConsoleState) -> [String] {
    guard !state.catalogue.servers.isEmpty else { return ["no server is known; import lists those of your clients"] }
    return state.catalogue.servers.map { server in
      let disabled = state.isDisabled(server.info.name) ? ", disabled" : ""
      let changes = state.definitionChanges[server.info.name].map { ", definitions: \($0.words)" } ?? ""
      let error = server.info.lastError.map { ", last error \(state.safe($0))" } ?? ""
      let line = server.info.lastLine.map { ", it wrote \(state.safe($0, limit: 200))" } ?? ""
      return "\(state.safe(server.info.name.string)), \(server.info.state.rawValue)\(disabled), "
        + "\(Format.count(server.tools.count, "tool")), runs \(state.safe(server.info.program))\(changes)\(error)\(line)"
    }
  }
}
