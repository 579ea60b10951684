internal import ControlWire
package import JSONText
internal import Policy

extension NewRule {
  /// More arguments than these have no boxes of their own: their call is held to all of them at once.
  private static let mostArguments = 40
  /// What stands in arguments for what the gate does not show.
  private static let hidden = "[hidden]"

  /// The boxes of the narrowest rule.
  mutating func makeBoxes() {
    boxes = []
    row = 0
    field = nil
    let rule = CallRule(call, decision)
    guard let kind = try? rule.kind() else { return }
    var server = RuleBox(.server, JSONNode(.string(call.server)))
    if rule.isBoundToServer(kind) { server.fixed = "the rule that asks is one of this server" }
    boxes.append(server)
    var target = RuleBox(.target, JSONNode(.string(call.target.word)))
    if rule.isBoundToTarget(kind) { target.fixed = "the rule that asks is one of this \(call.target.noun)" }
    boxes.append(target)
    if !call.client.isEmpty {
      var client = RuleBox(.client, JSONNode(.string(call.client)))
      client.operators = [.eq, .startsWith, .glob]
      boxes.append(client)
    }
    guard case .known(let arguments) = arguments, let members = arguments.members else { return }
    if case .resource = call.target { return }
    for member in members.prefix(Self.mostArguments) { boxes.append(Self.box(for: member)) }
    var others = RuleBox(.others, JSONNode(.number(JSONNumber(members.count))))
    if members.count > Self.mostArguments { others.fixed = "there are too many arguments to be named one by one" }
    boxes.append(others)
  }

  private static func box(for member: JSONMember) -> RuleBox {
    var box = RuleBox(.argument(ConditionPath(arguments: [.member(member.key)])), member.value)
    box.operators = operators(for: member.value)
    if holdsHidden(member.value) {
      box.isChecked = false
      box.fixed = "a secret in it is hidden: a rule cannot compare it"
    } else if member.value.compact.count > CallRule.longestValue {
      box.isChecked = false
      if member.value.string == nil { box.fixed = "it is too long to be written into a rule" }
    }
    return box
  }

  /// Whether what the gate does not show is somewhere in a value.
  package static func holdsHidden(_ node: JSONNode, depth: Int = 0) -> Bool {
    guard depth < 64 else { return true }
    switch node.content {
    case .string(let text): return text.string.contains(hidden)
    case .array(let elements): return elements.contains { holdsHidden($0, depth: depth + 1) }
    case .object(let members): return members.contains { holdsHidden($0.value, depth: depth + 1) }
    case .null, .bool, .number: return false
    }
  }

  private static func operators(for value: JSONNode) -> [ConditionOperator] {
    switch value.content {
    case .string(let text):
      let isPath = text.string.hasPrefix("/") || text.string.hasPrefix("file:///")
      let isURL = text.string.contains("://") && !text.string.hasPrefix("file:")
      return [.eq] + (isPath ? [.within] : []) + (isURL ? [.hostIn] : []) + [
        .startsWith, .endsWith, .glob, .contains, .regex,
      ]
    case .number: return [.eq, .lte, .gte]
    case .null, .bool, .array, .object: return [.eq]
    }
  }

  // MARK: Changing them

  /// Checks or unchecks the box under the cursor; why not, where that cannot be.
  mutating func toggle() -> String? {
    guard boxes.indices.contains(row) else {
      turnUntil(1)
      return nil
    }
    if let fixed = boxes[row].fixed { return fixed }
    boxes[row].isChecked.toggle()
    return nil
  }

  /// Compares in the next way; why not, where there is none.
  mutating func turnOperator(_ step: Int) -> String? {
    guard boxes.indices.contains(row) else {
      turnUntil(step)
      return nil
    }
    if let fixed = boxes[row].fixed { return fixed }
    let all = boxes[row].operators
    guard all.count > 1, let index = all.firstIndex(of: boxes[row].op) else {
      return "it is held to this value, or Space lets it be any"
    }
    let op = all[(index + step + all.count) % all.count]
    boxes[row].op = op
    boxes[row].value = Self.start(op, boxes[row].actual)
    boxes[row].isChecked = true
    return nil
  }

  /// What an operator begins with, so that the call passes: the folder of a path, the host of a URL.
  private static func start(_ op: ConditionOperator, _ actual: JSONNode) -> JSONNode {
    func text(_ text: String) -> JSONNode { JSONNode(.string(ExactText(text))) }
    guard let word = actual.string else { return actual }
    let folder = word.lastIndex(of: "/").map { String(word[..<$0]) } ?? ""
    switch op {
    case .within: return JSONNode(.array([text(folder.isEmpty ? "/" : folder)]))
    case .hostIn:
      let rest = word.components(behind: "://")
      let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      let name = host.split(separator: "@").last ?? host
      return JSONNode(.array([text(String(name.split(separator: ":").first ?? name))]))
    case .glob:
      let escaped = NamePattern.key(for: ExactText(folder.isEmpty ? word : folder + "/")).string
      return text(escaped + "*")
    case .startsWith: return text(folder.isEmpty ? word : folder + "/")
    case .endsWith: return text(word.lastIndex(of: ".").map { String(word[$0...]) } ?? word)
    case .regex: return text("^" + Self.quoted(word) + "$")
    default: return actual
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if #"\.+*?()|[]{}^$"#.unicodeScalars.contains(scalar) { out.append("\\") }
      out.append(scalar)
    }
    return String(out)
  }

  mutating func turnUntil(_ step: Int) {
    // Only a call that waits can be approved for as long as its session lasts.
    let all = Until.allCases.filter { $0 != .session || ticket != nil }
    let index = all.firstIndex(of: until) ?? 0
    until = all[(index + step + all.count) % all.count]
  }

  // MARK: Typing a value

  /// Opens the value of the box under the cursor; why not, where it cannot be typed.
  mutating func openField() -> String? {
    guard let box = currentBox else {
      turnUntil(1)
      return nil
    }
    if let fixed = box.fixed { return fixed }
    switch box.subject {
    case .server, .target: return "Space lets it be any"
    case .client, .argument, .others: break
    }
    let value = box.op.takesList ? box.value.elements?.first ?? box.value : box.value
    guard value.members == nil, value.elements == nil else {
      return "it is compared as a whole, or Space lets it be any"
    }
    let text = value.string ?? value.json
    guard text.unicodeScalars.count < 1000 else { return "that is too long to be typed here" }
    field = TextField(text)
    fieldProblem = nil
    return nil
  }

  /// Takes what was typed; false where it cannot be, and `fieldProblem` says why.
  mutating func keepField() -> Bool {
    guard let field, boxes.indices.contains(row) else { return true }
    let box = boxes[row]
    var value: JSONNode
    if box.actual.string != nil {
      value = JSONNode(.string(ExactText(field.text)))
    } else {
      guard let node = try? JSONNode.read(Array(field.text.utf8)), node.members == nil, node.elements == nil else {
        fieldProblem = "`\(field.text)` is no number, true, false or null"
        return false
      }
      value = JSONNode(node.content)
    }
    if box.op.takesList { value = JSONNode(.array([value])) }
    var changed = box
    changed.value = value
    changed.isChecked = true
    if let problem = Self.problem(of: changed) {
      fieldProblem = problem
      return false
    }
    boxes[row] = changed
    self.field = nil
    fieldProblem = nil
    return true
  }

  /// What the reader of policies would say of a box.
  private static func problem(of box: RuleBox) -> String? {
    guard let terms = box.terms, let path = try? ConditionPath(ExactText(terms.path)),
      let op = ConditionOperator(rawValue: terms.op)
    else { return nil }
    do throws(ConditionMistake) {
      _ = try Condition(pointer: "", path: path, op: op, value: terms.value)
      return nil
    } catch {
      return error.message + (error.help.map { ": \($0)" } ?? "")
    }
  }

  // MARK: What it says

  /// The rule as it stands here.
  func rule(at now: Moment) -> CallRule {
    var rule = CallRule(call, decision)
    rule.isForServer = boxes.first { $0.subject == .server }?.isChecked ?? true
    rule.isForTarget = boxes.first { $0.subject == .target }?.isChecked ?? true
    rule.conditions = boxes.compactMap(\.terms)
    if until == .day {
      // To the minute, so that it does not change while it is looked at.
      let minute: Int64 = 60_000_000
      rule.expires = Moment(microseconds: (now.microseconds / minute + 1) * minute).advanced(
        byMicroseconds: 24 * 60 * minute)
    }
    return rule
  }

  /// Whether the very call meets what a box says; nil where that is not known.
  func meets(_ box: RuleBox) -> Bool? {
    guard let terms = box.terms else { return nil }
    guard let path = try? ConditionPath(ExactText(terms.path)), let op = ConditionOperator(rawValue: terms.op),
      let condition = try? Condition(pointer: "", path: path, op: op, value: terms.value)
    else { return false }
    guard case .known(let arguments) = arguments else { return nil }
    let entry = ConditionEntry(pointer: "", line: 0, conditions: [condition], text: nil)
    return entry.outcome(.allowIf, ConditionSubject(call: call, arguments: arguments)).holds
  }
}

extension String {
  /// What stands behind the first place of a word; all of it where there is none.
  fileprivate func components(behind word: String) -> Substring {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(word) { return rest.dropFirst(word.count) }
      rest = rest.dropFirst()
    }
    return self[...]
  }
}

extension Call.Target {
  /// What people call it.
  var noun: String {
    switch self {
    case .tool: "tool"
    case .resource: "resource"
    case .prompt: "prompt"
    case .serverRequest, .other: "method"
    }
  }
}
