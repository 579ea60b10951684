internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy

extension PlainText {
  static func list(_ source: String, _ state: ConsoleState) -> Answer {
    guard source.contains(where: { $0 != " " }) else { return Answer(listing(state, filter: state.list.filter)) }
    do throws(FilterError) {
      let filter = try Filter(state.filters[source.trimmed] ?? source, for: .policy)
      return Answer(listing(state, filter: filter))
    } catch {
      return Answer(
        ["error: filter, at character \(error.place + 1): \(state.safe(error.message))"], isError: true)
    }
  }

  static func servers(_ state: ConsoleState) -> [String] {
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

  static func log(_ word: String, _ state: ConsoleState) -> Answer {
    let count = word.isEmpty ? 20 : Int(word) ?? 0
    guard count > 0 else { return Answer(["write log, or log 50"]) }
    let first = max(0, state.log.count - count)
    guard first < state.log.count else { return Answer(["nothing was said yet"]) }
    return Answer(
      state.log[first...].map { entry in
        let time = Format.clock(entry.time, secondsFromGMT: state.options.secondsFromGMT)
        return "\(time) \(entry.note.weight.rawValue): \(plain(entry.note.text))"
      })
  }

  // MARK: One tool

  /// So many are offered to choose from.
  private static let mostChoices = 20

  static func show(_ name: String, on state: inout ConsoleState) -> Answer {
    let word = CommandWords(name).words.first?.plain ?? ""
    if word.hasPrefix("/") { return rule(word, state) }
    let found = word.isEmpty ? [] : state.find(word)
    guard let first = found.first else {
      let near = word.isEmpty ? [] : state.find("*\(word)*")
      if near.isEmpty { return Answer(["no tool is called `\(state.safe(word))`"], isError: true) }
      return choose(near, on: &state)
    }
    return found.count == 1 ? Answer(details(first, state) + parts(first, state)) : choose(found, on: &state)
  }

  private static func choose(_ found: [ToolName], on state: inout ConsoleState) -> Answer {
    let choices = found.prefix(mostChoices).map { name in
      let full = "\(name.server.string)/\(name.tool.string)"
      let summary = state.catalogue.index(of: name).map { state.catalogue.tools[$0].standing.summary } ?? ""
      let word = String(decoding: JSONNode(.string(ExactText(full))).compact, as: UTF8.self)
      return (text: "\(state.safe(full)): \(state.safe(summary))", line: "show \(word)")
    }
    var answer = numbered(Array(choices), on: &state)
    if found.count > mostChoices { answer.lines.append("and \(found.count - mostChoices) more of that name") }
    return answer
  }

  /// Entries and limits of a tool's own rule by the numbers that `drop` and the others take.
  private static func parts(_ name: ToolName, _ state: ConsoleState) -> [String] {
    guard let index = state.catalogue.index(of: name) else { return [] }
    let standing = state.catalogue.tools[index].standing
    guard standing.source == .explicit else { return [] }
    var lines: [String] = []
    var counts: [String: Int] = [:]
    for condition in standing.ownConditions where condition.kind != "match_schema" {
      let kind = String(condition.kind.map { $0 == "_" ? "-" : $0 })
      counts[kind, default: 0] += 1
      lines.append("\(kind) \(counts[kind] ?? 0): \(state.safe(condition.text, limit: 400))")
    }
    for (number, limit) in standing.limits.enumerated() {
      let text = (["\(limit.max)/\(limit.window) for each \(limit.scope.rawValue)"] + limit.details)
      lines.append("limit \(number + 1): \(state.safe(text.joined(separator: ", "), limit: 400))")
    }
    return lines.isEmpty ? [] : ["by number:"] + lines
  }

  // MARK: Rules

  private static func rule(_ pointer: String, _ state: ConsoleState) -> Answer {
    do throws(CommandError) {
      let address = try RuleWords.address(pointer)
      guard let node = state.ruleNode(address) else {
        return Answer(["there is no rule \(state.safe(pointer, limit: 400))"], isError: true)
      }
      return Answer([line(pointer, node, state)])
    } catch {
      return Answer(["error: \(state.safe(error.message, limit: 600))"], isError: true)
    }
  }

  /// Every rule of the policy, as it would be saved.
  static func rules(_ state: ConsoleState) -> [String] {
    guard let text = state.policy.draft?.current.text, let root = try? JSONNode.read(text) else {
      return ["there is no policy"]
    }
    var lines: [String] = []
    for key: ExactText in ["default", "mode", "description", "hide"] {
      if let node = root[key] { lines.append(line(key.string, node, state)) }
    }
    lines += rules(root, "", state)
    for server in root["servers"]?.members ?? [] {
      let pointer = "/servers/\(Pointer.token(server.key.string))"
      for key: ExactText in ["default", "hide"] {
        if let node = server.value[key] { lines.append(line("\(pointer)/\(key)", node, state)) }
      }
      lines += rules(server.value, pointer, state)
    }
    return lines.isEmpty ? ["the policy has no rule"] : lines
  }

  private static func rules(_ level: JSONNode, _ pointer: String, _ state: ConsoleState) -> [String] {
    RuleAddress.Section.allCases.flatMap { section -> [String] in
      guard let node = level[ExactText(section.rawValue)] else { return [] }
      let place = "\(pointer)/\(section.rawValue)"
      if section == .allTools { return [line(place, node, state)] }
      return (node.members ?? []).map { line("\(place)/\(Pointer.token($0.key.string))", $0.value, state) }
    }
  }

  private static func line(_ place: String, _ node: JSONNode, _ state: ConsoleState) -> String {
    "\(state.safe(place, limit: 400)): \(state.safe(String(decoding: node.compact, as: UTF8.self), limit: 4000))"
  }
}
