import JSONText

/// Makes edits on the tree of an accepted policy.
struct PolicyEditor {
  var tree: TextTree
  /// What the policy said before the first edit: containers that it had are kept when they become empty.
  private let base: PolicyContent
  /// What `hide` says, level by level; changed along with the tree.
  var hidden: [ExactText?: Hidden] = [:]

  init(_ text: [UInt8], base: PolicyContent) throws(PolicyEditError) {
    do throws(JSONError) {
      tree = TextTree(text, try JSONNode.read(text))
    } catch {
      throw PolicyEditError("the policy is no JSON: \(error)")
    }
    self.base = base
  }

  var replacements: [Replacement] { tree.replacements }

  mutating func apply(_ edit: PolicyEdit) throws(PolicyEditError) {
    switch edit {
    case .setRule(let server, let tool, let setting): try set(server, tool, setting)
    case .setDefault(let server, let setting): setDefault(server, setting)
    case .change(let place, let change): try self.change(place, change)
    case .hide(let server, let pattern): try hide(server, pattern: pattern)
    case .unhide(let server, let pattern): unhide(server, pattern: pattern)
    case .setMode(let mode): set("mode", mode.map { .text($0.rawValue) })
    case .setDescription(let text): set("description", text.map { .text($0) })
    case .removeServer(let server):
      guard let servers = tree.child(tree.root, "servers") else { return }
      tree.remove(server, from: servers)
      if !base.hasServers, tree.count(servers) == 0 { tree.remove("servers", from: tree.root) }
      hidden[server] = nil
    // That is done to the text.
    case .layOut: return
    case .batch(let edits, _):
      for edit in edits { try apply(edit) }
    }
  }

  // MARK: Levels

  /// The object of all servers (nil) or of one.
  mutating func level(_ server: ExactText?) -> TextTree.Node? {
    guard let server else { return tree.root }
    return tree.child(tree.root, "servers").flatMap { tree.child($0, server) }
  }

  mutating func madeLevel(_ server: ExactText?) -> TextTree.Node {
    guard let server else { return tree.root }
    let servers =
      tree.child(tree.root, "servers")
      ?? tree.insert("servers", .object([:]), in: tree.root)
    return tree.child(servers, server) ?? tree.insert(server, .object([:]), in: servers)
  }

  /// Removes what edits of this draft have made and left empty.
  mutating func tidy(_ server: ExactText?) {
    guard let node = level(server) else { return }
    let before = base.level(server)
    let made: [(key: ExactText, isOld: Bool)] = [
      ("tools", before?.tools != nil), ("resources", before?.resources != nil), ("prompts", before?.prompts != nil),
      ("server_requests", before?.serverRequests != nil), ("hide", before?.hide != nil),
    ]
    for (key, isOld) in made where !isOld {
      if let member = tree.child(node, key), tree.count(member) == 0 { tree.remove(key, from: node) }
    }
    guard let server, before == nil, tree.count(node) == 0, let servers = tree.child(tree.root, "servers") else {
      return
    }
    tree.remove(server, from: servers)
    if !base.hasServers, tree.count(servers) == 0 { tree.remove("servers", from: tree.root) }
  }

  // MARK: Defaults

  private mutating func setDefault(_ server: ExactText?, _ setting: DefaultSetting?) {
    guard let setting else {
      guard let node = level(server) else { return }
      tree.remove("default", from: node)
      tidy(server)
      return
    }
    set("default", .text(setting.rawValue), in: madeLevel(server))
  }

  /// Sets a member of the top level; nil removes it.
  private mutating func set(_ key: ExactText, _ value: JSONNode?) {
    if let value { set(key, value, in: tree.root) } else { tree.remove(key, from: tree.root) }
  }

  private mutating func set(_ key: ExactText, _ value: JSONNode, in node: TextTree.Node) {
    if let member = tree.child(node, key) {
      tree.become(member, value)
    } else {
      tree.insert(key, value, in: node)
    }
  }

  // MARK: Rules

  private mutating func set(
    _ server: ExactText?, _ tool: ExactText, _ setting: RuleSetting
  ) throws(PolicyEditError) {
    guard !tool.isEmpty else { throw PolicyEditError("a tool's name must not be empty") }
    if server?.isEmpty == true { throw PolicyEditError("a server's name must not be empty") }
    if setting == .hide {
      hide(server, tool)
      return
    }
    let key = NamePattern.key(for: tool)
    if setting == .inherit {
      // Where a glob hides it, hiding is what it inherits.
      unhide(server, tool)
      if let node = level(server), let tools = tree.child(node, "tools") { tree.remove(key, from: tools) }
      for level in Self.levels(server) { tidy(level) }
      return
    }
    try refuseHiddenByGlob(server, tool)
    unhide(server, tool)
    let rule = level(server).flatMap { tree.child($0, "tools") }.flatMap { tree.child($0, key) }
    switch setting {
    case .allow:
      if let rule { allow(rule) } else { insert(server, key, .object(["action": .text("allow")])) }
    case .deny, .requireApproval:
      let action = setting == .deny ? "deny" : "require_approval"
      if let rule { setAction(action, rule) } else { insert(server, key, .object(["action": .text(action)])) }
    case .limit(let max, let window, let scope):
      let limit = try WantedLimit(max: max, window: window, scope: scope)
      if let rule {
        try setLimit(limit, rule, tool)
      } else {
        insert(server, key, .object(["limits": .array([limit.value])]))
      }
    case .hide, .inherit: break
    }
    for level in Self.levels(server) { tidy(level) }
  }

  private mutating func insert(_ server: ExactText?, _ key: ExactText, _ rule: JSONNode) {
    let node = madeLevel(server)
    let tools = tree.child(node, "tools") ?? tree.insert("tools", .object([:]), in: node)
    tree.insert(key, rule, in: tools)
  }

  /// Whether the rule's action is another one than to let calls through.
  mutating func denies(_ rule: TextTree.Node) -> Bool {
    tree.child(rule, "action").map { tree.scalar($0)?.string != "allow" } ?? false
  }

  mutating func setAction(_ action: String, _ rule: TextTree.Node) { set("action", .text(action), in: rule) }

  /// A rule that denies or asks becomes what it was before: its limits stay.
  ///
  /// Where it allows already, nothing else can be meant than to take its limits off.
  private mutating func allow(_ rule: TextTree.Node) {
    if denies(rule) {
      setAction("allow", rule)
      return
    }
    let hadLimits = tree.child(rule, "limits") != nil || tree.child(rule, "rate_limit") != nil
    guard hadLimits else { return }
    tree.remove("limits", from: rule)
    tree.remove("rate_limit", from: rule)
    if tree.count(rule) == 0 { setAction("allow", rule) }
  }
}
