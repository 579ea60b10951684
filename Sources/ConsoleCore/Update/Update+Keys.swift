internal import ControlWire
internal import Policy

extension ConsoleState {
  mutating func take(_ event: InputEvent) -> [ConsoleEffect] {
    switch event {
    case .focus(let hasFocus):
      if hasFocus, !self.hasFocus { isFocusFresh = true }
      approvals.disarm()
      self.hasFocus = hasFocus
      return []
    case .mouse(let mouse):
      take(mouse)
      return []
    case .paste(let text):
      approvals.disarm()
      approvals.lastKey = now
      take(pasted: text)
      return []
    case .key(let key):
      isFocusFresh = false
      approvals.lastKey = now
      if overlay == nil || note?.weight != .error || noteEnds != nil {
        note = nil
        noteEnds = nil
      }
      return take(key)
    }
  }

  private mutating func take(_ key: Key) -> [ConsoleEffect] {
    // These work in front of the panes too, where letters are typed.
    if !key.isPlainCharacter, let action = options.keys.action(for: key, in: focus) {
      if action == .suspend { return [.suspend] }
      if action == .redraw { return [.redraw] }
    }
    if layout.form == .line, let effects = takeUnseen(key) { return effects }
    switch overlay {
    case .help(let help): return take(key, help)
    case .command(let field): return take(key, field)
    case .filter(let field): return take(key, field)
    case .confirm(let confirmation): return take(key, confirmation)
    case .limit(let editor): return take(key, editor)
    case .decision(let serial, let top): return take(key, decision: serial, top: top)
    case .log(let top): return take(key, logTop: top)
    case .messages(let view): return take(key, view)
    case .themes(let picker): return take(key, picker)
    case .palette(let palette): return take(key, palette)
    case .imports(let list): return take(key, list)
    case .addServer(let form): return take(key, form)
    case .server(let details): return take(key, details)
    case .added(let added): return take(key, added)
    case .rule(let editor): return take(key, editor)
    case .text(let problems): return take(key, problems)
    case .merge(let view): return take(key, view)
    case .part(let part): return take(key, part)
    case .left(let view): return take(key, view)
    case .tool(let page): return take(key, page)
    case .newRule(let rule): return take(key, rule)
    case .request(let popup): return take(key, popup)
    case .bulk(let bulk): return take(key, bulk)
    case .reply(let reply): return take(key, reply)
    case .pins(let popup): return take(key, popup)
    case .past(let past): return take(key, past)
    case .suggest(let view): return take(key, view)
    case .wrap(let view): return take(key, view)
    case nil: break
    }
    if isChoosingStarter, let effects = takeStarter(key) { return effects }
    guard let action = options.keys.action(for: key, in: focus) else {
      say(.info, "\(key.name) does nothing here\(hint(.help, "lists all keys"))")
      return []
    }
    return perform(action)
  }

  /// There is no policy file, and the policy pane offers texts to start with.
  package var isChoosingStarter: Bool { policy.disk == .absent && policy.draft == nil && focus == .policy }

  private mutating func takeStarter(_ key: Key) -> [ConsoleEffect]? {
    let all = Starter.allCases
    let index = all.firstIndex(of: starter) ?? 0
    switch key {
    case Key(.down), .character("j"):
      ruleTop = 0
      starter = all[min(index + 1, all.count - 1)]
    case Key(.up), .character("k"): starter = all[max(index - 1, 0)]
    case Key(.enter): start(starter)
    default: return nil
    }
    return []
  }

  mutating func start(_ starter: Starter) {
    if options.isReadOnly {
      say(.info, "this console is read-only")
      return
    }
    guard policy.saving != .writing else { return say(.info, "the file is being written") }
    guard policy.disk == .absent, policy.draft == nil else {
      say(.info, "there is a policy file already")
      return
    }
    overlay = .confirm(
      Confirmation(
        question: .create(starter),
        lines: ["write \(safe(options.policyPath)): \(starter.title), \(effect(of: starter))"]))
  }

  private mutating func take(pasted text: String) {
    switch overlay {
    case .help(var help):
      help.field.paste(text)
      help.list = ListCursor()
      overlay = .help(help)
    case .palette(var palette):
      palette.field.paste(text)
      palette.list = ListCursor()
      overlay = .palette(palette)
    case .command(var command):
      command.field.paste(text)
      command.cycle = nil
      command.error = nil
      overlay = .command(command)
    case .filter(var filter):
      filter.field.paste(text)
      typed(filter)
    case .addServer(var form):
      form[form.field].paste(text)
      form.problem = nil
      overlay = .addServer(form)
    case .limit(var editor):
      editor.paste(text)
      refresh(&editor)
      overlay = .limit(editor)
    case .rule(let editor): paste(text, into: editor)
    case .newRule(let rule): paste(text, into: rule)
    case .reply(var reply) where reply.kind == .because:
      reply.field.paste(text)
      overlay = .reply(reply)
    default: say(.info, "pasted text goes into text fields only: ignored")
    }
  }

  // MARK: The mouse

  private mutating func take(_ mouse: Mouse) {
    if mouse.action == .press, isFocusFresh {
      isFocusFresh = false
      say(.info, "the first click only brings the focus")
      return
    }
    let step = mouse.action == .wheelDown ? options.wheelRows : -options.wheelRows
    if overlay != nil {
      guard mouse.action == .wheelUp || mouse.action == .wheelDown, overlay?.scrolls == true else { return }
      _ = take(Key(mouse.action == .wheelDown ? .down : .up))
      return
    }
    let hit = layout.places.first { place in
      place.frame.row <= mouse.row && mouse.row < place.frame.row + place.frame.rows
        && place.frame.column <= mouse.column && mouse.column < place.frame.column + place.frame.columns
    }
    guard let place = hit else { return }
    if place.pane == .approvals {
      if mouse.action == .press, focus != .approvals { focus(.approvals) }
      return
    }
    switch mouse.action {
    case .wheelUp, .wheelDown: move(by: step, in: place.pane)
    case .press:
      focus(place.pane)
      let row = mouse.row - place.body.row
      guard row >= 0, row < place.body.rows else { return }
      select(row: row, in: place)
    case .release: break
    }
  }

  private mutating func select(row: Int, in place: Layout.Place) {
    let height = height(of: place.pane)
    switch place.pane {
    case .policy:
      let top = list.cursor.firstRow(count: list.rows.count, height: height)
      let row = row + place.body.row - policyRows(of: place.body).row
      if row >= 0, top + row < list.rows.count { list.cursor.go(to: top + row, count: list.rows.count, height: height) }
    case .live:
      let index = live.topIndex(height: height) + row - liveHeading(place.body)
      if index >= 0, index < live.count { live.place(index, height: height) }
    case .servers:
      let count = serverRows.count
      let top = serverList.firstRow(count: count, height: height - 1)
      serverList.go(to: top + row - 1, count: count, height: height - 1)
    case .changes:
      let top = changeList.firstRow(count: changeRowCount, height: height)
      changeList.go(to: top + row, count: changeRowCount, height: height)
    case .history:
      let top = history.shownCursor.firstRow(count: history.count, height: height)
      let row = row + place.body.row - historyRows(of: place.body).row
      if row >= 0, top + row < history.count {
        history.shownCursor.go(to: top + row, count: history.count, height: height)
      }
    case .rule, .approvals: break
    }
  }
}
