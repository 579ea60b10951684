internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Opens the text of the rule of what is under the cursor in the person's editor.
  mutating func editRuleText() -> [ConsoleEffect] {
    if focus != .servers, let index = currentTool { return editRuleText(of: catalogue.name(of: index)) }
    guard let server = currentServer else {
      say(.info, "there is no tool under the cursor")
      return []
    }
    let address = RuleAddress.allTools(server: catalogue.servers[server].info.name)
    return editRuleText(at: address, start: nil)
  }

  mutating func editRuleText(of name: ToolName) -> [ConsoleEffect] {
    let (address, start, _) = rule(of: name)
    let parameter = catalogue.index(of: name).flatMap { catalogue.tools[$0].info.parameters.first }
    return editRuleText(at: address, start: start, parameter: parameter)
  }

  private mutating func editRuleText(
    at address: RuleAddress, start: JSONNode?, parameter: String? = nil
  ) -> [ConsoleEffect] {
    let document = policy.draft?.current
    let given =
      document?.ruleText(at: address)
      ?? (start.map { isBare($0) } ?? true ? Self.example(parameter, action: start?["action"]) : nil)
      ?? start.map(Self.spread) ?? []
    let before = document?.rule(at: address)
    return [.editText(EditedText(.rule(address, before: before), given: given), text: given, line: nil)]
  }

  /// It says nothing but an action.
  private func isBare(_ rule: JSONNode) -> Bool { rule.members?.allSatisfy { $0.key == "action" } ?? true }

  /// A rule to begin with, which shows what a rule can say.
  private static func example(_ parameter: String?, action: JSONNode?) -> [UInt8] {
    let path = ConditionPath(arguments: [.member(ExactText(parameter ?? "name"))]).text.string
    func text(_ string: String) -> JSONNode { .text(string) }
    func object(_ members: KeyValuePairs<ExactText, JSONNode>) -> JSONNode {
      JSONNode(.object(members.map { JSONMember(key: $0.key, value: $0.value) }))
    }
    let condition = object(["path": text(path), "op": text("exists"), "value": JSONNode(.bool(true))])
    let limit = object(["window": text("minute"), "max": JSONNode(.number(JSONNumber(10)))])
    return spread(
      object([
        "action": action ?? text("allow"), "reason": text("what the agent is told when the call is denied"),
        "require": JSONNode(
          .array([object(["conditions": JSONNode(.array([condition])), "on_deny": text("\(path) is missing")])])),
        "limits": JSONNode(.array([limit])),
      ]))
  }

  /// A rule's text as a person lays it out.
  static func spread(_ rule: JSONNode) -> [UInt8] {
    var formatter = JSONFormatter()
    formatter.columns = 80
    formatter.isAlwaysSpread = { $0.isEmpty }
    return (try? formatter.formatted(rule.compact)) ?? rule.compact
  }

  /// Opens the rule that the editor holds, or the sample under its cursor.
  mutating func editText(of editor: RuleEditor) -> [ConsoleEffect] {
    if case .sample(let index) = editor.currentRow, editor.samples.texts.indices.contains(index) {
      let text = Self.spread((try? JSONNode.read(Array(editor.samples.texts[index].utf8))) ?? JSONNode(.object([])))
      return [.editText(EditedText(.sample(index), given: text), text: text, line: nil)]
    }
    let isUntouched = editor.rule == editor.start && editor.before != nil
    let text = isUntouched ? policy.draft?.current.ruleText(at: editor.address) : nil
    let given = text ?? Self.spread(editor.rule)
    return [.editText(EditedText(.openRule, given: given), text: given, line: nil)]
  }

  // MARK: What comes back

  mutating func take(_ edit: EditedText, _ result: EditedTextResult) {
    let text: [UInt8]
    switch result {
    case .failed(let reason):
      say(.error, "nothing is changed: \(safe(reason, limit: 400))")
      return
    case .text(let bytes): text = bytes
    }
    switch edit.subject {
    case .sample(let index): takeSample(index, text)
    case .openRule, .rule: takeRule(edit, text, overwrites: false)
    }
  }

  private mutating func takeSample(_ index: Int, _ text: [UInt8]) {
    guard case .rule(var editor) = overlay, editor.samples.texts.indices.contains(index) else { return }
    guard text.count <= SampleCalls.longest else {
      say(.error, "arguments may have \(SampleCalls.longest) bytes at most: the sample is as it was")
      return
    }
    // What is no JSON is shown as such beside the sample.
    editor.samples.texts[index] = (try? JSONNode.read(text))?.json ?? String(decoding: text, as: UTF8.self)
    samples[editor.address] = editor.samples
    refresh(&editor)
    overlay = .rule(editor)
  }

  private mutating func takeRule(_ edit: EditedText, _ text: [UInt8], overwrites: Bool) {
    guard text != edit.given else {
      say(.info, "nothing is changed")
      comeBack(from: edit)
      return
    }
    let behind = openEditor
    let address: RuleAddress
    switch (edit.subject, behind) {
    case (.rule(let place, _), _): address = place
    case (.openRule, .some(let editor)): address = editor.address
    default:
      say(.info, "the rule editor is gone: the text is dropped")
      return
    }
    var problems = TextProblems(edit: edit, text: text, problems: [], behind: behind)
    let rule: JSONNode
    do throws(PolicyRejection) {
      rule = try RuleText.read(text, at: address)
    } catch {
      problems.problems = error.problems
      overlay = .text(problems)
      return
    }
    if var editor = behind {
      editor.become(rule)
      refresh(&editor)
      overlay = .rule(editor)
      say(.info, editor.isChanged ? "taken over; ctrl-s keeps it" : "it says the same")
      return
    }
    guard case .rule(_, let before) = edit.subject else { return }
    let now = policy.draft?.current.rule(at: address)
    let isSame = now.map { now in before.map { now.means($0) } ?? false } ?? (before == nil)
    guard isSame || overwrites else {
      problems.isOutdated = true
      overlay = .text(problems)
      return
    }
    keep(rule, at: address, problems)
  }

  /// Puts a text that was read into the draft, or shows why the whole policy cannot have it.
  private mutating func keep(_ rule: JSONNode, at address: RuleAddress, _ problems: TextProblems) {
    func refuse(_ message: String, help: String? = nil) {
      var problems = problems
      problems.problems = [
        PolicyProblem(
          weight: .error, place: TextPlace(line: 1, column: 1), pointer: "", message: message, help: help)
      ]
      overlay = .text(problems)
    }
    guard !options.isReadOnly, policy.refusal == nil, var trial = policy.draft else {
      refuse(policy.refusal ?? "this console is read-only")
      return
    }
    let edit = PolicyEdit.change(address, .become(rule))
    do throws(PolicyEditError) {
      try trial.apply(edit)
    } catch {
      refuse(error.message, help: error.help)
      return
    }
    if case .text = overlay { overlay = nil }
    guard trial.current.text != policy.draft?.current.text else {
      say(.info, "it says the same: nothing is changed")
      return
    }
    let said = safe(trial.undoTitle ?? "the rule", limit: 300)
    let names = acceptsRisk ? [] : risky(trial)
    guard names.isEmpty else {
      let shown = names.prefix(3).map { safe($0.tool.string, limit: 40) }.joined(separator: ", ")
      overlay = .confirm(
        Confirmation(
          question: .edit(edit, said: said, isRisky: true),
          lines: [said, "\(Format.count(names.count)) of high risk will act unasked: \(shown)"]))
      return
    }
    apply(edit, said: said)
  }

  private var openEditor: RuleEditor? {
    switch overlay {
    case .rule(let editor): editor
    case .text(let problems): problems.behind
    default: nil
    }
  }

  /// Back to what stood there before the text was edited.
  private mutating func comeBack(from edit: EditedText) {
    if case .text(let problems) = overlay { overlay = problems.behind.map { .rule($0) } }
  }

  // MARK: Keys on the problems

  mutating func take(_ key: Key, _ problems: TextProblems) -> [ConsoleEffect] {
    var problems = problems
    if problems.isLeaving {
      problems.isLeaving = false
      switch key {
      case .character("y"):
        overlay = problems.behind.map { .rule($0) }
        say(.info, "the text is dropped; the rule is as it was")
        return []
      case .character("n"), Key(.escape), .control("c"): break
      default:
        problems.isLeaving = true
        say(.info, "y drops the text, n keeps it")
      }
      overlay = .text(problems)
      return []
    }
    let height = max(1, size.rows - 6)
    let count = problems.problems.count
    switch key {
    case .character("e"), .character("E"), Key(.enter):
      let line =
        problems.problems.indices.contains(problems.list.row) ? problems.problems[problems.list.row].place.line : nil
      return [.editText(problems.edit, text: problems.text, line: line)]
    case .character("y") where problems.isOutdated:
      takeRule(problems.edit, problems.text, overwrites: true)
      return []
    case _ where key.leaves, .character("q"): problems.isLeaving = true
    case Key(.down), .character("j"): problems.list.go(to: problems.list.row + 1, count: count, height: height)
    case Key(.up), .character("k"): problems.list.go(to: problems.list.row - 1, count: count, height: height)
    default: say(.info, "e edits the text again, Esc drops it")
    }
    overlay = .text(problems)
    return []
  }
}
