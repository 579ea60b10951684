import JSONText

extension PolicyEditor {
  /// A limit that was asked for, checked.
  struct WantedLimit {
    let max: Int
    let window: LimitWindow
    let scope: LimitScope

    init(max: Int, window: String, scope: String) throws(PolicyEditError) {
      guard 0...WholeNumber.greatest ~= max else {
        throw PolicyEditError("`max` must be a whole number from 0 to \(WholeNumber.greatest), not `\(max)`")
      }
      let seconds = window.utf8.count <= 8 ? Int(window) : nil
      guard let length = LimitWindow(word: window) ?? seconds.flatMap(LimitWindow.init(seconds:)) else {
        throw PolicyEditError(
          "`\(window)` is not a window", help: "use second, minute, hour, day or whole seconds from 1 to 2678400")
      }
      guard let holder = LimitScope(exact: ExactText(scope)) else {
        throw PolicyEditError("`\(scope)` is not a scope", help: "use grant, session, server or global")
      }
      self.max = max
      self.window = length
      self.scope = holder
    }

    var windowValue: JSONNode { window.word.map { .text($0) } ?? .number(window.seconds) }

    var value: JSONNode { .object(["window": windowValue, "max": .number(max), "scope": .text(scope.rawValue)]) }
  }

  mutating func setLimit(
    _ wanted: WantedLimit, _ rule: TextTree.Node, _ tool: ExactText
  ) throws(PolicyEditError) {
    let limits = tree.child(rule, "limits")
    let entries = limits.map { tree.elements($0) } ?? []
    let short = tree.child(rule, "rate_limit")
    if entries.count + (short == nil ? 0 : 1) > 1 {
      guard let same = entries.first(where: { matches($0, wanted) }) else {
        throw PolicyEditError(
          "`\(tool)` has several limits, none of them per \(wanted.window.inWords) and \(wanted.scope.rawValue)",
          help: "change them in the file")
      }
      setMember("max", .number(wanted.max), in: same, ifNot: isNumber(wanted.max))
    } else if let entry = entries.first {
      change(entry, to: wanted)
    } else if let limits {
      tree.append(wanted.value, to: limits)
    } else {
      // The long form takes the short one's place.
      tree.insert("limits", .array([wanted.value]), at: .before("rate_limit"), in: rule)
    }
    if short != nil, entries.isEmpty { tree.remove("rate_limit", from: rule) }
    if denies(rule) { setAction("allow", rule) }
  }

  private mutating func change(_ entry: TextTree.Node, to wanted: WantedLimit) {
    setMember("window", wanted.windowValue, in: entry, ifNot: isWindow(wanted.window))
    setMember("max", .number(wanted.max), in: entry, ifNot: isNumber(wanted.max))
    if wanted.scope != .grant || tree.child(entry, "scope") != nil {
      setMember(
        "scope", .text(wanted.scope.rawValue), in: entry, ifNot: { $0.string == wanted.scope.rawValue })
    }
  }

  private mutating func matches(_ entry: TextTree.Node, _ wanted: WantedLimit) -> Bool {
    let window = tree.child(entry, "window").flatMap { tree.scalar($0) }
    let scope = tree.child(entry, "scope").flatMap { tree.scalar($0)?.string } ?? LimitScope.grant.rawValue
    return window.map(isWindow(wanted.window)) == true && scope == wanted.scope.rawValue
  }

  /// Sets a member unless it says the same already, perhaps in another spelling.
  private mutating func setMember(
    _ key: ExactText, _ value: JSONNode, in node: TextTree.Node, ifNot isSame: (JSONNode) -> Bool
  ) {
    guard let member = tree.child(node, key) else {
      tree.insert(key, value, in: node)
      return
    }
    if tree.scalar(member).map(isSame) != true { tree.replace(member, with: value) }
  }

  private func isNumber(_ wanted: Int) -> (JSONNode) -> Bool {
    { node in
      guard case .number(let number) = node.content else { return false }
      return WholeNumber.read(number) == wanted
    }
  }

  private func isWindow(_ wanted: LimitWindow) -> (JSONNode) -> Bool {
    { node in
      switch node.content {
      case .string(let text): LimitWindow(word: text.string) == wanted
      case .number(let number): WholeNumber.read(number) == wanted.seconds
      case .null, .bool, .array, .object: false
      }
    }
  }
}
