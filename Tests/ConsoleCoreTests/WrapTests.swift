import ClientFiles
import ConsoleCore
import JSONText
import Testing

/// Clients' servers are routed through the gate from the Servers pane.
struct WrapTests {
  private func view(_ desk: Desk) throws -> WrapView {
    guard case .wrap(let view) = desk.state.overlay else { throw Closed() }
    return view
  }
  private struct Closed: Error {}

  @Test func itListsWhatGoesAroundTheGateFirst() throws {
    var desk = Desk.atServers()
    desk.press("W")
    #expect(desk.effects.contains(.findClients))
    #expect(screen(desk.state).joined().contains("reading your clients' configuration files"))
    desk = Desk.atWrap()
    let lines = screen(desk.state)
    let first = try #require(lines.firstIndex { $0.contains("notes") && $0.contains("[ ]") })
    let guarded = try #require(lines.firstIndex { $0.contains("through the gate, as git") })
    #expect(first < guarded)
    #expect(lines.joined().contains("2 of 4 go around the gate"))
    #expect(lines.joined().contains("not read: ~/.codex/config.toml"))
    #expect(!lines.joined().contains("\u{1B}"))
  }

  @Test func whatIsChosenIsShownAndOnlyYChangesIt() throws {
    var desk = Desk.atWrap()
    desk.press("Enter")
    #expect(desk.effects.isEmpty)
    #expect(try view(desk).hint == "Space chooses a server, a all of them")
    desk.press("a", "Enter")
    #expect(desk.effects == [.planWrap([1, 2])])
    desk.press("Enter")
    #expect(desk.effects == [.planWrap([1, 2])])
    desk.send(.wrapPlanned(Desk.wrapPreview))
    let text = screen(desk.state).joined(separator: "\n")
    #expect(text.contains("│ - ") && text.contains("│ + ") && text.contains("[hidden]"))
    #expect(text.contains("route 2 servers through the gate?"))
    desk.effects = []
    desk.press("Enter", "W", "Space", "a")
    #expect(desk.effects.isEmpty)
    desk.press("y", "y")
    #expect(desk.effects == [.wrapClients([1, 2], token: "1f3c")])
  }

  @Test func aPreviewOfOtherServersIsNotShown() throws {
    var desk = Desk.atWrap()
    desk.press("Space", "Enter")
    desk.send(.wrapPlanned(Desk.wrapPreview))
    #expect(try view(desk).preview == nil)
    desk.press("Esc")
    desk.send(.wrapPlanned(Desk.wrapPreview))
    #expect(desk.state.overlay == nil)
  }

  @Test func nGoesBackAndEscLeavesWithoutAChange() throws {
    var desk = Desk.atWrap()
    desk.press("a", "Enter")
    desk.send(.wrapPlanned(Desk.wrapPreview))
    desk.effects = []
    desk.press("n")
    #expect(try view(desk).preview == nil)
    #expect(try view(desk).chosen == [1, 2])
    desk.press("Esc")
    #expect(desk.state.overlay == nil)
    #expect(desk.effects.isEmpty)
    #expect(desk.state.note?.text == "nothing is changed · W lists them again")
  }

  @Test func whatRunsThroughTheGateCannotBeChosen() throws {
    var desk = Desk.atWrap()
    desk.press("G", "Space")
    #expect(try view(desk).chosen.isEmpty)
    #expect(try view(desk).hint == "odd: it has no command of its own")
  }

  @Test func itTellsWhatBecameOfIt() {
    var desk = Desk.atWrap()
    desk.press("a", "Enter")
    desk.send(.wrapPlanned(Desk.wrapPreview))
    desk.press("y")
    desk.effects = []
    desk.send(.clientsWrapped(WrapResult(names: ["notes", "brave"], clients: [.claudeCode, .cursor])))
    #expect(desk.state.overlay == nil)
    #expect(
      desk.state.note?.text
        == "notes, brave: through the gate when Claude Code, Cursor starts again · gatehouse clients unwrap takes it back"
    )
    #expect(desk.effects.contains { if case .scanServers = $0 { true } else { false } })
    desk.send(.clientsWrapped(WrapResult(problems: ["~/.cursor/mcp.json: it was changed by something else"])))
    #expect(desk.state.note?.weight == .error)
  }

  @Test func aConsoleThatOnlyReadsChangesNothing() {
    var desk = Desk.atServers()
    desk.state.options.isReadOnly = true
    desk.press("W")
    #expect(desk.state.overlay == nil)
    #expect(!desk.effects.contains(.findClients))
  }
}
