import JSONText
import Policy
import Testing

/// Five thousand of everything: what takes time in proportion is done at once, what does not would never end.
@Suite(.timeLimit(.minutes(1)))
struct ScaleTests {
  static let names = (0..<5_000).map { ExactText("some_tool_with_a_name_\($0)") }

  static func text(_ separator: String) -> String {
    let rules = names.enumerated().map { index, name in
      "\"\(name)\": " + (index % 2 == 0 ? "{\"action\": \"allow\"}" : "{\"rate_limit\": \"\(index)/hour\"}")
    }
    return "{\"version\": \"1\",\(separator)\"tools\": {" + rules.joined(separator: ",\(separator)") + "}}"
  }

  @Test(arguments: [" ", "\n  "])
  func everyToolAtOnce(separator: String) throws {
    let base = try policy(Self.text(separator))
    var draft = PolicyDraft(base: base)
    try draft.apply(.batch(Self.names.map { .setRule(server: nil, tool: $0, .deny) }, title: "deny all"))
    #expect(Self.names.allSatisfy { draft.engine.standing(server: "s", tool: $0).verdict == .deny })
    #expect(draft.changes.count == 5_000)
    #expect(draft.diff.count { $0.kind == .add } == (separator == " " ? 1 : 5_000))
    try draft.apply(.batch(Self.names.map { .setRule(server: "s", tool: $0, .hide) }, title: "hide all"))
    try draft.apply(.batch(Self.names.map { .setRule(server: "s", tool: $0, .inherit) }, title: "show all"))
    #expect(draft.editCount == 3)
    #expect(draft.undo() == "show all")
    #expect(draft.undo() == "hide all")
    #expect(draft.undo() == "deny all")
    #expect(draft.current.text == base.text)
    try draft.apply(.batch(Self.names.map { .setRule(server: nil, tool: $0, .inherit) }, title: "none"))
    #expect(String(decoding: draft.current.text, as: UTF8.self) == "{\"version\": \"1\",\(separator)\"tools\": {}}")
  }

  @Test func mistakesAreListedOnOneLongLine() {
    let rules = Self.names.map { "\"\($0)\":{\"acton\":1}" }
    do {
      _ = try policy("{\"version\":\"1\",\"tools\":{\(rules.joined(separator: ","))}}")
      Issue.record("it was accepted")
    } catch {
      #expect((error as? PolicyRejection)?.problems.count == 5_000)
    }
  }

  @Test func globsThatOnlyDifferInTheirMiddle() {
    let rules = (1_000..<1_800).map { "\"*\($0)*\":{}" }
    do {
      _ = try policy("{\"version\":\"1\",\"tools\":{\(rules.joined(separator: ","))}}")
      Issue.record("it was accepted")
    } catch {
      #expect((error as? PolicyRejection)?.problems.count == 799)
    }
  }
}
