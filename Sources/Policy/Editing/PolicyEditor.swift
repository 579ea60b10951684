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
      ?? tree.insert("servers", .object(.container, []), at: .last, in: tree.root)
    return tree.child(servers, server) ?? tree.insert(server, .object(.container, []), at: .last, in: servers)
  }

  /// Removes what edits of this draft have made and left empty.
  mutating func tidy(_ server: ExactText?) {
    guard let node = level(server) else { return }
    let before = base.level(server)
    if before?.tools == nil, let tools = tree.child(node, "tools"), tree.count(tools) == 0 {
      tree.remove("tools", from: node)
    }
    if before?.hide == nil, let hide = tree.child(node, "hide"), tree.count(hide) == 0 {
      tree.remove("hide", from: node)
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
    let node = madeLevel(server)
    guard let member = tree.child(node, "default") else {
      tree.insert(
        "default", .string(setting.rawValue), at: server == nil ? .after("version") : .first, in: node)
      return
    }
    if tree.scalar(member)?.string != setting.rawValue { tree.replace(member, with: .string(setting.rawValue)) }
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
      tidy(server)
      return
    }
    try refuseHiddenByGlob(server, tool)
    unhide(server, tool)
    let rule = level(server).flatMap { tree.child($0, "tools") }.flatMap { tree.child($0, key) }
    switch setting {
    case .allow:
      if let rule { allow(rule) } else { insert(server, key, [("action", .string("allow"))]) }
    case .deny:
      if let rule { setAction("deny", rule) } else { insert(server, key, [("action", .string("deny"))]) }
    case .limit(let max, let window, let scope):
      let limit = try WantedLimit(max: max, window: window, scope: scope)
      if let rule {
        try setLimit(limit, rule, tool)
      } else {
        insert(server, key, [("limits", .array(.limits, [limit.value]))])
      }
    case .hide, .inherit: break
    }
    tidy(server)
  }

  private mutating func insert(
    _ server: ExactText?, _ key: ExactText, _ members: [(key: String, value: TextTree.NewValue)]
  ) {
    let node = madeLevel(server)
    let tools =
      tree.child(node, "tools")
      ?? tree.insert("tools", .object(.container, []), at: server == nil ? .before("servers") : .last, in: node)
    tree.insert(key, .object(.rule, members), at: .last, in: tools)
  }

  mutating func denies(_ rule: TextTree.Node) -> Bool {
    tree.child(rule, "action").flatMap { tree.scalar($0)?.string } == "deny"
  }

  mutating func setAction(_ action: String, _ rule: TextTree.Node) {
    guard let member = tree.child(rule, "action") else {
      tree.insert("action", .string(action), at: .first, in: rule)
      return
    }
    if tree.scalar(member)?.string != action { tree.replace(member, with: .string(action)) }
  }

  /// A rule that denies becomes what it was before it denied: its limits stay.
  ///
  /// Where it allows already, nothing else can
  /// be meant than to take its limits off.
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
