internal import ControlWire
internal import JSONText
internal import Policy

extension Catalogue {
  /// Notes of every tool the other one that it could be taken for.
  ///
  /// Equal names on two servers are no likeness: who sees `search` twice sees two servers.
  mutating func noteLikenesses() {
    var groups: [ExactText: Group] = [:]
    var odd: [(tool: Int, readings: [ExactText])] = []
    for tool in tools.indices {
      guard let readings = NameSkeleton.readings(of: tools[tool].info.name) else { continue }
      odd.append((tool, readings))
      for reading in readings { groups[reading, default: Group()].add(tool, tools[tool].info.name) }
    }
    guard !odd.isEmpty else { return }
    var isOdd = Set(odd.map(\.tool))
    for tool in tools.indices where !isOdd.contains(tool) {
      let name = tools[tool].info.name
      guard groups[name] != nil else { continue }
      groups[name]?.add(tool, name)
      if let other = groups[name]?.other(than: name) { tools[tool].looksLike = self.name(of: other) }
    }
    isOdd = []
    for (tool, readings) in odd {
      let name = tools[tool].info.name
      guard let other = readings.lazy.compactMap({ groups[$0]?.other(than: name) }).first else { continue }
      tools[tool].looksLike = self.name(of: other)
    }
  }

  /// Tools of one skeleton; of two different names one is always another than a third.
  private struct Group {
    private var first: (tool: Int, name: ExactText)?
    private var second: Int?

    /// A name that is its own skeleton comes last and is the one to tell of.
    mutating func add(_ tool: Int, _ name: ExactText) {
      guard let first else { return self.first = (tool, name) }
      guard first.name != name else { return }
      second = first.tool
      self.first = (tool, name)
    }

    func other(than name: ExactText) -> Int? { first.flatMap { $0.name == name ? second : $0.tool } }
  }
}

extension ConsoleState {
  /// What a tool's name could be taken for; nil for nothing.
  func likenessWords(_ tool: Catalogue.Tool) -> String? {
    tool.looksLike.map { "looks like \(safe($0.server.string, limit: 60))/\(safe($0.tool.string, limit: 120))" }
  }
}
