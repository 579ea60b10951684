internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  // MARK: Opening

  /// Opens the editor on the marked tools, or on what is under the cursor: a tool, or all tools of a server.
  mutating func openLimitEditor() -> [ConsoleEffect] {
    let targets = targets()
    guard let document = policy.draft?.current else { return [] }
    var rules = WrittenRules(document)
    if !targets.isEmpty {
      open(LimitEditor(limitPlaces(of: targets, &rules)))
    } else if let server = currentServer {
      let name = catalogue.servers[server].info.name
      open(LimitEditor([limitPlace(of: .allTools(server: name), &rules), limitPlace(of: .allTools(), &rules)]))
    } else {
      say(.info, "there is no tool under the cursor")
    }
    // Its schema tells which arguments are numbers.
    return refreshCounts() + (targets.count == 1 ? targets.first.map { wantDefinition(of: $0) } ?? [] : [])
  }

  /// Opens the editor on one rule, of whatever section.
  mutating func openLimitEditor(at address: RuleAddress) {
    guard let document = policy.draft?.current else { return }
    var rules = WrittenRules(document)
    open(LimitEditor([limitPlace(of: address, &rules)]))
  }

  private mutating func open(_ editor: LimitEditor) {
    var editor = editor
    editor.revision = policy.draft?.current.revision
    load(&editor)
    overlay = .limit(editor)
  }

  /// Reads the limits of the place that is chosen.
  private func load(_ editor: inout LimitEditor) {
    let targets = editor.targets
    let count = targets.map(\.limits.count).max() ?? 0
    editor.rows = (0..<count).map { index in
      let limits = targets.map { $0.limits.indices.contains(index) ? LimitEditor.Values($0.limits[index]) : nil }
      var values = limits.compactMap { $0 }.first ?? LimitEditor.Values()
      for field in LimitEditor.Field.members {
        guard let text = values[field] else { continue }
        if limits.contains(where: { $0.flatMap { $0[field] }.map { !field.means(text, $0) } ?? false }) {
          values[field] = nil
        }
      }
      return LimitEditor.Row(origins: limits.map { $0 == nil ? nil : index }, values: values, was: values)
    }
    editor.action = nil
    editor.row = 0
    if count == 0 { editor.add(lastLimit) }
    editor.past = []
    editor.enter(editor.field)
    refresh(&editor)
  }

  private func limitPlaces(of tools: [ToolName], _ rules: inout WrittenRules) -> [LimitEditor.Place] {
    guard let only = tools.first, tools.count == 1 else {
      let targets = tools.map { ownTarget($0, &rules) }
      return [LimitEditor.Place(targets: targets, words: "each tool's own rule")]
    }
    let own = ownTarget(only, &rules)
    var places: [LimitEditor.Place] = []
    func add(_ target: LimitEditor.Target) {
      guard !places.contains(where: { $0.targets.first?.address == target.address }) else { return }
      places.append(LimitEditor.Place(targets: [target], words: words(of: target)))
    }
    add(own)
    // The rule that decides now, where it is shared with other tools.
    for address in [own.copied, topRule(only, &rules)].compactMap({ $0 }) { add(target(at: address, &rules)) }
    add(target(at: .allTools(server: only.server), &rules))
    add(target(at: .allTools(), &rules))
    return places
  }

  private func limitPlace(of address: RuleAddress, _ rules: inout WrittenRules) -> LimitEditor.Place {
    let target = target(at: address, &rules)
    return LimitEditor.Place(targets: [target], words: words(of: target))
  }

  /// A rule as it stands, or as it would be made.
  private func target(at address: RuleAddress, _ rules: inout WrittenRules) -> LimitEditor.Target {
    guard let written = rules.limits(at: address) else {
      return LimitEditor.Target(address: address, isNew: true, action: .allow)
    }
    return LimitEditor.Target(address: address, limits: written.limits, action: written.action)
  }

  private func topRule(_ name: ToolName, _ rules: inout WrittenRules) -> RuleAddress? {
    let address = RuleAddress(.tools, NamePattern.key(for: name.tool))
    return rules.limits(at: address) == nil ? nil : address
  }

  /// The tool's own rule: the one that it has, else a new one that says what is in force for it now.
  private func ownTarget(_ name: ToolName, _ rules: inout WrittenRules) -> LimitEditor.Target {
    let key = NamePattern.key(for: name.tool)
    let here = RuleAddress(server: name.server, .tools, key)
    let standing = catalogue.index(of: name).map { catalogue.tools[$0].standing }
    var isHidden = false
    if case .hidden(let text)? = standing?.source { isHidden = ExactText(text) == key }
    var target: LimitEditor.Target
    if let written = rules.limits(at: here) {
      target = LimitEditor.Target(address: here, limits: written.limits, action: written.action)
    } else if let top = topRule(name, &rules), let written = rules.limits(at: top) {
      // A rule that other servers' tools have, too, is not changed for one of them.
      let isShared =
        catalogue.servers.count { server in
          catalogue.index(of: ToolName(server: server.info.name, tool: name.tool)) != nil
        } > 1
      target = LimitEditor.Target(
        address: isShared ? here : top, copied: isShared ? top : nil, isNew: isShared, limits: written.limits,
        action: written.action)
    } else if case .pattern(let text)? = standing?.source, let pattern = pattern(text, standing?.rule ?? "", name),
      let written = rules.limits(at: pattern)
    {
      target = LimitEditor.Target(
        address: here, copied: pattern, isNew: true, limits: written.limits, action: written.action)
    } else {
      let action: RuleAction =
        switch standing?.verdict {
        case .allow?, .limit?: .allow
        case .ask?: .requireApproval
        case .deny?, .hide?, nil: .deny
        }
      target = LimitEditor.Target(address: here, isNew: true, action: action)
    }
    target.tool = name
    target.isHidden = isHidden
    return target
  }

  /// Where the glob stands that governs a tool.
  private func pattern(_ text: String, _ rule: String, _ name: ToolName) -> RuleAddress? {
    if rule.utf8.starts(with: "/tools/".utf8) { return RuleAddress(.tools, ExactText(text)) }
    guard rule.utf8.starts(with: "/servers/".utf8) else { return nil }
    return RuleAddress(server: name.server, .tools, ExactText(text))
  }

  private func words(of target: LimitEditor.Target) -> String {
    let address = target.address
    let server = address.server.map { safe($0.string, limit: 60) }
    let key = safe(address.key.string, limit: 60)
    if address.section == .allTools { return "all tools of \(server ?? "every server")" }
    if address.section != .tools { return "\(address.section.rawValue) \(key)\(server.map { " of \($0)" } ?? "")" }
    let place = "\(key) \(server.map { "of \($0)" } ?? "of every server")"
    if let copied = target.copied {
      return "a rule for \(place) alone, a copy of \(safe(copied.key.string, limit: 60))"
    }
    return target.isNew ? "a new rule for \(place)" : "the rule \(place)"
  }

  // MARK: Keys

  mutating func take(_ key: Key, _ editor: LimitEditor) -> [ConsoleEffect] {
    var editor = editor
    switch key {
    case _ where key.leaves:
      overlay = nil
      say(.info, "no limit set")
      return []
    case Key(.enter): return keep(editor)
    case Key(.tab): moveField(&editor, 1)
    case Key(.tab, .shift): moveField(&editor, -1)
    case .control("n"), .control("p"):
      editor.go(to: editor.row + (key == .control("n") ? 1 : -1))
      refresh(&editor)
    case Key(.right) where !editor.field.isText: moveField(&editor, 1)
    case Key(.left) where !editor.field.isText: moveField(&editor, -1)
    default: change(&editor, key)
    }
    overlay = .limit(editor)
    return []
  }

  private mutating func change(_ editor: inout LimitEditor, _ key: Key) {
    let steps: [Key: Int] = [Key(.up): 1, Key(.down): -1, Key(.pageUp): 10, Key(.pageDown): -10]
    let before = (editor.rows, editor.row, editor.action, editor.place)
    if let step = steps[key] {
      self.step(&editor, step)
    } else if !editor.field.isText, case .scalar(let scalar) = key.code, key.modifiers.isEmpty {
      switch scalar {
      case "a": editor.add(editor.current == nil ? lastLimit : nil)
      case "d": editor.removeRow()
      case "K": editor.moveRow(-1)
      case "J": editor.moveRow(1)
      case "u":
        guard editor.undo() else {
          say(.info, "nothing to undo in here")
          return
        }
      default:
        if scalar == ".", editor.field == .most, editor.current?.values[.cost]?.isEmpty ?? true {
          say(.info, "calls are counted whole; with a cost there may be decimals")
          return
        }
        guard editor.type(key) else {
          say(.info, "\(key.name) does nothing here; Esc leaves the limits as they were")
          return
        }
      }
    } else {
      guard editor.type(key) else { return }
    }
    guard before != (editor.rows, editor.row, editor.action, editor.place) else { return }
    refresh(&editor)
  }

  private func moveField(_ editor: inout LimitEditor, _ step: Int) {
    // A time that is told from now on is written down as what it means.
    if editor.field == .expires, let text = editor.current?.values[.expires], !text.isEmpty {
      let moment = LimitEditor.moment(text, at: now)
      if moment != text {
        editor.set(.expires, moment)
        refresh(&editor)
      }
    }
    let fits = limitPage(editor).fits
    let all = LimitEditor.Field.allCases.filter { field in
      switch field {
      case .place: editor.places.count > 1
      case .list: editor.rows.count != 1
      case .outcome: !fits
      case .action: true
      default: editor.current != nil
      }
    }
    let index = all.firstIndex(of: editor.field) ?? 0
    editor.enter(all[(index + step + all.count) % all.count])
  }

  private mutating func step(_ editor: inout LimitEditor, _ step: Int) {
    switch editor.field {
    case .place:
      guard editor.past.isEmpty else {
        say(.info, "the limits are changed already: Enter keeps them here, u undoes")
        return
      }
      editor.place = (editor.place - step.signum() + editor.places.count) % editor.places.count
      load(&editor)
    case .list: editor.go(to: editor.row - step)
    case .outcome:
      editor.top = max(0, min(editor.top - step, limitPage(editor).furthest))
    case .counter, .cost: complete(&editor, step)
    case .expires:
      let hours: Int64 = abs(step) > 1 ? 24 : 1
      let text = editor.current?.values[.expires] ?? ""
      let from = Moment(rfc3339: LimitEditor.moment(text, at: now)) ?? now
      let due = from.advanced(byMicroseconds: Int64(step.signum()) * hours * 3_600_000_000)
      editor.set(.expires, String(due.rfc3339.prefix { $0 != "." }) + "Z")
    case .most, .window, .scope, .align, .count, .action: editor.step(step)
    }
  }

  /// The next of the texts that begin with what was typed.
  private mutating func complete(_ editor: inout LimitEditor, _ step: Int) {
    let all = limitCompletions(editor)
    guard !all.isEmpty else {
      say(.info, editor.field == .counter ? "the policy has no other counter" : "no argument of it is known")
      return
    }
    let index = all.firstIndex { ExactText($0) == ExactText(editor.text.text) }
    let next = index.map { ($0 - step.signum() + all.count) % all.count } ?? (step < 0 ? 0 : all.count - 1)
    editor.set(editor.field, all[next])
  }

  /// What the field may hold, as far as that is known.
  func limitCompletions(_ editor: LimitEditor) -> [String] {
    var all: [String] = []
    switch editor.field {
    case .counter:
      for limit in policy.draft?.current.namedLimits ?? [] where !all.contains(limit.counter.string) {
        all.append(limit.counter.string)
        if all.count >= 200 { break }
      }
    case .cost:
      let tools = editor.targets.compactMap(\.tool)
      if tools.count == 1, let schema = tools.first.flatMap({ definitions[$0]?.inputSchema }) {
        return CostPaths.all(in: schema)
      }
      let indices = tools.compactMap { catalogue.index(of: $0) }
      guard let first = indices.first else { return [] }
      // An argument that all of them have.
      let others = indices.dropFirst().prefix(100).map {
        Set(catalogue.tools[$0].info.parameters.map { ExactText($0) })
      }
      all = catalogue.tools[first].info.parameters.prefix(CostPaths.most)
        .filter { name in others.allSatisfy { $0.contains(ExactText(name)) } }
        .map { ConditionPath(arguments: [.member(ExactText($0))]).text.string }
    default: break
    }
    return all
  }
}
