internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy

extension Key {
  /// The keys that leave every popup without deciding anything.
  var leaves: Bool { self == Key(.escape) || self == .control("c") }
}

extension ConsoleState {
  /// Runs a command line and remembers it.
  mutating func run(_ line: String) -> [ConsoleEffect] {
    do throws(CommandError) {
      guard let command = try Command.read(line) else { return [] }
      commands.removeAll { $0 == line }
      if commands.count >= 100 { commands.removeFirst() }
      commands.append(line)
      return run(command)
    } catch {
      say(.error, safe(error.message, limit: 600))
      return []
    }
  }

  mutating func run(_ command: Command) -> [ConsoleEffect] {
    switch command {
    case .act(let action): return perform(action)
    case .set(.deny, let names) where names.isEmpty && focus == .approvals: return perform(.denyCall)
    case .set(let setting, let names):
      if let effects = refuseEdit() { return effects }
      if names.isEmpty {
        decide(setting)
        return []
      }
      var targets: [ToolName] = []
      for name in names {
        let found = find(name)
        guard !found.isEmpty else {
          say(.error, "no tool is called `\(safe(name))`: write SERVER/TOOL, * stands for any characters")
          return []
        }
        targets.append(contentsOf: found)
      }
      decide(setting, for: targets)
    case .setAll(let setting):
      if let effects = refuseEdit() { return effects }
      let shown = shownTools()
      if shown.isEmpty { say(.info, "the filter shows no tool") }
      decide(setting, for: shown, kind: "shown tool")
    case .setDefault(let server, let setting):
      if let effects = refuseEdit() { return effects }
      if let server, catalogue.index(ofServer: .init(server)) == nil {
        say(.error, "no server is called `\(safe(server))`")
      } else {
        askDefault(setting, server: server.map { .init($0) })
      }
    case .filter(let source): set(filter: source)
    case .sort(let order): sort(by: order)
    case .theme(let name): return [.setTheme(name)]
    case .start(let starter): start(starter)
    case .saveAndQuit:
      guard policy.isDirty else { return [.quit] }
      isQuitting = true
      if policy.saving == .writing {
        say(.info, "leaving as soon as the file is written")
        return []
      }
      let effects = perform(.save)
      if effects.isEmpty { isQuitting = false }
      return effects
    case .quitWithoutSaving: return [.quit]
    case .saveFilter(let name): return saveFilter(as: name)
    case .dropFilter(let name): return dropFilter(name)
    case .mark(let source, let isOn): mark(source, isOn: isOn)
    case .go(let name):
      guard let first = find(name).first ?? find("*\(name)*").first else {
        say(.error, "no tool is called `\(safe(name))`")
        return []
      }
      reveal(first)
    case .rule(let words):
      if let effects = refuseEdit() { return effects }
      change(words)
    case .setWhere(let setting, let filter):
      if let effects = refuseEdit() { return effects }
      decide(setting, where: filter)
    case .mouse(let isWanted): return useMouse(isWanted)
    case .hideName, .mode, .describe, .removeServer:
      if let effects = refuseEdit() { return effects }
      change(command)
    case .conditions(let pointer): return openRuleEditor(named: pointer)
    case .lockdown(let isOn): openLockdown(isOn)
    case .denyCall(let text): return decide(.deny(message: text), by: .denyCall)
    case .approveCall(let scope): return decide(.approve(scope), by: .approve)
    case .since(let period): setEffectPeriod(period)
    case .limits(let address):
      if let effects = refuseEdit() { return effects }
      openLimitEditor(at: address)
    }
    return []
  }

  private mutating func refuseEdit() -> [ConsoleEffect]? {
    guard let refusal = Action.allow.refusal(in: self) else { return nil }
    say(.error, safe(refusal))
    return []
  }

  /// Tools by `server/tool` or by the tool's name alone; stars stand for any characters.
  func find(_ name: String) -> [ToolName] {
    let whole = Pattern(name, .whole, takesStars: true)
    return catalogue.tools.indices.compactMap { index in
      let tool = catalogue.name(of: index)
      let full = "\(tool.server.string)/\(tool.tool.string)"
      return whole.holds(full) || whole.holds(tool.tool.string) ? tool : nil
    }
  }

  /// Every tool that the filter lets through, folded servers included.
  func shownTools() -> [ToolName] {
    tools(that: list.filter).map { catalogue.name(of: $0) }
  }

  // MARK: Questions

  mutating func take(_ key: Key, _ confirmation: Confirmation) -> [ConsoleEffect] {
    switch key {
    case .character("y"):
      overlay = nil
      return agree(to: confirmation.question)
    case .character("s") where confirmation.question == .quit:
      overlay = nil
      return run(.saveAndQuit)
    case .character("n"), Key(.escape), .control("c"):
      overlay = nil
      tried = nil
      say(.info, "nothing is changed")
    default: say(.info, "y means yes, n means no")
    }
    return []
  }

  private mutating func agree(to question: Confirmation.Question) -> [ConsoleEffect] {
    switch question {
    case .edit(let edit, let said, let isRisky):
      // The file may have changed while the question stood there.
      if let refusal = policy.refusal {
        say(.error, safe(refusal))
        return []
      }
      if isRisky { acceptsRisk = true }
      list.rangeStart = nil
      apply(edit, said: said)
    case .create(let starter):
      if policy.saving == .writing { return [] }
      policy.saving = .writing
      isFirstRun = true
      return [.save(text: text(of: starter), over: nil)]
    case .quit: return [.quit]
    case .keepMine: return keepMine()
    case .takeTheirs: takeTheirs()
    case .removeServer(let name): return [.changeRegistry(.remove(name))]
    case .liftLockdown: return sendLockdown(false)
    }
    return []
  }

  // MARK: Details and log

  mutating func take(_ key: Key, decision serial: UInt64, top: Int) -> [ConsoleEffect] {
    let height = height(of: .live)
    switch key {
    case _ where key.leaves, Key(.enter), .character("q"): overlay = nil
    case .character("J"):
      overlay = nil
      focus = .live
      return perform(.jump)
    case .character("w"):
      overlay = nil
      focus = .live
      live.place(live.index(of: serial), height: height)
      return perform(.ruleFromCall)
    case Key(.pageDown), .character(" "):
      let lines = decisionLines(serial, columns: max(1, min(100, size.columns) - 4)).count
      overlay = .decision(serial, top: min(top + 5, max(0, lines - (size.rows - 4))))
    case Key(.pageUp): overlay = .decision(serial, top: max(0, top - 5))
    case Key(.down), .character("j"), Key(.up), .character("k"):
      let step = key == Key(.down) || key == .character("j") ? 1 : -1
      var index = live.index(of: serial) + step
      while let next = live.serial(at: index), live.ring[next]?.kind != .decision { index += step }
      guard let next = live.serial(at: index) else { return [] }
      live.place(index, height: height)
      overlay = .decision(next, top: 0)
      return wantFacts(of: next)
    default: break
    }
    return []
  }

  mutating func take(_ key: Key, logTop top: Int) -> [ConsoleEffect] {
    switch key {
    case _ where key.leaves, Key(.enter), .character("q"), .character("!"): overlay = nil
    case Key(.down), .character("j"): overlay = .log(top: min(top + 1, max(0, log.count - 1)))
    case Key(.up), .character("k"): overlay = .log(top: max(0, top - 1))
    case Key(.pageDown): overlay = .log(top: min(top + 10, max(0, log.count - 1)))
    case Key(.pageUp): overlay = .log(top: max(0, top - 10))
    default: break
    }
    return []
  }
}
