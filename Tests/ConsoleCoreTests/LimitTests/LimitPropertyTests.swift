import ConsoleCore
import JSONText
import Policy
import SeededChance
import Testing

/// Random lists of limits in the editor.
struct LimitPropertyTests {
  static func limit(_ chance: inout Chance) -> String {
    var members = [
      "\"window\": " + chance.pick(["\"second\"", "\"minute\"", "\"hour\"", "\"day\"", "60", "9e1", "86400"]),
      "\"max\": " + chance.pick(["0", "1", "10", "1e1", "2.50", "1000000"]),
    ]
    func may(_ key: String, _ values: [String]) {
      if chance.happens(oneIn: 3) { members.append("\"\(key)\": \"\(chance.pick(values))\"") }
    }
    may("scope", ["grant", "session", "server", "global"])
    may("counter", ["a", "b", "c\\u00e9"])
    may("cost", ["args.n", "args[\\\"n\\\"]", "args.list[0]"])
    may("align", ["sliding", "calendar"])
    may("count", ["forwarded", "succeeded"])
    may("expires", ["2030-01-01T00:00:00Z", "2031-05-05t10:00:00.5+02:00"])
    members.shuffle(using: &chance)
    return "{" + members.joined(separator: chance.pick([", ", ",", " ,\n  "])) + "}"
  }

  static func text(_ chance: inout Chance) -> String {
    var members: [String] = []
    if chance.happens(oneIn: 2) {
      members.append("\"rate_limit\": " + chance.pick(["\"5/day\"", "{\"max\": 5, \"window\": 7}"]))
    }
    if members.isEmpty || chance.happens(oneIn: 2) {
      let limits = (0...chance.below(4)).map { _ in limit(&chance) }
      members.append("\"limits\": [" + limits.joined(separator: chance.pick([", ", ",\n"])) + "]")
    }
    if chance.happens(oneIn: 2) {
      members.append("\"action\": \"\(chance.pick(["allow", "deny", "require_approval"]))\"")
    }
    if chance.happens(oneIn: 2) { members.append("\"reason\": \"why\"") }
    members.shuffle(using: &chance)
    return "{\"version\": \"1\", \"tools\": {\"git_log\": {" + members.joined(separator: ", ") + "}}}\n"
  }

  /// A policy that is valid, and one after the other of them.
  static func desks(_ seed: UInt64, _ body: (inout Chance, Desk, String) throws -> Void) rethrows {
    var chance = Chance(seed)
    var found = 0
    for _ in 0..<60 where found < 6 {
      let text = text(&chance)
      guard (try? PolicyDocument.read(Array(text.utf8))) != nil else { continue }
      found += 1
      try body(&chance, Desk.limits("git_log", text), text)
    }
    #expect(found == 6)
  }

  @Test(arguments: UInt64(1)...15)
  func nothingChangedIsNoEdit(seed: UInt64) {
    Self.desks(seed) { chance, desk, text in
      var desk = desk
      desk.press("r")
      for _ in 0..<chance.below(20) { desk.press(chance.pick(["Tab", "S-Tab"])) }
      desk.press("Enter")
      #expect(desk.text == text)
      #expect(desk.state.note?.text == "no limit is changed")
      #expect(desk.state.policy.isDirty == false)
      #expect(desk.state.overlay == nil)
    }
  }

  /// One field is changed: no byte of anything else is.
  @Test(arguments: UInt64(1)...25)
  func oneFieldChangesOneMember(seed: UInt64) throws {
    try Self.desks(seed) { chance, desk, text in
      var desk = desk
      desk.press("r")
      let count = desk.limitEditor?.rows.count ?? 0
      let row = chance.below(max(1, count))
      for _ in 0..<row { desk.send(.input(.key(.control("n")))) }
      let field = chance.pick(LimitEditor.Field.members)
      for _ in 0..<(LimitEditor.Field.members.firstIndex(of: field) ?? 0) { desk.press("Tab") }
      desk.press(field == .counter ? "x" : "Down")
      if field == .cost { desk.press("x") }
      guard let editor = desk.limitEditor, editor.outcome.mistake == nil, editor.outcome.edit != nil else { return }
      let wanted = editor.rows.map(\.values)
      let wasDenied = text.contains("\"deny\"")
      desk.press("Enter")
      try Self.expectOneMember(text, desk.text, field, row, wasDenied, "\(field) of \(row)")
      // What the file says now is what the editor showed.
      desk.press("r")
      #expect(
        desk.limitEditor?.rows.map(\.values).map { values in LimitEditor.Field.members.map { values[$0] } }
          == wanted.map { values in LimitEditor.Field.members.map { values[$0] } }, "\(text) became \(desk.text)")
    }
  }

  static func expectOneMember(
    _ old: String, _ new: String, _ field: LimitEditor.Field, _ row: Int, _ wasDenied: Bool, _ story: String
  ) throws {
    // A limit that is changed makes a denial pass: that is one member more.
    let old = wasDenied ? old.replacing("\"deny\"", with: "\"allow\"") : old
    let (left, right) = (Array(old.utf8), Array(new.utf8))
    let before = zip(left, right).prefix { $0 == $1 }.count
    let after = zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count
    let changed = min(before, left.count - after)..<max(before, left.count - after)
    let rule = try #require(try JSONNode.read(left)["tools"]?["git_log"])
    var places: [Range<Int>] = []
    if rule["rate_limit"] != nil {
      // The short form becomes a long one, among the others if there are any.
      places.append(rule.range)
    } else if let limit = rule["limits"]?.elements?[row] {
      // One that is not there yet is put between two others.
      places.append(limit[ExactText(field.key)]?.range ?? limit.range)
    }
    #expect(
      places.contains { $0.lowerBound <= changed.lowerBound && changed.upperBound <= $0.upperBound },
      "\(story): \(old) became \(new)")
    if rule["rate_limit"] == nil, let limit = rule["limits"]?.elements?[row], limit[ExactText(field.key)] == nil {
      #expect(before + after >= left.count, "\(story): \(old) became \(new)")
    }
  }
}
