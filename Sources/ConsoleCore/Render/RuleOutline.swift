internal import JSONText
internal import Policy

/// What the lines of a rule's outline say, for so many columns.
struct Outline {
  /// One cell of a line.
  struct Part {
    var cell: RuleCell
    var label = ""
    /// Peer text.
    var text: String
    var role = Role.text
    var columns: Int
    /// It takes its columns whether it needs them or not, so that cells stand under each other.
    var isFixed = false
  }

  let editor: RuleEditor
  let columns: Int
  let labelColumns: Int
  let shownTrials: Int

  init(_ editor: RuleEditor, columns: Int) {
    self.editor = editor
    self.columns = columns
    labelColumns = columns >= 56 ? 13 : 9
    shownTrials = min(editor.trials.count, columns >= 56 ? SampleCalls.most : 2)
  }

  var markColumns: Int { shownTrials == 0 ? 0 : 2 * shownTrials + 1 }

  private var isNarrow: Bool { labelColumns < 13 }

  /// Conditions need the room more than their labels do.
  func labelColumns(of row: RuleRow) -> Int {
    switch row {
    case .condition, .item: isNarrow ? 5 : labelColumns
    default: labelColumns
    }
  }

  func label(of row: RuleRow) -> (String, Role) {
    switch row {
    case .action: ("action", .dim)
    case .reason: ("reason", .dim)
    case .matchSchema: (isNarrow ? "schema" : "match_schema", .dim)
    case .expires: ("expires", .dim)
    case .section(let list): (list.rawValue, .title)
    case .condition(let place): (place.index == 0 ? "  \(place.entry + 1)" : isNarrow ? " and" : "    and", .accent)
    case .item(_, let index): (isNarrow ? "  or" : "     or \(index + 1)", .dim)
    case .always(let place): ("  \(place.entry + 1)", .accent)
    case .terms(let place):
      (
        isNarrow
          ? (place.list == .allowIf ? " until" : " says") : "     " + (place.list == .allowIf ? "until" : "says"), .dim
      )
    case .approval: ("approval", .dim)
    case .limits: ("limits", .dim)
    case .caller: (isNarrow ? "caller" : "try as", .dim)
    case .sample(let index): ("sample \(index + 1)", .dim)
    }
  }

  /// What a line says that has no cells.
  func words(of row: RuleRow) -> String? {
    switch row {
    case .section(let list): editor.entries(list).isEmpty ? "none · n adds one" : list.header
    case .always: "always: it has no condition"
    case .limits:
      "\(Format.count(editor.rule["limits"]?.elements?.count ?? 0, "limit"))"
        + (editor.rule["rate_limit"] == nil ? "" : " and rate_limit") + " · r in pane 1"
    default: nil
    }
  }

  func parts(of row: RuleRow) -> [Part] {
    let room = max(0, columns - 1 - labelColumns(of: row) - markColumns)
    return switch row {
    case .section, .always, .limits: []
    case .action: [word(.action, usual: "none: allow", room)]
    case .reason: [word(.reason, usual: "none", room)]
    case .matchSchema: [word(.matchSchema, usual: "none: false", room)]
    case .expires: [word(.expires, usual: "never", room)]
    case .condition(let place): condition(place, room)
    case .item(let place, let index): [part(.item(place, index), room)]
    case .terms(let place): terms(place, room)
    case .approval:
      [
        labelled("hold ", .hold, usual: "45"), labelled(" timeout ", .timeout, usual: "600"),
        labelled(" remember ", .remember, usual: "0"), labelled(" nobody ", .onNoApprover, usual: "wait"),
      ]
    case .caller:
      [labelled("client ", .client), labelled(" grant ", .grant), labelled(" session ", .session)]
    case .sample(let index): [sample(index, room)]
    }
  }

  private func condition(_ place: ConditionPlace, _ room: Int) -> [Part] {
    let path = max(7, room * (isNarrow ? 42 : 38) / 100)
    let op = min(14, max(8, room * 26 / 100))
    var parts = [part(.path(place), path), part(.op(place), op), part(.value(place), max(4, room - path - op))]
    for index in 0..<2 { parts[index].isFixed = true }
    // Names of paths and operators need no quotes.
    for index in 0..<2 { parts[index].text = editor.value(parts[index].cell)?.string ?? parts[index].text }
    if editor.openList == place { parts[2].text = Format.count(editor.items(place).count, "element") }
    return parts
  }

  private func terms(_ place: EntryPlace, _ room: Int) -> [Part] {
    let hasEnd = editor.value(.end(place)) != nil
    let end = word(.end(place), usual: "never", min(hasEnd ? 30 : 9, room))
    guard place.list != .allowIf else { return [end] }
    let columns = max(10, room - end.columns - 7)
    var text = word(.text(place), usual: isNarrow ? "its own words" : "what the engine says by itself", columns)
    if place.list == .approveIf, editor.value(.text(place)) == nil { text.text = "(none)" }
    var until = end
    until.label = " until "
    return [text, until]
  }

  private func sample(_ index: Int, _ room: Int) -> Part {
    var part = part(.sample(index), room)
    part.text = editor.samples.texts.indices.contains(index) ? editor.samples.texts[index] : ""
    if editor.trials.indices.contains(index) {
      if editor.trials[index].problem != nil {
        part.role = .inputError
      } else if let decision = editor.trials[index].decision {
        part.label = "\(decision.verdict.glyph) \(decision.verdict.rawValue) "
        part.columns = max(4, room - part.label.utf8.count)
      }
    }
    return part
  }

  private func part(_ cell: RuleCell, _ columns: Int) -> Part {
    let isWrong = editor.problem(at: cell)?.weight == .error
    return Part(
      cell: cell, text: editor.value(cell)?.json ?? "", role: isWrong ? .inputError : .text, columns: columns)
  }

  /// A text without quotes, or what holds where nothing is written.
  private func word(_ cell: RuleCell, usual: String, _ columns: Int) -> Part {
    var part = part(cell, columns)
    if let value = editor.value(cell) {
      part.text = value.string ?? value.json
    } else {
      part.text = usual.hasPrefix("none") || usual == "never" ? usual : "(\(usual))"
      part.role = .dim
    }
    return part
  }

  private func labelled(_ label: String, _ cell: RuleCell, usual: String = "") -> Part {
    var part = word(cell, usual: usual, 40)
    if editor.value(cell) == nil { part.text = usual }
    part.label = label
    return part
  }
}
