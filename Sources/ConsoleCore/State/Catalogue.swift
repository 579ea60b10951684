package import ControlWire
internal import Filters
package import JSONText
package import Policy
internal import Risk

/// A tool of a server: the name that marks and cursors remember, whatever row it is in.
package struct ToolName: Hashable, Sendable {
  package var server: ExactText
  package var tool: ExactText

  package init(server: ExactText, tool: ExactText) {
    self.server = server
    self.tool = tool
  }
}

/// Every server and tool that is known, and what the policy says about each.
package struct Catalogue: Hashable, Sendable {
  /// What an unsaved edit did to a tool's rule.
  package enum Mark: UInt8, Hashable, Sendable { case none, added, changed, removed }

  /// What became of a tool's definition since it was first heard of.
  package enum News: UInt8, Hashable, Sendable { case none, new, changed }

  package struct Tool: Hashable, Sendable {
    package var server: Int
    package var info: Snapshot.Tool
    /// What the draft says.
    package var standing: Standing
    /// What the saved file says.
    package var saved: Standing
    package var mark = Mark.none
    /// Decisions on it since the console's start.
    package var calls: UInt32 = 0
    /// Those of the last hour.
    var hour = HourCount()
    /// The same by rule and verdict.
    var hits = RuleHits()
    package var news = News.none
    /// Another tool that its name could be taken for.
    package var looksLike: ToolName?
  }

  package struct Server: Hashable, Sendable {
    package var info: Snapshot.Server
    /// Where its tools are in `tools`.
    package var tools: Range<Int>
    /// Tools by severity, the lowest first.
    package var severities: [Int]
    /// Tools by verdict, in the order of `Verdict.allCases`.
    package var verdicts: [Int]
    package var changed: Int
    /// Tools that only a default governs.
    package var ungoverned = 0
    /// Tools that are new or say something else of themselves.
    package var news = 0
    /// What is said to a tool of it that no rule names.
    package var fallback: Standing
  }

  package var servers: [Server] = []
  package var tools: [Tool] = []
  /// Nothing was heard of servers yet.
  package var isUnknown = true
  private var places: [ToolName: Int] = [:]
  /// What the gate says of tools that are not as they were accepted; nil where it says nothing of it.
  private var told: [ToolName: News]?
  private var serverPlaces: [ExactText: Int] = [:]
  /// The saved policy that `Tool.saved` is of.
  private var judgedBase: PolicyDocument?
  /// When something that is in force ends, so that the policy must be asked again.
  private(set) var nextExpiry: Moment?

  package func index(of name: ToolName) -> Int? { places[name] }
  package func index(ofServer name: ExactText) -> Int? { serverPlaces[name] }

  package func name(of tool: Int) -> ToolName {
    ToolName(server: servers[tools[tool].server].info.name, tool: tools[tool].info.name)
  }

  /// What is said of a tool before anyone has asked a policy about it.
  static let unknown = PolicyEngine.denyEverything.standing(server: "", tool: "")

  /// Takes what the gate knows in place of what was known; counts of calls are kept.
  mutating func replace(with snapshot: [Snapshot.Server]) {
    let before = self
    self = Catalogue()
    isUnknown = false
    told = before.told
    tools.reserveCapacity(snapshot.reduce(0) { $0 + $1.tools.count })
    for info in snapshot where serverPlaces[info.name] == nil {
      let start = tools.count
      var bare = info
      bare.tools = []
      let isKnown = before.serverPlaces[info.name].map { !before.servers[$0].tools.isEmpty } ?? false
      for tool in info.tools {
        let name = ToolName(server: info.name, tool: tool.name)
        // A server may list a name twice; the first one is the one that is called.
        guard places[name] == nil else { continue }
        places[name] = tools.count
        var entry = Tool(server: servers.count, info: tool, standing: Self.unknown, saved: Self.unknown)
        if let old = before.places[name] {
          entry.calls = before.tools[old].calls
          entry.hour = before.tools[old].hour
          entry.hits = before.tools[old].hits
          entry.news = tool.defines(before.tools[old].info) ? before.tools[old].news : .changed
        } else if isKnown {
          entry.news = .new
        }
        if let told { entry.news = told[name] ?? .none }
        tools.append(entry)
      }
      serverPlaces[info.name] = servers.count
      servers.append(
        Server(
          info: bare, tools: start..<tools.count, severities: [], verdicts: [], changed: 0,
          fallback: Self.unknown))
    }
    noteLikenesses()
  }

  /// Goes by what the gate says of tools, where it does.
  mutating func take(news: [ToolName: News]?) {
    guard let news, news != told else { return }
    told = news
    for index in tools.indices { tools[index].news = news[name(of: index)] ?? .none }
    for index in servers.indices { summarise(index) }
  }

  /// Asks the policy about every tool again: once an edit, not once a frame.
  ///
  /// What the saved file says is asked only when it is another file, or the tools are others.
  mutating func judge(_ draft: PolicyDraft?, at now: Moment) {
    let engine = draft?.engine ?? .denyEverything
    let isSaved = draft?.isDirty != true
    let hasExpired = nextExpiry.map { $0 <= now } ?? false
    if isSaved || hasExpired || draft?.base != judgedBase {
      let saved = isSaved ? engine : draft.map { PolicyEngine($0.base) } ?? .denyEverything
      for index in tools.indices { tools[index].saved = standing(index, saved, now) }
      judgedBase = draft?.base
    }
    for index in tools.indices {
      let standing = isSaved ? tools[index].saved : standing(index, engine, now)
      tools[index].mark = isSaved ? .none : Self.mark(from: tools[index].saved, to: standing)
      tools[index].standing = standing
    }
    for index in servers.indices {
      // No tool has this name, so only patterns and defaults can answer for it.
      servers[index].fallback = engine.standing(server: servers[index].info.name, tool: "\n", at: now)
      summarise(index)
    }
    let ends = tools.lazy.flatMap { [$0.standing.nextExpiry, $0.saved.nextExpiry] }.compactMap { $0 }
    nextExpiry = ends.filter { $0 > now }.min()
  }

  private func standing(_ index: Int, _ engine: PolicyEngine, _ now: Moment) -> Standing {
    engine.standing(server: servers[tools[index].server].info.name, tool: tools[index].info.name, at: now)
  }

  private static func mark(from old: Standing, to new: Standing) -> Mark {
    if old.summary == new.summary, old.source == new.source, old.reason == new.reason, old.expires == new.expires,
      old.conditions.elementsEqual(
        new.conditions, by: { $0.kind == $1.kind && $0.text == $1.text && $0.expires == $1.expires })
    {
      return .none
    }
    if old.source != .explicit, new.source == .explicit { return .added }
    if old.source == .explicit, new.source != .explicit { return .removed }
    return .changed
  }

  private mutating func summarise(_ index: Int) {
    var severities = [Int](repeating: 0, count: Severity.allCases.count)
    var verdicts = [Int](repeating: 0, count: Verdict.allCases.count)
    var changed = 0
    var ungoverned = 0
    var news = 0
    for tool in servers[index].tools {
      severities[tools[tool].info.assessment.severity.position] += 1
      verdicts[tools[tool].standing.verdict.position] += 1
      if tools[tool].mark != .none { changed += 1 }
      if tools[tool].standing.isUngoverned { ungoverned += 1 }
      if tools[tool].news != .none { news += 1 }
    }
    servers[index].severities = severities
    servers[index].verdicts = verdicts
    servers[index].changed = changed
    servers[index].ungoverned = ungoverned
    servers[index].news = news
  }

  /// Counts decisions on a tool, as a tick tells them.
  mutating func count(_ calls: CallCount, at time: Moment) {
    guard let server = calls.server, let tool = calls.tool, calls.count > 0,
      let index = places[ToolName(server: server, tool: tool)]
    else { return }
    let (sum, isOver) = tools[index].calls.addingReportingOverflow(UInt32(clamping: calls.count))
    tools[index].calls = isOver ? .max : sum
    tools[index].hour.count(UInt32(clamping: calls.count), at: time)
    tools[index].hits.count(calls.count, rule: calls.rule ?? "", verdict: calls.verdict)
  }
}

extension Snapshot.Tool {
  /// Whether it says of itself what the other one says.
  fileprivate func defines(_ other: Snapshot.Tool) -> Bool {
    title == other.title && description.utf8.elementsEqual(other.description.utf8) && parameters == other.parameters
      && requiredParameters == other.requiredParameters
  }
}

extension Standing {
  /// When the rule or one of its entries ends, whichever is first.
  fileprivate var nextExpiry: Moment? {
    conditions.isEmpty ? expires : (conditions.compactMap(\.expires) + (expires.map { [$0] } ?? [])).min()
  }
}

extension Verdict {
  /// Where it is in `allCases`, which is the order of counts on the wire.
  var position: Int {
    switch self {
    case .allow: 0
    case .deny: 1
    case .limit: 2
    case .ask: 3
    case .hide: 4
    }
  }
}
