import ConsoleCore
import JSONText
import Policy
import Testing

/// Random rules of every construct in the editor.
struct RuleEditorPropertyTests {
  static func any<T>(_ values: [T], _ dice: inout Dice) -> T { values[Int(dice.next() % UInt64(values.count))] }
  static func happens(_ odds: UInt64, _ dice: inout Dice) -> Bool { dice.next() % odds == 0 }

  /// A value that fits an operator, as JSON.
  static func value(_ op: ConditionOperator, isString: Bool, _ dice: inout Dice) -> String {
    let texts = [#""x""#, #""é\"\\""#, #""a b""#]
    switch op {
    case .eq, .neq, .contains, .notContains:
      return any(isString ? texts : texts + ["1.50", "true", "null", #"{"k": [1e0]}"#, "[]"], &dice)
    case .in, .notIn: return any(isString ? [#"["a", "b"]"#] : [#"["a", 1, null]"#, "[true]", #"[{"a": 1.0}]"#], &dice)
    case .lt, .lte, .gt, .gte: return any(["0", "-1.50", "1e3"], &dice)
    case .startsWith, .endsWith: return any(texts, &dice)
    case .glob: return any([#""x""#, #""a *""#], &dice)
    case .regex, .notRegex: return any([#""^a+$""#, #""\\d""#], &dice)
    case .exists: return any(["true", "false"], &dice)
    case .lengthLt, .lengthLte, .lengthGt, .lengthGte: return any(["0", "72"], &dice)
    case .within: return any([#""/srv""#, #"["/srv", "/tmp/a b"]"#], &dice)
    case .hostIn: return any([#""example.com""#, #"["*.example.com", "10.0.0.1"]"#], &dice)
    }
  }

  static func condition(_ dice: inout Dice) -> String {
    var op = any(ConditionOperator.allCases, &dice)
    let path = any(
      [
        "args.repo_path", "args.files[*].path", #"args[\"odd.key\"]"#, "args.items[0]", "args", "call.client",
        "call.tool",
      ],
      &dice)
    let isString = path.hasPrefix("call.")
    if isString, [.lt, .lte, .gt, .gte].contains(op) { op = .eq }
    let members = [
      #""path": "\#(path)""#, #""op":"\#(op.rawValue)""#, #""value": \#(value(op, isString: isString, &dice))"#,
    ]
    return "{" + (happens(3, &dice) ? members.reversed() : members).joined(separator: ",  ") + "}"
  }

  static func entry(_ list: RuleList, _ dice: inout Dice) -> String {
    let count = Int(dice.next() % 4)
    let conditions = (0..<count).map { _ in condition(&dice) }
    var members = [#""conditions":[\#(conditions.joined(separator: ", "))]"#]
    if list != .allowIf, happens(2, &dice) { members.append(#""\#(list.textKey)": "Because \"é\".""#) }
    if happens(3, &dice) { members.insert(#""expires":"2027-01-01T00:00:00Z""#, at: 0) }
    return "{ \(members.joined(separator: ", ")) }"
  }

  static func rule(_ dice: inout Dice) -> String {
    var members: [String] = []
    if happens(2, &dice) { members.append(#""action": "\#(any(["allow", "deny", "require_approval"], &dice))""#) }
    if happens(2, &dice) { members.append(#""reason" : "because""#) }
    if happens(3, &dice) { members.append(#""match_schema": \#(any(["true", "false"], &dice))"#) }
    for list in RuleList.allCases where happens(2, &dice) {
      let entries = (0..<Int(dice.next() % 3)).map { _ in entry(list, &dice) }
      members.append("\"\(list.rawValue)\": [\(entries.joined(separator: ","))]")
    }
    if happens(3, &dice) { members.append(#""limits": [{"window": "minute", "max": 1e1}]"#) }
    if happens(4, &dice) { members.append(#""rate_limit": "5/hour""#) }
    if happens(3, &dice) {
      let terms = [#""hold": 30"#, #""timeout": 3e2"#, #""remember":0"#, #""on_no_approver": "deny""#]
      members.append(
        "\"approval\": {\(terms.shuffled(using: &dice).prefix(Int(dice.next() % 5)).joined(separator: ","))}")
    }
    if happens(3, &dice) { members.append(#""expires": "2028-01-01T00:00:00Z""#) }
    let space = any([" ", "\n  ", ""], &dice)
    return "{\(space)\(members.shuffled(using: &dice).joined(separator: ",\(space)"))\(space)}"
  }

  static func desk(_ dice: inout Dice) -> Desk {
    let text = #"{"version": "1", "servers": {"git": {"tools": {"other": {}, "git_commit":  \#(rule(&dice)) }}}}"#
    return Desk.editing(
      "git_commit", policy: text, columns: any([80, 160, 40], &dice), rows: any([24, 48, 10], &dice))
  }

  @Test(arguments: UInt64(1)...80)
  func whatIsOpenedAndKeptIsUntouched(seed: UInt64) throws {
    var dice = Dice(state: seed)
    var desk = Self.desk(&dice)
    let before = desk.draftText
    let editor = try #require(desk.editor, "\(before)")
    #expect(editor.errors.isEmpty)
    // Everything that the rule says has a line.
    let cells = editor.rows.flatMap { editor.cells(of: $0) }
    #expect(cells.count >= 6)
    for _ in editor.rows {
      desk.press("Enter", "Esc", "j")
      FuzzTests().check(desk.state)
    }
    desk.press("ctrl-s")
    #expect(desk.draftText == before)
    #expect(desk.state.policy.draft?.isDirty == false)
  }

  /// Typing at the end of a text changes that text and no other byte.
  @Test(arguments: UInt64(1)...80)
  func oneCellChangesOneMember(seed: UInt64) throws {
    var dice = Dice(state: seed)
    var desk = Self.desk(&dice)
    let before = Array(desk.draftText.utf8)
    let address = RuleAddress(server: "git", .tools, "git_commit")
    let rule = try #require(desk.state.policy.draft?.current.rule(at: address))
    let editor = try #require(desk.editor)
    var texts: [(row: Int, column: Int, range: Range<Int>)] = []
    for (row, line) in editor.rows.enumerated() {
      for (column, cell) in editor.cells(of: line).enumerated() {
        let node: JSONNode? =
          switch cell {
          case .reason: rule["reason"]
          case .text(let place):
            rule[ExactText(place.list.rawValue)]?.elements?[place.entry][ExactText(place.list.textKey)]
          case .value(let place):
            rule[ExactText(place.list.rawValue)]?.elements?[place.entry]["conditions"]?.elements?[place.index]["value"]
          default: nil
          }
        if let node, node.string != nil { texts.append((row, column, node.range)) }
      }
    }
    guard !texts.isEmpty else { return }
    let chosen = Self.any(texts, &dice)
    for _ in 0..<chosen.row { desk.press("j") }
    for _ in 0..<chosen.column { desk.press("l") }
    desk.press("Enter")
    guard desk.editor?.field != nil else { return }  // A single folder is a list of one.
    desk.press("zzz\(seed)", "Enter")
    try #require(desk.editor?.field == nil, "\(desk.editor?.field?.error ?? "")")
    desk.press("ctrl-s")
    #expect(desk.editor == nil, "\(desk.state.note?.text ?? "")")
    let after = Array(desk.draftText.utf8)
    let range = chosen.range
    let tail = before.count - range.upperBound
    #expect(before != after)
    #expect(before[..<range.lowerBound] == after[..<range.lowerBound])
    #expect(before.suffix(tail) == after.suffix(tail))
    desk.press("u")
    #expect(Array(desk.draftText.utf8) == before)
  }

  @Test(arguments: UInt64(1)...12)
  func randomKeysLeaveARuleThatTheReaderTakes(seed: UInt64) throws {
    var dice = Dice(state: seed)
    var desk = Self.desk(&dice)
    let names = [
      "j", "k", "l", "h", "Enter", "Esc", "Tab", "S-Tab", "Space", "a", "n", "d", "D", "K", "J", "c", "v", "u", "U",
      "y",
      "ctrl-s", "args.x", "5", "\"", "(", "Up", "Down", "Backspace", "PgDn", "g", "G", "E", "?", "lt", "within", "/srv",
    ]
    for step in 0..<400 {
      if desk.state.overlay == nil { desk.press("e") }
      if Self.happens(20, &dice) {
        desk.send(.input(.paste(Self.any(FuzzTests.nasty + [#"{"a": 1}"#], &dice))))
      } else {
        desk.press(Self.any(names, &dice))
      }
      if case .editText(let edit, let text, _) = desk.effects.last {
        let texts = [text, [], Array("{}".utf8), Array(#"{"action": 5}"#.utf8)]
        desk.send(.textEdited(edit, Self.any([.text(Self.any(texts, &dice)), .failed("no")], &dice)))
      }
      desk.effects = []
      if step % 5 == 0 { FuzzTests().check(desk.state) }
    }
    let text = desk.state.policy.draft?.current.text ?? []
    #expect(throws: Never.self) { try PolicyDocument.read(text) }
  }
}
