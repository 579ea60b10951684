package import JSONText
package import Policy

/// The rule of a tool, or another rule, while a person writes what it asks and says.
///
/// It holds the rule as the person wants it; the draft of the policy knows nothing of it before it is kept.
package struct RuleEditor: Hashable, Sendable {
  /// A question that stands in the editor's own bottom line.
  package enum Question: Hashable, Sendable {
    /// Leave without what was changed?
    case leave
    /// The rule was changed elsewhere meanwhile: put this one in its place?
    case overwrite
    /// It lets something risky through.
    case risk
  }

  /// What the whole of a small screen shows.
  package enum Face: Hashable, Sendable { case outline, panel, keys }

  /// Where the rule stands, or is to stand.
  package var address: RuleAddress
  /// The tool that it was opened for; nil for a rule of many.
  package var tool: ToolName?
  /// What the draft said when the editor was opened; nil where it had no such rule.
  package var before: JSONNode?
  /// What the person began with: the rule that there is, or a copy of the one that governs the tool so far.
  package var start: JSONNode
  /// Where that came from, in words.
  package var origin: String
  /// What is wanted.
  package private(set) var rule: JSONNode
  private(set) var done: [JSONNode] = []
  private(set) var undone: [JSONNode] = []

  package var row = 0
  package var column = 0
  package var field: CellField?
  /// The condition whose list is open.
  package var openList: ConditionPlace?
  package var face = Face.outline
  package var panelTop = 0
  package var question: Question?

  /// What the reader of policies says about the rule.
  package private(set) var problems: [PolicyProblem] = []
  package var places = ArgumentPlaces()
  var knowsPlaces = false
  /// The schema that `places` was read from; nil where it is not known.
  package var schema: [UInt8]?
  package var samples = SampleCalls()
  package var trials: [Trial] = []

  package init(address: RuleAddress, tool: ToolName?, before: JSONNode?, start: JSONNode, origin: String) {
    self.address = address
    self.tool = tool
    self.before = before
    self.start = start
    self.origin = origin
    rule = start
    problems = RuleText.problems(of: rule, at: address)
  }

  package var isChanged: Bool { !rule.means(start) }
  package var errors: [PolicyProblem] { problems.filter { $0.weight == .error } }

  /// Makes one step that can be taken back.
  mutating func become(_ rule: JSONNode) {
    guard rule != self.rule else { return }
    done.append(self.rule)
    if done.count > Self.mostSteps { done.removeFirst() }
    undone = []
    show(rule)
  }

  private static let mostSteps = 1000

  /// Takes the last step back, or does it again; false where there is none.
  mutating func undo(again: Bool) -> Bool {
    guard let other = again ? undone.popLast() : done.popLast() else { return false }
    if again { done.append(rule) } else { undone.append(rule) }
    show(other)
    return true
  }

  /// Makes more of the last step.
  mutating func amend(_ rule: JSONNode) { show(rule) }

  private mutating func show(_ rule: JSONNode) {
    self.rule = rule
    problems = RuleText.problems(of: rule, at: address)
    if let openList, self.rule.at(openList.steps) == nil { self.openList = nil }
    goTo(row: row, column: column)
  }

  /// What the reader would say of the rule with another value in a cell, about that cell; nil for nothing wrong.
  func mistake(in cell: RuleCell, with value: JSONNode?) -> String? {
    var pointer = cell.steps.pointer
    guard !pointer.isEmpty else { return nil }
    if case .item(let place, _) = cell { pointer = RuleCell.value(place).steps.pointer }
    let other = setting(cell, to: value)
    let found = RuleText.problems(of: other, at: address).first { problem in
      problem.weight == .error
        && (problem.pointer == pointer || problem.pointer.utf8.starts(with: (pointer + "/").utf8))
    }
    return found.map(Self.words)
  }

  static func words(_ problem: PolicyProblem) -> String {
    problem.message + (problem.help.map { ": \($0)" } ?? "")
  }

  /// What is wrong or odd at a cell.
  func problem(at cell: RuleCell) -> PolicyProblem? {
    let pointer = cell.steps.pointer
    guard !pointer.isEmpty else { return nil }
    let found = problems.filter { problem in
      problem.pointer == pointer || problem.pointer.utf8.starts(with: (pointer + "/").utf8)
    }
    return found.first { $0.weight == .error } ?? found.first
  }
}

/// A condition of a rule.
package struct ConditionPlace: Hashable, Sendable {
  package var list: RuleList
  package var entry: Int
  package var index: Int

  package init(list: RuleList, entry: Int, index: Int) {
    self.list = list
    self.entry = entry
    self.index = index
  }

  var steps: [JSONStep] { EntryPlace(list: list, entry: entry).steps + [.key("conditions"), .index(index)] }
}

/// An entry of one of a rule's lists.
package struct EntryPlace: Hashable, Sendable {
  package var list: RuleList
  package var entry: Int

  package init(list: RuleList, entry: Int) {
    self.list = list
    self.entry = entry
  }

  var steps: [JSONStep] { [.key(ExactText(list.rawValue)), .index(entry)] }
}

/// One line of the outline of a rule.
package enum RuleRow: Hashable, Sendable {
  case action, reason, matchSchema, expires
  case section(RuleList)
  case condition(ConditionPlace)
  /// An element of a condition's list.
  case item(ConditionPlace, Int)
  /// An entry without conditions: it always holds.
  case always(EntryPlace)
  /// What an entry says, and when it ends.
  case terms(EntryPlace)
  case approval
  /// Limits have an editor of their own.
  case limits
  case caller
  case sample(Int)
}

/// One value of a rule that can be edited, or of a call to try it on.
package enum RuleCell: Hashable, Sendable {
  case action, reason, matchSchema, expires
  case path(ConditionPlace), op(ConditionPlace), value(ConditionPlace)
  case item(ConditionPlace, Int)
  case text(EntryPlace), end(EntryPlace)
  case hold, timeout, remember, onNoApprover
  case client, grant, session
  case sample(Int)

  /// Where its value stands in the rule; empty for what is no part of it.
  var steps: [JSONStep] {
    switch self {
    case .action: [.key("action")]
    case .reason: [.key("reason")]
    case .matchSchema: [.key("match_schema")]
    case .expires: [.key("expires")]
    case .path(let place): place.steps + [.key("path")]
    case .op(let place): place.steps + [.key("op")]
    case .value(let place): place.steps + [.key("value")]
    case .item(let place, let index): place.steps + [.key("value"), .index(index)]
    case .text(let entry): entry.steps + [.key(ExactText(entry.list.textKey))]
    case .end(let entry): entry.steps + [.key("expires")]
    case .hold: [.key("approval"), .key("hold")]
    case .timeout: [.key("approval"), .key("timeout")]
    case .remember: [.key("approval"), .key("remember")]
    case .onNoApprover: [.key("approval"), .key("on_no_approver")]
    case .client, .grant, .session, .sample: []
    }
  }
}
