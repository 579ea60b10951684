package import Policy

extension LimitEditor {
  // MARK: Steps

  /// Notes what there is before a change; changes of one field after each other are one step.
  private mutating func begin(_ field: Field?) {
    guard field == nil || field != openStep else { return }
    past.append(Step(rows: rows, row: row, action: action))
    if past.count > 500 { past.removeFirst() }
    openStep = field
  }

  /// False where there is nothing to undo.
  mutating func undo() -> Bool {
    guard let step = past.popLast() else { return false }
    (rows, row, action) = (step.rows, step.row, step.action)
    enter(field)
    return true
  }

  // MARK: The list

  mutating func add(_ setting: LimitSetting?) {
    guard rows.count < Self.mostRows else { return }
    begin(nil)
    var values = Values()
    values[.align] = "sliding"
    values[.count] = "forwarded"
    values[.most] = setting.map { String($0.most) } ?? "100"
    values[.window] = setting?.window ?? Self.windowAfter(current?.values[.window])
    values[.scope] = setting?.scope ?? current?.values[.scope] ?? "grant"
    rows.append(Row(origins: targets.map { _ in nil }, values: values, was: nil))
    row = rows.count - 1
    enter(.most)
  }

  /// A second limit is mostly one of a longer time.
  private static func windowAfter(_ window: String?) -> String {
    switch window {
    case "second": "minute"
    case "minute": "hour"
    case "hour", "day": "day"
    default: "minute"
    }
  }

  mutating func removeRow() {
    guard current != nil else { return }
    begin(nil)
    rows.remove(at: row)
    go(to: row)
  }

  mutating func moveRow(_ step: Int) {
    let other = row + step
    guard current != nil, rows.indices.contains(other) else { return }
    begin(nil)
    rows.swapAt(row, other)
    go(to: other)
  }

  mutating func go(to index: Int) {
    row = max(0, min(index, rows.count - 1))
    enter(field)
  }

  // MARK: Fields

  mutating func enter(_ field: Field) {
    self.field = field
    if rows.isEmpty, field != .place, field != .action { self.field = .list }
    text = TextField(current?.values[self.field] ?? "")
    isFresh = true
    openStep = nil
    top = 0
  }

  /// Gives the field under the cursor another text.
  mutating func set(_ field: Field, _ value: String) {
    guard current != nil else { return }
    begin(field)
    rows[row].values[field] = value
    if field == self.field { text = TextField(value) }
  }

  /// Up and down: the number by so much, or the next word.
  mutating func step(_ step: Int) {
    if field == .action {
      let all: [RuleAction] = [.allow, .requireApproval, .deny]
      let index = wantedAction.flatMap { all.firstIndex(of: $0) } ?? 0
      begin(nil)
      action = all[(index - step.signum() + all.count) % all.count]
      return
    }
    guard let current else { return }
    let value = current.values[field]
    switch field {
    case .most:
      let before = value.flatMap { Field.amount($0)?.description } ?? "0"
      let parts = before.split(separator: ".", maxSplits: 1).map(String.init)
      let whole = min(max(0, (parts.first.flatMap { Int($0) } ?? 0) + step), Self.mostCalls)
      set(.most, ([String(whole)] + parts.dropFirst()).joined(separator: "."))
    case .window:
      if let seconds = value.flatMap({ Int($0) }) {
        set(.window, String(min(max(1, seconds + step), Self.longestWindow)))
      } else {
        turn(Self.windows, value, step)
      }
    default: turn(field.words, value, step)
    }
    isFresh = true
  }

  private mutating func turn(_ words: [String], _ value: String?, _ step: Int) {
    guard !words.isEmpty else { return }
    let index = value.flatMap { words.firstIndex(of: $0) }
    set(field, words[index.map { ($0 - step.signum() + words.count) % words.count } ?? 0])
  }

  /// Takes a key that types; false if it does something else.
  mutating func type(_ key: Key) -> Bool {
    guard current != nil else { return false }
    if field.isText {
      guard text.take(key) else { return false }
      let typed = text
      if typed.text != current?.values[field] ?? "" {
        begin(field)
        rows[row].values[field] = typed.text
      }
      return true
    }
    switch (field, key.code, key.modifiers) {
    case (.window, .scalar(" "), []):
      let value = current?.values[.window] ?? "minute"
      let word = Self.windows.first { Field.seconds($0) == value }
      set(.window, Int(value) == nil ? Field.seconds(value) : word ?? "minute")
    case (_, .scalar(" "), []) where !field.words.isEmpty || field == .action: step(-1)
    case (_, .scalar(let scalar), []) where "0"..."9" ~= scalar || scalar == ".": return digit(scalar)
    case (_, .backspace, _):
      guard field == .most || field == .window else { return false }
      let value = current?.values[field] ?? ""
      let rest = Field.seconds(value) == value ? String(value.dropLast()) : ""
      set(field, field == .window && rest.isEmpty ? "minute" : rest)
      isFresh = field == .window && rest.isEmpty
    default: return false
    }
    return true
  }

  private mutating func digit(_ scalar: Unicode.Scalar) -> Bool {
    // A digit always means a number: how many calls, where no other number is under the cursor.
    if field != .most, field != .window { enter(.most) }
    guard scalar != "." || field == .most else { return false }
    var value = isFresh ? "" : current?.values[field] ?? ""
    if field == .window, Int(value) == nil { value = "" }
    guard value.utf8.count < 20, scalar != "." || !value.contains(".") else { return true }
    if value == "0", scalar != "." { value = "" }
    if value.isEmpty, scalar == "." { value = "0" }
    value.unicodeScalars.append(scalar)
    let limit = field == .most ? Self.mostCalls : Self.longestWindow
    if let whole = Int(value), whole > limit { value = String(limit) }
    set(field, value)
    isFresh = false
    return true
  }

  /// Pasted text goes into fields that letters are typed into, and numbers into those of numbers.
  mutating func paste(_ pasted: String) {
    guard current != nil else { return }
    if field.isText {
      text.paste(pasted)
      let typed = text
      begin(field)
      rows[row].values[field] = typed.text
    } else if field == .most || field == .window {
      let digits = pasted.unicodeScalars.filter { $0 != " " && $0 != "\n" && $0 != "," }.prefix(21)
      guard !digits.isEmpty, digits.count <= 20, digits.allSatisfy({ "0"..."9" ~= $0 || $0 == "." }) else { return }
      isFresh = true
      for scalar in digits { _ = digit(scalar) }
    }
  }

  // MARK: The action

  /// What happens to a call of a target that fits.
  func wantedAction(_ index: Int) -> RuleAction {
    guard targets.indices.contains(index) else { return .deny }
    if let action { return action }
    let own = targets[index].action
    // Who limits what is denied wants it to pass.
    guard own == .deny else { return own }
    return rows.contains { isWritten($0, for: index) } ? .allow : .deny
  }

  /// The same of all targets; nil where they differ.
  package var wantedAction: RuleAction? {
    let first = wantedAction(0)
    return targets.indices.allSatisfy { wantedAction($0) == first } ? first : nil
  }

  /// A target's rule gets this limit, or gets it changed.
  func isWritten(_ row: Row, for index: Int) -> Bool {
    guard row.origins.indices.contains(index) else { return false }
    let changed = row.changed
    guard !changed.isEmpty else { return false }
    if row.origins[index] != nil { return true }
    return row.values[.most] != nil && row.values[.window] != nil
  }
}
