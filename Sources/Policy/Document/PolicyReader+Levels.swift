import JSONText

extension PolicyReader {
  /// The whole policy.
  mutating func policy(_ root: JSONNode) -> PolicyContent {
    var content = PolicyContent()
    var hasVersion = false
    members(of: root, "a policy") { (reader, key: RootKey, member) in
      let value = member.value
      switch key {
      case .version:
        hasVersion = true
        reader.version(value)
      case .mode:
        content.isEnforced = reader.word(value, "`mode`", as: ModeWord.self) != .observe
      case .description:
        if value.text == nil {
          reader.error(at: value.range.lowerBound, "`description` must be a string, not \(value.kindInWords)")
        }
      case .servers:
        content.hasServers = true
        content.servers = reader.servers(value)
      case .default: content.top.fallback = reader.fallback(member)
      case .hide: content.top.hide = reader.hide(value)
      case .allTools: content.top.allTools = reader.rule(member, .allTools)
      case .tools: content.top.tools = reader.section(value, "`tools`", .tool)
      case .resources: content.top.resources = reader.section(value, "`resources`", .resource)
      case .prompts: content.top.prompts = reader.section(value, "`prompts`", .prompt)
      case .serverRequests: content.top.serverRequests = reader.serverRequests(value)
      }
    }
    if !hasVersion, root.members != nil {
      error(at: root.range.lowerBound, "`version` is missing", help: "write `\"version\": \"1\"`")
    }
    return content
  }

  private mutating func version(_ node: JSONNode) {
    guard let text = node.text else {
      error(
        at: node.range.lowerBound, "`version` must be a string, not \(node.kindInWords)",
        help: "write `\"version\": \"1\"`")
      return
    }
    if text != "1" {
      error(at: node.range.lowerBound, "`\(text)` is not a version that is known here", help: "write `\"1\"`")
    }
  }

  private mutating func servers(_ node: JSONNode) -> [(name: ExactText, level: PolicyLevel)] {
    var servers: [(name: ExactText, level: PolicyLevel)] = []
    entries(of: node, "`servers`") { reader, member in
      if member.key.isEmpty { reader.error(at: member.keyRange.lowerBound, "a server's name must not be empty") }
      servers.append((member.key, reader.server(member.value)))
    }
    return servers
  }

  private mutating func server(_ node: JSONNode) -> PolicyLevel {
    var level = PolicyLevel(pointer: pointer)
    members(of: node, "a server's policy") { (reader, key: ServerKey, member) in
      let value = member.value
      switch key {
      case .default: level.fallback = reader.fallback(member)
      case .hide: level.hide = reader.hide(value)
      case .allTools: level.allTools = reader.rule(member, .allTools)
      case .tools: level.tools = reader.section(value, "`tools`", .tool)
      case .resources: level.resources = reader.section(value, "`resources`", .resource)
      case .prompts: level.prompts = reader.section(value, "`prompts`", .prompt)
      case .serverRequests: level.serverRequests = reader.serverRequests(value)
      }
    }
    return level
  }

  private mutating func fallback(_ member: JSONMember) -> PolicyLevel.Default? {
    word(member.value, "`default`", as: DefaultSetting.self)
      .map { PolicyLevel.Default(setting: $0, line: line(of: member)) }
  }

  private mutating func hide(_ node: JSONNode) -> [PolicyLevel.Hidden] {
    var hidden: [PolicyLevel.Hidden] = []
    var seen: Set<ExactText> = []
    elements(of: node, "`hide`") { reader, _, element in
      guard let text = element.text else {
        reader.error(
          at: element.range.lowerBound, "an entry of `hide` must be a string, not \(element.kindInWords)")
        return
      }
      guard let pattern = reader.pattern(text, at: element.range.lowerBound) else { return }
      if !seen.insert(text).inserted {
        reader.warning(at: element.range.lowerBound, "`\(text)` is hidden twice")
      }
      hidden.append(
        PolicyLevel.Hidden(text: text, pattern: pattern, pointer: reader.pointer, line: reader.line(of: element)))
    }
    return hidden
  }

  /// Rules by name.
  private mutating func section(_ node: JSONNode, _ name: String, _ place: RulePlace) -> [PolicyLevel.Entry] {
    var found: [PolicyLevel.Entry] = []
    var globs: [(glob: Glob, member: JSONMember)] = []
    found.reserveCapacity(node.members?.count ?? 0)
    entries(of: node, name) { reader, member in
      let pattern = reader.pattern(member.key, at: member.keyRange.lowerBound)
      let rule = reader.rule(member, place)
      guard let pattern else { return }
      if case .glob(let glob) = pattern { globs.append((glob, member)) }
      found.append(PolicyLevel.Entry(key: member.key, pattern: pattern, rule: rule))
    }
    refuseTies(globs)
    return found
  }

  /// Two globs that are equally specific must never match one name: which of them holds would be a guess.
  private mutating func refuseTies(_ globs: [(glob: Glob, member: JSONMember)]) {
    for tie in GlobTies.find(globs.map(\.glob)) {
      let (earlier, later) = (globs[tie.earlier].member, globs[tie.later].member)
      inside(Pointer.token(later.key.string)) { reader in
        reader.error(
          at: later.keyRange.lowerBound,
          "`\(later.key)` and `\(earlier.key)` are equally specific and can match the same name",
          help: "give one more literal characters, or name what you mean exactly")
      }
    }
  }

  /// Requests of servers that always pass.
  static let plumbing = ["roots/list", "ping"]

  private mutating func serverRequests(_ node: JSONNode) -> [PolicyLevel.Entry] {
    let found = section(node, "`server_requests`", .serverRequest)
    let known = ["sampling/createMessage", "elicitation/create"]
    for member in node.members ?? [] where !member.key.utf8.contains(0x2A) {
      inside(Pointer.token(member.key.string)) { reader in
        let offset = member.keyRange.lowerBound
        if Self.plumbing.contains(where: { ExactText($0) == member.key }) {
          reader.error(at: offset, "`\(member.key)` always passes, so no rule can govern it", help: "take it out")
        } else if !known.contains(where: { ExactText($0) == member.key }) {
          let near = Suggestion.nearest(to: member.key.string, among: known)
          reader.warning(
            at: offset, "`\(member.key)` is no request that servers are known to make",
            help: near.map { "did you mean `\($0)`?" })
        }
      }
    }
    return found
  }
}
