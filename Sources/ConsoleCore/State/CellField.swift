internal import Filters
package import JSONText
internal import Policy

/// A cell of the rule editor while it is being written.
package struct CellField: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A path, which the tool's schema completes.
    case path
    /// One of the choices and nothing else.
    case choice
    case text
    case number
    /// Any JSON value.
    case value
    /// The arguments of a sample.
    case arguments
  }

  /// What typed text stands for where it may be any value.
  package enum Mode: String, CaseIterable, Hashable, Sendable {
    /// JSON where it is some, else a string.
    case either
    case text
    case json
  }

  package struct Choice: Hashable, Sendable {
    /// What is written in the field; peer text.
    package var text: String
    /// More about it; peer text.
    package var note = ""
    /// What it stands for; nil takes the value away.
    package var value: JSONNode?
    /// It makes sense by what the schema says.
    package var fits = true
  }

  package var cell: RuleCell
  package var kind: Kind
  package var mode = Mode.either
  package var field: TextField
  package var choices: [Choice] = []
  /// Which of the choices that are shown Enter takes; nil for the text as it is.
  package var chosen: Int?
  /// The person has typed, so that only choices that fit the text are shown.
  package var isTyped = false
  /// What is wrong with the text; it cannot be kept meanwhile.
  package var error: String?
  /// The cell belongs to a condition that is being added.
  package var isNew = false
  /// Nothing at all may stand here too.
  package var isOptional = false

  init(_ cell: RuleCell, _ kind: Kind, _ text: String = "") {
    self.cell = cell
    self.kind = kind
    field = TextField(text)
  }

  /// The choices that fit what is typed.
  package var shown: [Choice] {
    guard isTyped, !field.scalars.isEmpty else { return choices }
    let pattern = Pattern(field.text, .part)
    return choices.filter { pattern.holds($0.text) || kind == .choice && pattern.holds($0.note) }
  }

  package var choice: Choice? {
    guard let chosen else { return nil }
    let shown = shown
    return shown.indices.contains(chosen) ? shown[chosen] : nil
  }

  mutating func choose(_ step: Int) {
    let count = shown.count
    guard count > 0 else { return }
    chosen = chosen.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
  }

  /// What Enter would put into the cell; nil takes the value away.
  func candidate() throws(CellMistake) -> JSONNode? {
    if let choice { return choice.value }
    let text = field.text
    switch kind {
    case .choice:
      let found = shown
      if found.count == 1 || found.first?.text == text, let first = found.first { return first.value }
      throw CellMistake(found.isEmpty ? "nothing is called so" : "Up and Down choose one")
    case .path: return .text(text)
    case .arguments: return .text(text)
    case .text:
      if text.isEmpty, isOptional { return nil }
      return .text(text)
    case .number:
      if text.isEmpty, isOptional { return nil }
      guard let node = try? JSONNode.read(Array(text.utf8)), case .number = node.content else {
        throw CellMistake(text.isEmpty ? "a number is missing" : "`\(text)` is no number as JSON writes them")
      }
      return JSONNode(node.content)
    case .value:
      if mode == .text { return .text(text) }
      do throws(JSONError) {
        return try JSONNode.read(try JSONNode.read(Array(text.utf8)).compact)
      } catch {
        guard mode == .either else { throw CellMistake("no JSON: \(error) (ctrl-t takes it as text)") }
        return .text(text)
      }
    }
  }

  /// Takes a key that edits the text; false if it does something else.
  mutating func take(_ key: Key) -> Bool {
    if kind == .number, case .scalar(let scalar) = key.code, key.modifiers.isEmpty, !Self.digits.contains(scalar) {
      error = "`\(scalar)` is not part of a number"
      return true
    }
    let before = field.scalars
    guard field.take(key) else { return false }
    guard field.scalars != before else { return true }
    typed()
    return true
  }

  private static let digits: Set<Unicode.Scalar> = Set("0123456789+-.eE".unicodeScalars)

  mutating func typed() {
    isTyped = true
    let shown = shown
    chosen = kind == .choice && !shown.isEmpty ? shown.firstIndex { $0.text == field.text } ?? 0 : nil
  }

  /// Puts what all fitting choices begin with into the field, or the chosen one.
  mutating func complete() {
    let shown = shown
    guard let first = choice ?? shown.first else { return }
    var text = first.text
    if choice == nil {
      let starts = shown.filter { $0.text.hasPrefix(field.text) }
      text = starts.dropFirst().reduce(starts.first?.text ?? text) { $0.commonPrefix(with: $1.text) }
    }
    field = TextField(text)
    typed()
  }
}

/// Why a cell cannot be kept as it is written.
struct CellMistake: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

extension RuleEditor {
  /// Opens a cell; the reason where it cannot be written here.
  mutating func open(_ cell: RuleCell, isNew: Bool = false) -> String? {
    var field = field(for: cell)
    if let value = value(cell), field.kind != .choice, Self.shown(value, field).unicodeScalars.count > 1000 {
      return "that is too long for a cell: E opens it in $EDITOR"
    }
    field.isNew = isNew
    // What stands in a new condition for want of something better is not worth to be taken back first.
    if isNew, field.kind == .number || field.kind == .value {
      field.field = TextField()
      if field.mode == .json, field.choices.isEmpty { field.mode = .either }
    }
    self.field = field
    if !isNew { check() }
    return nil
  }

  private static func shown(_ value: JSONNode, _ field: CellField) -> String {
    if let text = value.string, field.mode != .json { return text }
    return value.json
  }

  private func field(for cell: RuleCell) -> CellField {
    let value = value(cell)
    switch cell {
    case .action:
      return choices(
        cell, value,
        [("allow", "let calls through"), ("require_approval", "ask a person about each"), ("deny", "deny every call")])
    case .matchSchema:
      return choices(
        cell, value,
        [("true", "arguments must satisfy the tool's own schema"), ("false", "they need not"), ("", "not written")])
    case .onNoApprover:
      return choices(
        cell, value, [("wait", "wait for somebody"), ("deny", "deny at once"), ("", "not written: wait")])
    case .op(let place): return operators(cell, value, argument(place))
    case .path:
      var field = CellField(cell, .path, value?.string ?? "")
      field.choices = paths
      return field
    case .value(let place), .item(let place, _): return valueField(cell, value, place)
    case .hold, .timeout, .remember: return optional(CellField(cell, .number, value?.json ?? ""))
    case .reason, .expires, .text, .end: return optional(CellField(cell, .text, value?.string ?? ""))
    case .client, .grant, .session: return CellField(cell, .text, value?.string ?? "")
    case .sample: return CellField(cell, .arguments, value?.string ?? "")
    }
  }

  private var paths: [CellField.Choice] {
    places.all.map { place in
      CellField.Choice(text: place.path.text.string, note: place.summary, value: .text(place.path.text.string))
    }
  }

  /// Offers the paths that are known by now; what is typed and chosen stays.
  mutating func refreshPaths() {
    guard var field, field.kind == .path else { return }
    let chosen = field.choice
    field.choices = paths
    field.chosen = chosen.flatMap { chosen in field.shown.firstIndex { $0.text == chosen.text } }
    self.field = field
  }

  private func optional(_ field: CellField) -> CellField {
    var field = field
    field.isOptional = true
    return field
  }

  /// A picker of words; the empty one takes the member away.
  private func choices(_ cell: RuleCell, _ value: JSONNode?, _ words: [(String, String)]) -> CellField {
    var field = CellField(cell, .choice)
    let isBool = cell == .matchSchema
    field.choices = words.map { word, note in
      let node: JSONNode? = word.isEmpty ? nil : isBool ? JSONNode(.bool(word == "true")) : .text(word)
      return CellField.Choice(text: word.isEmpty ? "(none)" : word, note: note, value: node)
    }
    field.chosen =
      field.choices.firstIndex { choice in
        choice.value.map { wanted in value.map { $0.means(wanted) } ?? false } ?? (value == nil)
      } ?? 0
    return field
  }

  private func operators(_ cell: RuleCell, _ value: JSONNode?, _ place: ArgumentPlace?) -> CellField {
    var field = CellField(cell, .choice)
    let all = ConditionOperator.allCases
    field.choices = (all.filter { $0.fits(place) } + all.filter { !$0.fits(place) }).map { op in
      CellField.Choice(text: op.rawValue, note: op.meaning, value: .text(op.rawValue), fits: op.fits(place))
    }
    field.chosen = field.choices.firstIndex { $0.text == value?.string } ?? 0
    return field
  }

  private func valueField(_ cell: RuleCell, _ value: JSONNode?, _ place: ConditionPlace) -> CellField {
    let op = op(place)
    let argument = argument(place)
    func picker(_ values: [JSONNode], _ field: CellField) -> CellField {
      var field = field
      field.choices = values.map { choice in
        let text = field.mode == .text ? choice.string ?? choice.json : choice.json
        return CellField.Choice(text: text, value: choice)
      }
      field.chosen = value.flatMap { value in values.firstIndex { $0.means(value) } }
      return field
    }
    let booleans = [JSONNode(.bool(true)), JSONNode(.bool(false))]
    switch op {
    case .exists: return picker(booleans, CellField(cell, .choice))
    case .lt, .lte, .gt, .gte, .lengthLt, .lengthLte, .lengthGt, .lengthGte:
      return CellField(cell, .number, value.map { $0.string ?? $0.json } ?? "")
    case .startsWith, .endsWith, .glob, .regex, .notRegex, .within, .hostIn:
      return CellField(cell, .text, value.map { $0.string ?? $0.json } ?? "")
    case .eq, .neq, .in, .notIn, .contains, .notContains, nil: break
    }
    let isElement = op == .contains || op == .notContains
    // Whoever looks for a part of an array looks for one of its elements.
    let target =
      isElement && argument?.isOnly([.array]) == true
      ? argument.flatMap { places.place(ConditionPath(arguments: $0.path.steps + [.each])) } : argument
    if target?.isOnly([.number, .integer]) == true, value.map({ $0.string == nil || $0.string == "" }) ?? true,
      target?.choices.isEmpty == true
    {
      var text = value?.json ?? ""
      if case .number? = value?.content {} else { text = "" }
      return CellField(cell, .number, text)
    }
    var field = CellField(cell, .value)
    if let text = value?.string, !(text.isEmpty && target?.isOnly([.string]) != true) {
      field.mode = .text
      field.field = TextField(text)
    } else if let value, value.string == nil {
      field.mode = .json
      field.field = TextField(value.json)
    } else if target?.isOnly([.string]) == true {
      field.mode = .text
    }
    if target?.isOnly([.boolean]) == true { return picker(booleans, field) }
    return picker(target?.choices ?? [], field)
  }

  /// Asks the reader about what is written in the open cell.
  mutating func check() {
    guard var field else { return }
    defer { self.field = field }
    do throws(CellMistake) {
      field.error = mistake(in: field.cell, with: try field.candidate())
    } catch {
      field.error = error.message
    }
  }
}
