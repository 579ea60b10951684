import ClientFiles
import JSONText
import SeededChance
import Testing

/// Texts of all shapes: an entry goes through the gate, nothing else changes, and it comes back byte for byte.
struct WrapPropertyTests {
  static let gate = EntryWrap.Gate(program: "/usr/bin/gatehouse")

  /// Wraps each server of a text alone, and all of them; answers how many could be.
  func check(_ text: String, _ kind: ClientKind) throws -> Int {
    let bytes = Array(text.utf8)
    let place = ClientPlace(kind, "/f")
    let file = ClientFile(bytes, at: place, home: "/h")
    #expect(file.problem == nil, "\(text)")
    var count = 0
    var whole = bytes
    var records: [WrapRecord] = []
    for server in file.listed where server.problem == nil && !server.isGuarded {
      do {
        let wrap = try EntryWrap(server, of: kind, home: "/h")
        let done = try WrapRecord.wrap(bytes, server, at: place, wrap, name: "n", gate: Self.gate)
        // All but the parts of the entry is as it was: so both texts are the same without them.
        #expect(rest(bytes, done.record.before) == rest(done.text, done.record.after), "\(text)")
        let again = ClientFile(done.text, at: place, home: "/h")
        #expect(
          again.listed.filter { $0.name != server.name }.map(\.entry.compact)
            == file.listed.filter { $0.name != server.name }.map(\.entry.compact))
        #expect(again.listed.first { $0.name == server.name }?.guarded == "n", "\(text)")
        #expect(done.record.unwrap(done.text)?.text == bytes, "\(text)")
        let kept = try #require(WrapRecord.read(WrapRecord.text(of: [done.record])).first)
        #expect(WrapRecord.text(of: [kept]) == WrapRecord.text(of: [done.record]))
        #expect(kept.unwrap(done.text)?.text == bytes)
        count += 1
        let next = try WrapRecord.wrap(whole, server, at: place, wrap, name: "n", gate: Self.gate)
        whole = next.text
        records.append(next.record)
      } catch {
        Issue.record("\(server.name): \(error) in\n\(text)")
      }
    }
    for record in records { whole = try #require(record.unwrap(whole)).text }
    #expect(whole == bytes, "\(text)")
    return count
  }

  /// A text without some parts of it, which follow each other.
  func rest(_ text: [UInt8], _ parts: [[UInt8]]) -> [UInt8] {
    var rest: [UInt8] = []
    var position = 0
    for part in parts {
      guard
        let start = (position...max(position, text.count - part.count)).first(where: { text[$0...].starts(with: part) })
      else { return [] }
      rest += text[position..<start]
      position = start + part.count
    }
    return rest + text[position...]
  }

  @Test func jsonWithComments() throws {
    var chance = Chance(1)
    var count = 0
    for _ in 0..<80 {
      var writer = LooseJSON(chance: chance)
      let text = writer.document()
      chance = writer.chance
      count += try check(text, chance.pick([ClientKind.vscode, .cursor, .kiro]))
    }
    #expect(count > 120)
  }

  @Test func toml() throws {
    var chance = Chance(2)
    var count = 0
    for _ in 0..<80 { count += try check(looseTOML(&chance), .codex) }
    #expect(count > 120)
  }

  @Test func yaml() throws {
    var chance = Chance(3)
    var count = 0
    for _ in 0..<80 {
      let isGoose = chance.happens(oneIn: 2)
      count += try check(looseYAML(&chance, isGoose: isGoose), isGoose ? .goose : .continueDev)
    }
    #expect(count > 120)
  }
}

private let words = ["npx", "-y", "ünï", "a b", "\\\"q\\\"", "日本", "#x", "// y", "a,b", "{", "]", "\\\\", "k=v", "'"]

/// JSON as no formatter would leave it.
private struct LooseJSON {
  var chance: Chance
  var end = "\n"

  mutating func document() -> String {
    end = chance.pick(["\n", "\r\n"])
    var servers: [String] = []
    for number in 0..<(1 + chance.below(4)) {
      var members = [#""command""# + colon() + string()]
      if chance.happens(oneIn: 2) { members.append(#""args""# + colon() + array()) }
      if chance.happens(oneIn: 2) {
        let variables = (0..<chance.below(3)).map { _ in (string(), string()) }.enumerated().map { index, pair in
          "\"V\(index)\"" + pair.0.prefix(0) + colon() + pair.1
        }
        members.append(#""env""# + colon() + braces(variables))
      }
      for key in ["autoApprove", "note", "timeout"] where chance.happens(oneIn: 3) {
        members.append("\"\(key)\"" + colon() + chance.pick(["[]", "12", "null", "{\"command\": 1}", "\"ü\""]))
      }
      members.shuffle(using: &chance)
      servers.append("\"s\(number)\"" + colon() + braces(members))
    }
    var top = ["\"mcpServers\"" + colon() + braces(servers)]
    if chance.happens(oneIn: 2) { top.append("\"other\"" + colon() + "{\"s0\": {\"command\": \"x\"}}") }
    top.shuffle(using: &chance)
    let mark = chance.happens(oneIn: 4) ? "\u{FEFF}" : ""
    return mark + blank() + braces(top) + chance.pick(["", end, " ", "// last"])
  }

  private mutating func blank() -> String {
    chance.pick(["", "", " ", "  ", "\t", end, end + "    ", "/* c, } \" */", " // é \"x\": {,\(end)  "])
  }

  private mutating func colon() -> String { blank() + ":" + blank() }
  private mutating func string() -> String { "\"\(chance.pick(words))\"" }

  private mutating func array() -> String {
    "[" + list((0..<chance.below(4)).map { _ in "\"\(chance.pick(words))\"" }) + "]"
  }

  private mutating func braces(_ members: [String]) -> String { "{" + list(members) + "}" }

  private mutating func list(_ items: [String]) -> String {
    var text = blank()
    for (index, item) in items.enumerated() {
      text += item + blank()
      if index < items.count - 1 || chance.happens(oneIn: 3) { text += "," + blank() }
    }
    return text
  }
}

private func looseTOML(_ chance: inout Chance) -> String {
  let end = chance.pick(["\n", "\r\n"])
  func comment(_ chance: inout Chance) -> String { chance.pick(["", "", " # ü [x] = \"", "\t#"]) }
  func value(_ chance: inout Chance) -> String {
    chance.pick(["\"a\"", "'b c'", "\"\\u00e4\\\"\"", "\"\"\"x\(end)[mcp_servers.no]\(end)\"\"\"", "'''y'''", "\"#\""])
  }
  func array(_ chance: inout Chance) -> String {
    chance.pick(["[]", "[\"a\", 'b']", "[\(end)  \"a\", # one\(end)  'b',\(end)]", "[ \"]\" ]"])
  }
  var parts: [String] = []
  var inline: [String] = []
  for number in 0..<(1 + chance.below(4)) {
    let name = chance.pick(["s\(number)", "\"s \(number)\"", "'é\(number)'"])
    var pairs = ["command = " + value(&chance)]
    if chance.happens(oneIn: 2) { pairs.append("args = " + array(&chance)) }
    if chance.happens(oneIn: 3) { pairs.append("tool_timeout_sec = 1_0.5") }
    if chance.happens(oneIn: 3) { pairs.append("when = 1979-05-27 07:32:00Z") }
    let hasInner = chance.happens(oneIn: 2)
    if !hasInner, chance.happens(oneIn: 2) { pairs.append("env = { A = 'x', \"B\" = \"y\" }") }
    if !hasInner, chance.happens(oneIn: 4) { pairs.append("env.C = " + "'z'") }
    if pairs.contains(where: { $0.hasPrefix("env =") }) { pairs.removeAll { $0.hasPrefix("env.C") } }
    pairs.shuffle(using: &chance)
    if chance.happens(oneIn: 4) {
      let flat = pairs.filter { !$0.contains("\n") }
      guard flat.contains(where: { $0.hasPrefix("command") }) else { continue }
      inline.append("\(name) = { \(flat.joined(separator: ", ")) }\(comment(&chance))\(end)")
      continue
    }
    var text = chance.pick(["", "  ", "\t"]) + "[mcp_servers.\(name)]" + comment(&chance) + end
    for pair in pairs {
      text += chance.pick(["", "  "]) + pair + comment(&chance) + end
      if chance.happens(oneIn: 4) { text += chance.pick([end, "# between\(end)", "  \(end)"]) }
    }
    parts.append(text)
    if hasInner {
      parts.append("[mcp_servers.\(name).env]\(comment(&chance))\(end)# v\(end)A = 'x'\(end)B = \"y\" # b\(end)\(end)")
    }
    if chance.happens(oneIn: 4) { parts.append("[mcp_servers.\(name).tools.t]\(end)approval_mode = \"x\"\(end)") }
  }
  parts.append("[other]\(end)command = \"mcp_servers\"\(end)")
  if !inline.isEmpty { parts.append("[mcp_servers]\(end)" + inline.joined()) }
  parts.shuffle(using: &chance)
  var text = "# first\(end)model = 'm'\(end)" + parts.joined(separator: chance.pick(["", end]))
  if chance.happens(oneIn: 3) { while text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() } }
  return text
}

private func looseYAML(_ chance: inout Chance, isGoose: Bool) -> String {
  let end = chance.pick(["\n", "\r\n"])
  func comment(_ chance: inout Chance) -> String { chance.pick(["", "", "", "  # ü: [x]"]) }
  func scalar(_ chance: inout Chance) -> String {
    chance.pick(["npx", "\"a: b\"", "'it''s'", "日本 x", "/usr/bin/x", "a-b_c", "\"\\u00e4\""])
  }
  let (program, variables) = isGoose ? ("cmd", "envs") : ("command", "env")
  var text = "first: 1\(comment(&chance))\(end)" + (chance.happens(oneIn: 3) ? "x: &a {k: v}\(end)y: *a\(end)" : "")
  text += (isGoose ? "extensions:" : "mcpServers:") + comment(&chance) + end
  let indent = String(repeating: " ", count: isGoose ? 1 + chance.below(4) : chance.below(3))
  for number in 0..<(1 + chance.below(4)) {
    let inner = isGoose ? indent + String(repeating: " ", count: 1 + chance.below(4)) : indent + "  "
    var members = [["\(program): " + scalar(&chance)], [isGoose ? "type: stdio" : "name: s\(number)"]]
    switch chance.below(4) {
    case 0: members.append(["args: [a, \"b c\"]"])
    case 1: members.append(["args:", "  - a # one", "  - \"b, c\""])
    case 2: members.append(["args:\(comment(&chance))", "- a", "- 'b'"])
    default: break
    }
    switch chance.below(4) {
    case 0: members.append(["\(variables): {A: x, B: 'y'}"])
    case 1: members.append(["\(variables):", "    # why", "    A: x", "    B: \"y\"\(comment(&chance))"])
    case 2: members.append(["\(variables): {}"])
    default: break
    }
    if chance.happens(oneIn: 3) { members.append(["note: |", "    two", "    lines"]) }
    if chance.happens(oneIn: 3) { members.append(["timeout: 300"]) }
    members.shuffle(using: &chance)
    if chance.happens(oneIn: 4) {
      let flow = members.filter { $0.count == 1 && !$0[0].contains("#") && !$0[0].hasPrefix("args:\u{20}\u{20}") }
      guard !flow.contains(where: { $0[0].hasSuffix(":") }) else { continue }
      let body = "{" + flow.map { $0[0] }.joined(separator: chance.pick([", ", ",  "])) + "}"
      text += indent + (isGoose ? "s\(number): " : "- ") + body + comment(&chance) + end
      continue
    }
    let lines = members.flatMap { $0 }
    if isGoose { text += indent + chance.pick(["s\(number):", "\"s\(number)\" :"]) + comment(&chance) + end }
    for (index, line) in lines.enumerated() {
      text += (!isGoose && index == 0 ? indent + "- " : inner) + line + end
      if chance.happens(oneIn: 6), !line.hasSuffix("|"), !line.hasPrefix("    two") {
        text += chance.pick([end, "# c\(end)"])
      }
    }
  }
  text += "last: z"
  if chance.happens(oneIn: 2) { text += end }
  return text
}
