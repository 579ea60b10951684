internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  // MARK: Opening

  /// Opens the editor of the rule of what is under the cursor: a tool's, or that of all tools of a server.
  mutating func openRuleEditor() -> [ConsoleEffect] {
    if focus != .servers, let index = currentTool { return openRuleEditor(of: catalogue.name(of: index)) }
    guard let server = currentServer else {
      say(.info, "there is no tool under the cursor")
      return []
    }
    return openRuleEditor(at: .allTools(server: catalogue.servers[server].info.name))
  }

  /// Opens it for a tool, on the rule of its own or on a new one that begins as what governs it.
  mutating func openRuleEditor(of name: ToolName) -> [ConsoleEffect] {
    let (address, start, origin) = rule(of: name)
    return open(
      RuleEditor(
        address: address, tool: name, before: policy.draft?.current.rule(at: address), start: start, origin: origin))
  }

  /// Opens it for the rule of a JSON pointer, as pane 2 shows it, or for a tool by its name.
  mutating func openRuleEditor(named name: String) -> [ConsoleEffect] {
    if let refusal = Action.conditions.refusal(in: self) {
      say(.info, "conditions: \(safe(refusal))")
      return []
    }
    if let address = RuleAddress(pointer: name) { return openRuleEditor(at: address) }
    if name.utf8.first != 0x2F, let tool = find(name).first { return openRuleEditor(of: tool) }
    let pointers = policy.draft?.current.ruleAddresses.prefix(3).map { safe($0.pointer, limit: 60) } ?? []
    let known =
      pointers.isEmpty ? "write it as /servers/NAME/tools/TOOL" : "there is \(pointers.joined(separator: ", "))"
    say(.error, "`\(safe(name))` leads to no rule; \(known)")
    return []
  }

  mutating func openRuleEditor(at address: RuleAddress) -> [ConsoleEffect] {
    if address.section == .tools, case .exact(let tool)? = try? NamePattern(address.key), let server = address.server,
      catalogue.index(of: ToolName(server: server, tool: tool)) != nil
    {
      return openRuleEditor(of: ToolName(server: server, tool: tool))
    }
    let before = policy.draft?.current.rule(at: address)
    let count = governed(by: address).count
    return open(
      RuleEditor(
        address: address, tool: nil, before: before, start: before ?? JSONNode(.object([])),
        origin: before == nil ? "new" : count > 0 ? "for \(Format.count(count, "tool"))" : ""))
  }

  private mutating func open(_ editor: RuleEditor) -> [ConsoleEffect] {
    var editor = editor
    editor.samples = samples[editor.address] ?? SampleCalls()
    let effects = editor.tool.map { wantDefinition(of: $0) } ?? []
    refresh(&editor)
    overlay = .rule(editor)
    return effects
  }

  /// Where a tool's own rule is or belongs, what it begins as, and where that comes from.
  func rule(of name: ToolName) -> (RuleAddress, start: JSONNode, origin: String) {
    let own = RuleAddress(server: name.server, .tools, NamePattern.key(for: name.tool))
    let standing = catalogue.index(of: name).map { catalogue.tools[$0].standing }
    guard let document = policy.draft?.current else { return (own, JSONNode(.object([])), "new") }
    let shared = RuleAddress(.tools, own.key)
    for address in [own, shared] {
      if let rule = document.rule(at: address) {
        let count = address == shared ? governed(by: address).count : 1
        let line = standing?.rule == address.pointer ? standing?.line : nil
        let origin = count > 1 ? "of \(Format.count(count, "tool"))" : line.map { "line \($0)" } ?? ""
        return (address, rule, origin)
      }
    }
    if case .pattern(let pattern) = standing?.source, let address = RuleAddress(pointer: standing?.rule ?? ""),
      address.section == .tools, let rule = document.rule(at: address)
    {
      return (own, rule, "new, a copy of \(safe(pattern, limit: 60))")
    }
    let setting =
      document.defaultSetting(server: name.server) ?? document.defaultSetting(server: nil) ?? DefaultSetting.deny
    let action = JSONNode(.object([JSONMember(key: "action", value: .text(setting.rawValue))]))
    return (own, action, "new, as the default says")
  }

  /// Brings what the editor knows of schema and samples up to date.
  mutating func refresh(_ editor: inout RuleEditor) {
    let schema = editor.tool.flatMap { definitions[$0]?.inputSchema } ?? editor.schema
    if editor.schema != schema || !editor.knowsPlaces {
      editor.schema = schema
      editor.knowsPlaces = true
      let info = editor.tool.flatMap { catalogue.index(of: $0) }.map { catalogue.tools[$0].info }
      editor.places = ArgumentPlaces(
        schema: schema ?? [], fallback: info?.parameters ?? [], required: max(0, info?.requiredParameters ?? 0))
      editor.refreshPaths()
    }
    editor.trials = tried(editor)
  }

  /// What the gate has told of a tool may be what an open editor waits for.
  mutating func refreshRuleEditor() {
    guard case .rule(var editor) = overlay, let tool = editor.tool, let schema = definitions[tool]?.inputSchema,
      schema != editor.schema
    else { return }
    refresh(&editor)
    overlay = .rule(editor)
  }

  // MARK: Keys

  mutating func take(_ key: Key, _ editor: RuleEditor) -> [ConsoleEffect] {
    var editor = editor
    let (rule, calls) = (editor.rule, editor.samples)
    var effects: [ConsoleEffect] = []
    if editor.question != nil {
      if !answer(key, &editor) { return [] }
    } else if editor.field != nil {
      effects = type(key, &editor)
    } else {
      guard let done = act(key, &editor) else { return [] }
      effects = done
    }
    if editor.rule != rule || editor.samples != calls {
      samples[editor.address] = editor.samples
      refresh(&editor)
    }
    overlay = .rule(editor)
    return effects
  }

  /// Keys on the open cell.
  private mutating func type(_ key: Key, _ editor: inout RuleEditor) -> [ConsoleEffect] {
    switch key {
    case _ where key.leaves: editor.leaveField()
    case Key(.enter): editor.keepField()
    case Key(.down), .control("n"):
      editor.field?.choose(1)
      editor.check()
    case Key(.up), .control("p"):
      editor.field?.choose(-1)
      editor.check()
    case Key(.tab):
      editor.field?.complete()
      editor.check()
    case .control("t"):
      guard let field = editor.field, field.kind == .value else { break }
      let modes = CellField.Mode.allCases
      editor.field?.mode = modes[((modes.firstIndex(of: field.mode) ?? 0) + 1) % modes.count]
      editor.field?.chosen = nil
      editor.check()
    default:
      let error = editor.field?.error
      editor.field?.error = nil
      guard editor.field?.take(key) == true else {
        editor.field?.error = error
        break
      }
      // A letter that a number cannot have is told of; anything else is judged anew.
      if editor.field?.error == nil { editor.check() }
    }
    return []
  }

  mutating func paste(_ text: String, into editor: RuleEditor) {
    var editor = editor
    guard var field = editor.field, editor.question == nil else {
      say(.info, "pasted text goes into a cell: Enter opens one, c one for arguments")
      return
    }
    if case .sample(let index) = field.cell, text.utf8.count <= SampleCalls.longest,
      editor.samples.texts.indices.contains(index), let node = try? JSONNode.read(Array(text.utf8)), node.members != nil
    {
      // Whole arguments need no typing.
      editor.field = nil
      editor.samples.texts[index] = node.json
      samples[editor.address] = editor.samples
      refresh(&editor)
    } else {
      field.field.paste(text)
      field.typed()
      editor.field = field
      editor.check()
    }
    overlay = .rule(editor)
  }

  /// Keys on the outline; nil where the overlay has been left or replaced.
  private mutating func act(_ key: Key, _ editor: inout RuleEditor) -> [ConsoleEffect]? {
    if editor.face != .outline, scroll(key, &editor) { return [] }
    var refusal: String?
    switch key {
    case _ where key.leaves, .character("q"): return leave(&editor)
    case Key(.down), .character("j"): editor.goTo(row: editor.row + 1, column: editor.column)
    case Key(.up), .character("k"): editor.goTo(row: editor.row - 1, column: editor.column)
    case Key(.pageDown), .control("d"): editor.goTo(row: editor.row + 8, column: editor.column)
    case Key(.pageUp), .control("u"): editor.goTo(row: editor.row - 8, column: editor.column)
    case Key(.home), .character("g"): editor.goTo(row: 0, column: 0)
    case Key(.end), .character("G"): editor.goTo(row: editor.rows.count - 1, column: 0)
    case Key(.left), .character("h"): editor.goTo(row: editor.row, column: editor.column - 1)
    case Key(.right), .character("l"): editor.goTo(row: editor.row, column: editor.column + 1)
    case Key(.tab): editor.moveCell(1)
    case Key(.tab, .shift): editor.moveCell(-1)
    case Key(.enter): refusal = enter(&editor)
    case .character(" "): if !editor.toggle() { refusal = enter(&editor) }
    case .character("a"): refusal = editor.add()
    case .character("n"): refusal = editor.addEntry()
    case .character("c"): refusal = editor.addSample()
    case .character("d"), Key(.delete): refusal = editor.remove()
    case .character("D"): refusal = editor.removeEntry()
    case .character("K"): refusal = editor.shift(-1)
    case .character("J"): refusal = editor.shift(1)
    case .character("u"), .character("z"): if !editor.undo(again: false) { refusal = "nothing to undo in here" }
    case .character("U"), .character("Z"), .control("r"):
      if !editor.undo(again: true) { refusal = "nothing to do again" }
    case .character("v"): editor.face = editor.face == .panel ? .outline : .panel
    case .character("?"): editor.face = .keys
    case .character("E"): return editText(of: editor)
    case .control("s"), .character("w"): return keep(&editor) ? nil : []
    default: refusal = "\(key.name) does nothing here · ? lists the keys"
    }
    if editor.face == .keys || editor.face == .panel, key != .character("v"), key != .character("?") {
      editor.face = .outline
    }
    if let refusal { say(.info, safe(refusal, limit: 400)) }
    return []
  }

  /// Moves what a small screen shows instead of the outline; false for keys that do something else.
  private func scroll(_ key: Key, _ editor: inout RuleEditor) -> Bool {
    switch key {
    case _ where key.leaves, .character("q"): editor.face = .outline
    case Key(.down), .character("j"): editor.panelTop += 1
    case Key(.up), .character("k"): editor.panelTop -= 1
    case Key(.pageDown), .character(" "): editor.panelTop += 10
    case Key(.pageUp): editor.panelTop -= 10
    default: return false
    }
    editor.panelTop = min(max(0, editor.panelTop), 10_000)
    return true
  }

  /// Opens the cell under the cursor, or its list; the reason where it cannot.
  private func enter(_ editor: inout RuleEditor) -> String? {
    guard let cell = editor.currentCell else {
      if case .limits = editor.currentRow { return "r in pane 1 changes limits, E all of the rule" }
      return "a adds a condition here, n an entry"
    }
    if case .value(let place) = cell, editor.op(place)?.takesList == true {
      if editor.openList == place {
        editor.openList = nil
        editor.go(to: .condition(place), column: 2)
      } else {
        editor.openList = place
        editor.go(to: .item(place, 0))
      }
      return nil
    }
    return editor.open(cell)
  }

  // MARK: Leaving

  /// Closes an open list, or the editor; nil where it is gone.
  private mutating func leave(_ editor: inout RuleEditor) -> [ConsoleEffect]? {
    if let place = editor.openList {
      editor.openList = nil
      editor.go(to: .condition(place), column: 2)
      return []
    }
    if editor.isChanged {
      editor.question = .leave
      return []
    }
    overlay = nil
    return nil
  }

  /// An answer to a question; false where the editor is gone.
  private mutating func answer(_ key: Key, _ editor: inout RuleEditor) -> Bool {
    let question = editor.question
    switch (key, question) {
    case (.character("y"), .leave):
      editor.question = nil
      return !keep(&editor)
    case (.character("n"), .leave):
      overlay = nil
      say(.info, "the rule is as it was")
      return false
    case (.character("y"), .overwrite):
      editor.question = nil
      editor.before = policy.draft?.current.rule(at: editor.address)
      return !keep(&editor)
    case (.character("y"), .risk):
      editor.question = nil
      acceptsRisk = true
      return !keep(&editor)
    case (.character("n"), _), (Key(.escape), _), (.control("c"), _): editor.question = nil
    default: say(.info, question == .leave ? "y keeps it, n drops it, Esc goes on" : "y means yes, n means no")
    }
    return true
  }

  /// Puts the rule into the draft as one step; false where the editor stays, and says why.
  private mutating func keep(_ editor: inout RuleEditor) -> Bool {
    if let refusal = options.isReadOnly ? "this console is read-only" : policy.refusal {
      say(.error, "not kept: \(safe(refusal))")
      return false
    }
    if let problem = editor.errors.first {
      show(problem, in: &editor)
      say(.error, "not kept: \(safe(RuleEditor.words(problem), limit: 400))")
      return false
    }
    guard editor.isChanged else {
      overlay = nil
      say(.info, "nothing is changed")
      return true
    }
    let now = policy.draft?.current.rule(at: editor.address)
    let isSame = now.map { now in editor.before.map { now.means($0) } ?? false } ?? (editor.before == nil)
    guard isSame else {
      editor.question = .overwrite
      return false
    }
    return put(editor.rule, at: editor.address, tool: editor.tool) { editor.question = .risk }
  }

  /// Makes a rule say something; false where it cannot, or where it is risky and nobody has agreed yet.
  mutating func put(
    _ rule: JSONNode, at address: RuleAddress, tool: ToolName?, ask: () -> Void
  ) -> Bool {
    let edit = PolicyEdit.change(address, .become(rule))
    guard var trial = policy.draft else { return false }
    do throws(PolicyEditError) {
      try trial.apply(edit)
    } catch {
      say(.error, "not kept: " + safe(error.message, limit: 400) + (error.help.map { ": \(safe($0))" } ?? ""))
      return false
    }
    if !acceptsRisk, !risky(trial).isEmpty {
      ask()
      return false
    }
    overlay = nil
    apply(edit, said: safe(trial.undoTitle ?? "the same in other words", limit: 300))
    return true
  }

  /// Tools of high risk that a draft lets act unasked, and the present one does not.
  func risky(_ draft: PolicyDraft) -> [ToolName] {
    catalogue.tools.indices.filter { index in
      let tool = catalogue.tools[index]
      let assessment = tool.info.assessment
      guard assessment.severity >= .high || assessment.category >= .destructive else { return false }
      guard tool.standing.verdict != .allow, tool.standing.verdict != .limit else { return false }
      let name = catalogue.name(of: index)
      let verdict = draft.engine.standing(server: name.server, tool: name.tool, at: now).verdict
      return verdict == .allow || verdict == .limit
    }.map { catalogue.name(of: $0) }
  }

  /// Puts the cursor on what a problem is about.
  private func show(_ problem: PolicyProblem, in editor: inout RuleEditor) {
    let rows = editor.rows
    for (index, row) in rows.enumerated() {
      for (column, cell) in editor.cells(of: row).enumerated() {
        let pointer = cell.steps.pointer
        guard !pointer.isEmpty,
          problem.pointer == pointer || problem.pointer.utf8.starts(with: (pointer + "/").utf8)
        else { continue }
        editor.goTo(row: index, column: column)
        return
      }
    }
  }
}
