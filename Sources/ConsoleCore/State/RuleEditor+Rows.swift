package import JSONText
package import Policy

extension RuleEditor {
  /// The lines of the outline.
  package var rows: [RuleRow] {
    var rows: [RuleRow] = [.action, .reason]
    if address.section == .tools || address.section == .allTools { rows.append(.matchSchema) }
    for list in RuleList.allCases {
      rows.append(.section(list))
      for (index, entry) in entries(list).enumerated() {
        let place = EntryPlace(list: list, entry: index)
        let conditions = entry["conditions"]?.elements ?? []
        if conditions.isEmpty { rows.append(.always(place)) }
        for number in conditions.indices {
          let condition = ConditionPlace(list: list, entry: index, index: number)
          rows.append(.condition(condition))
          guard openList == condition else { continue }
          rows += items(condition).indices.map { .item(condition, $0) }
        }
        rows.append(.terms(place))
      }
    }
    rows.append(.approval)
    if rule["limits"] != nil || rule["rate_limit"] != nil { rows.append(.limits) }
    rows += [.expires, .caller]
    return rows + samples.texts.indices.map { .sample($0) }
  }

  /// The cells of a line, from left to right.
  package func cells(of row: RuleRow) -> [RuleCell] {
    switch row {
    case .action: [.action]
    case .reason: [.reason]
    case .matchSchema: [.matchSchema]
    case .expires: [.expires]
    case .section, .always, .limits: []
    case .condition(let place): [.path(place), .op(place), .value(place)]
    case .item(let place, let index): [.item(place, index)]
    case .terms(let entry): entry.list == .allowIf ? [.end(entry)] : [.text(entry), .end(entry)]
    case .approval: [.hold, .timeout, .remember, .onNoApprover]
    case .caller: [.client, .grant, .session]
    case .sample(let index): [.sample(index)]
    }
  }

  package var currentRow: RuleRow { rows[min(row, rows.count - 1)] }

  package var currentCell: RuleCell? {
    let cells = cells(of: currentRow)
    return cells.indices.contains(column) ? cells[column] : cells.last
  }

  mutating func goTo(row: Int, column: Int) {
    let rows = rows
    self.row = min(max(0, row), rows.count - 1)
    self.column = min(max(0, column), max(0, cells(of: rows[self.row]).count - 1))
  }

  mutating func go(to row: RuleRow, column: Int = 0) {
    if let index = rows.firstIndex(of: row) { goTo(row: index, column: column) }
  }

  /// The next cell in reading order, or the one before; lines without cells are passed over.
  mutating func moveCell(_ step: Int) {
    let rows = rows
    let next = column + step
    if cells(of: currentRow).indices.contains(next) {
      column = next
      return
    }
    var index = row + step
    while rows.indices.contains(index), cells(of: rows[index]).isEmpty { index += step }
    guard rows.indices.contains(index) else { return }
    goTo(row: index, column: step > 0 ? 0 : cells(of: rows[index]).count - 1)
  }

  // MARK: What is there

  package func entries(_ list: RuleList) -> [JSONNode] { rule[ExactText(list.rawValue)]?.elements ?? [] }

  func entry(_ place: EntryPlace) -> JSONNode? { rule.at(place.steps) }

  func condition(_ place: ConditionPlace) -> JSONNode? { rule.at(place.steps) }

  /// The elements of a condition's list; a value that stands alone counts as one.
  func items(_ place: ConditionPlace) -> [JSONNode] {
    guard let value = condition(place)?["value"] else { return [] }
    return value.elements ?? [value]
  }

  func op(_ place: ConditionPlace) -> ConditionOperator? {
    condition(place)?["op"]?.string.flatMap { ConditionOperator(rawValue: $0) }
  }

  /// What is known of the place that a condition looks at.
  func argument(_ place: ConditionPlace) -> ArgumentPlace? {
    guard let text = condition(place)?["path"]?.text, let path = try? ConditionPath(text) else { return nil }
    return places.place(path)
  }

  /// What stands in a cell; nil for nothing.
  func value(_ cell: RuleCell) -> JSONNode? {
    switch cell {
    case .client: .text(samples.client)
    case .grant: .text(samples.grant)
    case .session: .text(samples.session)
    case .sample(let index): samples.texts.indices.contains(index) ? .text(samples.texts[index]) : nil
    case .item(let place, let index):
      items(place).indices.contains(index) ? items(place)[index] : nil
    default: rule.at(cell.steps)
    }
  }

  /// The entry that a line belongs to.
  func entryPlace(of row: RuleRow) -> EntryPlace? {
    switch row {
    case .condition(let place), .item(let place, _): EntryPlace(list: place.list, entry: place.entry)
    case .always(let place), .terms(let place): place
    default: nil
    }
  }

  func list(of row: RuleRow) -> RuleList? {
    if case .section(let list) = row { return list }
    return entryPlace(of: row)?.list
  }
}

extension RuleList {
  /// What its entries do together, in words.
  package var header: String {
    switch self {
    case .require: "ALL of these must hold, else the call is denied"
    case .denyIf: "ANY of these denies"
    case .approveIf: "ANY of these asks a person"
    case .allowIf: "ANY of these spares the asking"
    }
  }

  package var kind: ConditionEntry.Kind {
    switch self {
    case .require: .require
    case .denyIf: .denyIf
    case .approveIf: .approveIf
    case .allowIf: .allowIf
    }
  }

  /// What follows where an entry holds, and where it does not.
  var effect: (holds: String, fails: String) {
    switch self {
    case .require: ("the rest is judged", "denied")
    case .denyIf: ("denied", "the rest is judged")
    case .approveIf: ("a person is asked", "not asked for this")
    case .allowIf: ("nobody is asked", "asked as the rule says")
    }
  }
}
