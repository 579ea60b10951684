internal import JSONText
internal import Policy

extension RuleEditor {
  /// The rule with another value in a cell; nil takes the value away.
  func setting(_ cell: RuleCell, to value: JSONNode?) -> JSONNode {
    var other = rule
    switch cell {
    case .item(let place, 0) where condition(place)?["value"]?.elements == nil:
      other.set(RuleCell.value(place).steps, to: value)
    case .op(let place):
      let old = condition(place)?["value"] ?? .text("")
      other.set(cell.steps, to: value)
      guard let op = value?.string.flatMap({ ConditionOperator(rawValue: $0) }) else { break }
      other.set(RuleCell.value(place).steps, to: Self.converted(old, to: op, argument(place)))
    case .hold, .timeout, .remember, .onNoApprover:
      other.set(cell.steps, to: value)
      if value == nil, other["approval"]?.members?.isEmpty == true { other.set([.key("approval")], to: nil) }
    default: other.set(cell.steps, to: value)
    }
    return other
  }

  /// A value as an operator takes it, as much of it as can stay.
  private static func converted(_ value: JSONNode, to op: ConditionOperator, _ place: ArgumentPlace?) -> JSONNode {
    let isBlank = value.string == ""
    switch op {
    case .exists: return value.bool == nil ? JSONNode(.bool(true)) : value
    case .in, .notIn: return value.elements != nil ? value : JSONNode(.array(isBlank ? [] : [value]))
    case .within, .hostIn:
      let texts = (value.elements ?? [value]).filter { $0.string != nil && $0.string != "" }
      return value.string != nil && !isBlank ? value : JSONNode(.array(texts))
    default: break
    }
    let single = value.elements.map { $0.first ?? .text("") } ?? value
    switch op {
    case .lt, .lte, .gt, .gte, .lengthLt, .lengthLte, .lengthGt, .lengthGte:
      if case .number = single.content { return single }
      if let text = single.string, let node = try? JSONNode.read(Array(text.utf8)), case .number = node.content {
        return JSONNode(node.content)
      }
      return JSONNode(.number(JSONNumber(0)))
    case .startsWith, .endsWith, .glob, .regex, .notRegex:
      return single.string != nil ? single : .text(single.members == nil && !single.isNull ? single.json : "")
    case .eq, .neq:
      if isBlank, let first = place?.choices.first { return first }
      if isBlank, place?.isOnly([.boolean]) == true { return JSONNode(.bool(true)) }
      if isBlank, place?.isOnly([.number, .integer]) == true { return JSONNode(.number(JSONNumber(0))) }
      // An array may be what is compared with.
      return value
    default: return single
    }
  }

  /// What a new condition on a place asks most often.
  private static func usualOperator(_ place: ArgumentPlace?) -> ConditionOperator {
    guard let place else { return .eq }
    if place.isOnly([.number, .integer]) { return .lte }
    if place.isOnly([.array]) { return .contains }
    return .eq
  }

  // MARK: The open cell

  /// Keeps what is written in the open cell, if nothing is wrong with it.
  mutating func keepField() {
    check()
    guard let field, field.error == nil else { return }
    let wanted: JSONNode?
    do throws(CellMistake) {
      wanted = try field.candidate()
    } catch {
      return
    }
    self.field = nil
    switch field.cell {
    case .client: samples.client = wanted?.string ?? ""
    case .grant: samples.grant = wanted?.string ?? ""
    case .session: samples.session = wanted?.string ?? ""
    case .sample(let index):
      if samples.texts.indices.contains(index) { samples.texts[index] = wanted?.string ?? "" }
    default:
      // The value of a new condition is still to come.
      if field.isNew, case .op(let place) = field.cell { amend(setting(.value(place), to: .text(""))) }
      let other = setting(field.cell, to: wanted)
      if field.isNew { amend(other) } else if !other.means(rule) || other != rule { become(other) }
      if field.isNew { goOn(after: field.cell) }
    }
  }

  /// From one cell of a new condition to the next.
  private mutating func goOn(after cell: RuleCell) {
    switch cell {
    case .path(let place):
      let op = Self.usualOperator(argument(place))
      amend(setting(.op(place), to: .text(op.rawValue)))
      goTo(row: row, column: 1)
      _ = open(.op(place), isNew: true)
    case .op(let place):
      goTo(row: row, column: 2)
      if op(place)?.takesList == true {
        openList = place
        if items(place).isEmpty { addItem(place, at: 0, isNew: true) }
      } else {
        _ = open(.value(place), isNew: true)
      }
    default: break
    }
  }

  /// Leaves the open cell as it was; a condition that was being added goes, and redo brings it back.
  mutating func leaveField() {
    guard let field else { return }
    self.field = nil
    switch field.cell {
    case .sample(let index) where field.isNew:
      if samples.texts.indices.contains(index) { samples.texts.remove(at: index) }
      goTo(row: row, column: 0)
    case _ where field.isNew:
      openList = nil
      _ = undo(again: false)
    default: break
    }
  }

  // MARK: Lines

  /// Adds what belongs under the cursor: a condition, an element of a list, a sample; the reason where nothing does.
  mutating func add() -> String? {
    switch currentRow {
    case .item(let place, let index): addItem(place, at: index + 1, isNew: true)
    case .condition(let place):
      addCondition(ConditionPlace(list: place.list, entry: place.entry, index: place.index + 1))
    case .always(let entry), .terms(let entry):
      let count = self.entry(entry)?["conditions"]?.elements?.count ?? 0
      addCondition(ConditionPlace(list: entry.list, entry: entry.entry, index: count))
    case .section(let list):
      guard let last = entries(list).indices.last else { return addEntry() }
      let count = entries(list)[last]["conditions"]?.elements?.count ?? 0
      addCondition(ConditionPlace(list: list, entry: last, index: count))
    case .caller, .sample: return addSample()
    case .action, .reason, .matchSchema, .expires, .approval, .limits:
      return "a condition belongs into require, deny_if, approve_if or allow_if: go there first"
    }
    return nil
  }

  private mutating func addCondition(_ place: ConditionPlace) {
    var other = rule
    let entry = EntryPlace(list: place.list, entry: place.entry)
    other.changeElements(entry.steps + [.key("conditions")]) { conditions in
      conditions.insert(Self.blank, at: min(place.index, conditions.count))
    }
    openList = nil
    become(other)
    go(to: .condition(place))
    _ = open(.path(place), isNew: true)
  }

  private static var blank: JSONNode {
    JSONNode(
      .object([
        JSONMember(key: "path", value: .text("")), JSONMember(key: "op", value: .text("eq")),
        JSONMember(key: "value", value: .text("")),
      ]))
  }

  /// Adds an entry to the list under the cursor, behind the entry there.
  mutating func addEntry() -> String? {
    guard let list = list(of: currentRow) else {
      return "an entry belongs into require, deny_if, approve_if or allow_if: go there first"
    }
    let index = entryPlace(of: currentRow).map { $0.entry + 1 } ?? entries(list).count
    let entry = JSONNode(.object([JSONMember(key: "conditions", value: JSONNode(.array([Self.blank])))]))
    var other = rule
    other.changeElements([.key(ExactText(list.rawValue))]) { $0.insert(entry, at: min(index, $0.count)) }
    openList = nil
    become(other)
    let place = ConditionPlace(list: list, entry: index, index: 0)
    go(to: .condition(place))
    _ = open(.path(place), isNew: true)
    return nil
  }

  private mutating func addItem(_ place: ConditionPlace, at index: Int, isNew: Bool) {
    var elements = items(place)
    elements.insert(.text(""), at: min(index, elements.count))
    var other = rule
    other.set(RuleCell.value(place).steps, to: JSONNode(.array(elements)))
    if isBuilding(place) { amend(other) } else { become(other) }
    openList = place
    go(to: .item(place, index))
    _ = open(.item(place, index), isNew: isNew)
  }

  /// The condition's list is its first, and the last step was to add the condition.
  private func isBuilding(_ place: ConditionPlace) -> Bool { items(place).isEmpty }

  mutating func addSample(_ text: String? = nil) -> String? {
    guard samples.texts.count < SampleCalls.most else {
      return "there are \(SampleCalls.most) samples: d takes one away"
    }
    samples.texts.append(text ?? "{}")
    let index = samples.texts.count - 1
    go(to: .sample(index))
    if text == nil { _ = open(.sample(index), isNew: true) }
    return nil
  }

  /// Takes away what is under the cursor; the reason where that cannot be.
  mutating func remove() -> String? {
    switch currentRow {
    case .condition(let place):
      let entry = EntryPlace(list: place.list, entry: place.entry)
      if (self.entry(entry)?["conditions"]?.elements?.count ?? 0) < 2 { return removeEntry() }
      openList = nil
      var other = rule
      other.set(place.steps, to: nil)
      become(other)
    case .item(let place, let index):
      var elements = items(place)
      guard elements.count > 1, elements.indices.contains(index) else {
        return "a list needs an element: d on the condition takes all of it away"
      }
      elements.remove(at: index)
      var other = rule
      other.set(RuleCell.value(place).steps, to: JSONNode(.array(elements)))
      become(other)
      go(to: .item(place, min(index, elements.count - 1)))
    case .always: return removeEntry()
    case .sample(let index):
      if samples.texts.indices.contains(index) { samples.texts.remove(at: index) }
      goTo(row: row, column: 0)
    case .section, .caller: return "there is nothing to take away here"
    case .limits: return "r in pane 1 changes limits, E all of the rule"
    case .action, .reason, .matchSchema, .expires, .terms, .approval:
      guard let cell = currentCell, value(cell) != nil else { return "nothing is written here" }
      become(setting(cell, to: nil))
    }
    return nil
  }

  /// Takes away the whole entry under the cursor.
  mutating func removeEntry() -> String? {
    guard let place = entryPlace(of: currentRow) else { return "there is no entry under the cursor" }
    openList = nil
    var other = rule
    let isLast = entries(place.list).count < 2
    other.set(isLast ? [.key(ExactText(place.list.rawValue))] : place.steps, to: nil)
    become(other)
    go(to: .section(place.list))
    return nil
  }

  /// Moves what is under the cursor one place up or down; the reason where it cannot.
  mutating func shift(_ step: Int) -> String? {
    let steps: [JSONStep]
    let index: Int
    let next: RuleRow
    switch currentRow {
    case .condition(let place):
      openList = nil
      let moved = ConditionPlace(list: place.list, entry: place.entry, index: place.index + step)
      (steps, index, next) = (Array(place.steps.dropLast()), place.index, .condition(moved))
    case .item(let place, let item):
      (steps, index, next) = (RuleCell.value(place).steps, item, .item(place, item + step))
    case .always(let place), .terms(let place):
      let moved = EntryPlace(list: place.list, entry: place.entry + step)
      (steps, index) = (Array(place.steps.dropLast()), place.entry)
      if case .always = currentRow { next = .always(moved) } else { next = .terms(moved) }
    default: return "conditions, elements of lists and entries can be moved"
    }
    let count = rule.at(steps)?.elements?.count ?? 0
    guard (0..<count).contains(index + step), (0..<count).contains(index) else {
      return step < 0 ? "it is the first already" : "it is the last already"
    }
    var other = rule
    other.changeElements(steps) { $0.swapAt(index, index + step) }
    let column = column
    become(other)
    go(to: next, column: column)
    return nil
  }

  /// The next word of a cell that has a few; false where the cell is to be opened.
  mutating func toggle() -> Bool {
    guard let cell = currentCell else { return false }
    var words: [JSONNode?]
    switch cell {
    case .action: words = [.text("allow"), .text("require_approval"), .text("deny")]
    case .matchSchema: words = [nil, JSONNode(.bool(true))]
    case .onNoApprover: words = [.text("wait"), .text("deny")]
    case .value: words = [JSONNode(.bool(true)), JSONNode(.bool(false))]
    default: return false
    }
    let value = value(cell)
    let current = words.firstIndex { word in
      word.map { word in value.map { $0.means(word) } ?? false } ?? (value == nil)
    }
    if case .value = cell, current == nil { return false }
    words.append(words[0])
    let next = current.map { words[$0 + 1] } ?? (cell == .action || cell == .onNoApprover ? words[1] : words[0])
    become(setting(cell, to: next))
    return true
  }
}
