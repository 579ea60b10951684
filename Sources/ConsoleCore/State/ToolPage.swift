internal import ControlWire
internal import JSONText
internal import Policy
package import Risk

/// All that is known of one tool, in front of the panes.
package struct ToolPage: Hashable, Sendable {
  package var name: ToolName
  /// The first line that is drawn.
  package var top = 0
  /// Made when the definition has come.
  package var profile: ToolProfile?
  /// What was last made of it.
  var kept: KeptPage?

  package init(_ name: ToolName) { self.name = name }
}

/// The lines of a tool's page, which stay the same from one picture to the next.
struct KeptPage: Hashable, Sendable {
  /// All that the lines tell of.
  struct Key: Hashable, Sendable {
    var tool: Snapshot.Tool
    var standing: Standing
    var looksLike: ToolName?
    var server: Snapshot.Server
    var profile: ToolProfile?
    /// How far the definition is known: nil where it is, else why not.
    var missing: String?
    var columns: Int
    var pin: PinRow?
  }

  var key: Key
  var lines: [Line]
}

extension ConsoleState {
  /// The page that is open.
  var toolPage: ToolPage? { if case .tool(let page) = overlay { page } else { nil } }

  /// Opens the page of the tool under the cursor.
  mutating func openToolPage() -> [ConsoleEffect] {
    guard let name = toolUnderCursor else {
      say(.info, "there is no tool under the cursor")
      return []
    }
    return openToolPage(of: name)
  }

  mutating func openToolPage(of name: ToolName) -> [ConsoleEffect] {
    overlay = .tool(ToolPage(name))
    let effects = wantDefinition(of: name)
    refreshToolPage()
    return effects
  }

  /// Of the policy pane, or in Live the one that the decision is about.
  private var toolUnderCursor: ToolName? {
    guard focus == .live else { return currentTool.map { catalogue.name(of: $0) } }
    guard let record = live.current, record.kind == .decision else { return nil }
    let name = ToolName(
      server: ExactText(live.ring.text(record.server)), tool: ExactText(live.ring.text(record.tool)))
    return catalogue.index(of: name) == nil ? nil : name
  }

  /// Makes the profile when a definition has come: once, not once a frame.
  mutating func refreshToolPage() {
    guard var page = toolPage else { return }
    page.kept = nil
    page.profile = definitions[page.name].flatMap { definition in
      guard let node = try? JSONNode.read(definition.text), let tool = Risk.ToolDefinition(node) else { return nil }
      return ToolProfile(tool, server: page.name.server.string, origin: origin(of: page.name, definition.package))
    }
    overlay = .tool(page)
  }

  private func origin(of name: ToolName, _ package: ServerPackage?) -> ToolOrigin {
    if let package { return .package(name: package.name, isPinned: package.isPinned) }
    guard let server = catalogue.index(ofServer: name.server) else { return .unknown }
    return catalogue.servers[server].info.transport.hasPrefix("http") ? .remote : .unknown
  }

  func pageKey(_ page: ToolPage, columns: Int) -> KeptPage.Key? {
    guard let index = catalogue.index(of: page.name) else { return nil }
    let tool = catalogue.tools[index]
    let missing: String? =
      switch definitions.entry(page.name) {
      case .known: nil
      case .missing(let problem, _): "missing: \(problem)"
      case .asked, nil: "asked"
      }
    return KeptPage.Key(
      tool: tool.info, standing: tool.standing, looksLike: tool.looksLike,
      server: catalogue.servers[tool.server].info, profile: page.profile, missing: missing, columns: columns,
      pin: pins.row(of: page.name))
  }

  /// Makes the lines that the next picture shows, if they are others than before.
  mutating func keepPageLines() {
    guard var page = toolPage, let key = pageKey(page, columns: toolPageSize.columns), page.kept?.key != key else {
      return
    }
    page.kept = KeptPage(key: key, lines: madePageLines(page, columns: key.columns))
    overlay = .tool(page)
  }

  /// How much room the page has.
  var toolPageSize: Size { Size(columns: max(1, min(120, size.columns) - 4), rows: max(1, size.rows - 4)) }

  mutating func take(_ key: Key, _ page: ToolPage) -> [ConsoleEffect] {
    let rows = toolPageSize.rows
    switch key {
    case _ where key.leaves, .character("q"):
      overlay = nil
      return []
    case Key(.down), .character("j"), Key(.enter): scroll(page, to: page.top + 1)
    case Key(.up), .character("k"): scroll(page, to: page.top - 1)
    case Key(.pageDown), .character(" "), .control("f"): scroll(page, to: page.top + max(1, rows - 1))
    case Key(.pageUp), .control("b"): scroll(page, to: page.top - max(1, rows - 1))
    case .control("d"): scroll(page, to: page.top + max(1, rows / 2))
    case .control("u"): scroll(page, to: page.top - max(1, rows / 2))
    case Key(.home), .character("g"): scroll(page, to: 0)
    case Key(.end), .character("G"): scroll(page, to: 1 << 40)
    default: return act(options.keys.action(for: key, in: .policy), page)
    }
    return []
  }

  /// Of the panes' actions those that make sense here.
  private mutating func act(_ action: Action?, _ page: ToolPage) -> [ConsoleEffect] {
    switch action {
    case .toolPage: overlay = nil
    case .recommend:
      if let refusal = Action.recommend.refusal(in: self) {
        say(.info, "recommend: \(safe(refusal))")
      } else {
        recommend(for: [page.name])
      }
    case .undo?, .redo?, .save?, .command?, .palette?, .help?: return action.map { perform($0) } ?? []
    case .quit?: overlay = nil
    default: say(.info, "that does nothing on this page: j k scroll, w applies the rule, u takes it back, Esc leaves")
    }
    return []
  }

  private mutating func scroll(_ page: ToolPage, to top: Int) {
    var page = page
    let lines = toolPageLines(page, columns: toolPageSize.columns).count
    page.top = min(max(0, top), max(0, lines - toolPageSize.rows))
    overlay = .tool(page)
  }
}
