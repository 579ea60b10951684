internal import Policy

extension ConsoleState {
  mutating func openLimitEditor() {
    let targets = targets()
    guard let first = targets.first else {
      decide(lastLimit.setting)
      return
    }
    var editor = LimitEditor(
      targets: targets, most: lastLimit.most,
      window: LimitEditor.windows.firstIndex(of: lastLimit.window) ?? 1,
      scope: LimitEditor.scopes.firstIndex(of: lastLimit.scope) ?? 0)
    // One that has a limit starts from it.
    if targets.count == 1, let index = catalogue.index(of: first),
      let own = catalogue.tools[index].standing.limits.first
    {
      guard let most = own.max.whole else {
        say(.info, "a limit of \(own.max) is no number of calls: E opens the file")
        return
      }
      editor.most = min(max(0, most), LimitEditor.mostCalls)
      editor.window = LimitEditor.windows.firstIndex(of: own.window) ?? editor.window
      editor.scope = LimitEditor.scopes.firstIndex(of: own.scope.rawValue) ?? editor.scope
    }
    overlay = .limit(editor)
  }

  mutating func take(_ key: Key, _ editor: LimitEditor) -> [ConsoleEffect] {
    var editor = editor
    switch key {
    case _ where key.leaves:
      overlay = nil
      say(.info, "no limit set")
      return []
    case Key(.enter):
      overlay = nil
      lastLimit = LimitSetting(
        most: editor.most, window: LimitEditor.windows[editor.window], scope: LimitEditor.scopes[editor.scope])
      guard policy.refusal == nil else {
        say(.error, safe(policy.refusal ?? ""))
        return []
      }
      decide(editor.setting, for: editor.targets.filter { catalogue.index(of: $0) != nil })
      return []
    case Key(.tab), Key(.right): editor.moveField(1)
    case Key(.tab, .shift), Key(.left): editor.moveField(-1)
    case Key(.up): editor.step(1)
    case Key(.down): editor.step(-1)
    case Key(.pageUp): editor.step(10)
    case Key(.pageDown): editor.step(-10)
    case Key(.backspace):
      editor.field = .most
      editor.most /= 10
      editor.isFresh = false
    default:
      if case .scalar(let scalar) = key.code, key.modifiers.isEmpty, let digit = Int(String(scalar)), scalar.isASCII {
        editor.type(digit)
      }
    }
    overlay = .limit(editor)
    return []
  }
}

extension LimitEditor {
  mutating func moveField(_ step: Int) {
    let all = Field.allCases
    field = all[((all.firstIndex(of: field) ?? 0) + step + all.count) % all.count]
    isFresh = true
  }

  /// Up and down: the number by so much, or the next word.
  mutating func step(_ step: Int) {
    switch field {
    case .most: most = min(max(0, most + step), Self.mostCalls)
    case .window: window = (window - step.signum() + Self.windows.count) % Self.windows.count
    case .scope: scope = (scope - step.signum() + Self.scopes.count) % Self.scopes.count
    }
    isFresh = true
  }

  mutating func type(_ digit: Int) {
    if field != .most {
      field = .most
      isFresh = true
    }
    most = isFresh ? digit : min(most * 10 + digit, Self.mostCalls)
    isFresh = false
  }

  /// The limit as a sentence.
  package var inWords: String {
    let who =
      switch Self.scopes[scope] {
      case "grant": "each client credential"
      case "session": "each session"
      case "server": "all callers of the server together"
      default: "everyone together"
      }
    guard most > 0 else { return "\(who) may never call it: 0 is the same as deny" }
    let times = most == 1 ? "once" : "\(Format.count(most)) times"
    return "\(who) may call \(targets.count == 1 ? "it" : "each of them") \(times) in any \(Self.windows[window]); "
      + "the next call is denied and told when it fits"
  }
}
