import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// The page of a tool is made when it changes, not with every picture.
struct KeptPageTests {
  static func desk() -> Desk {
    var desk = Desk.ready(columns: 100, rows: 30)
    desk.press(":", "go git_commit", "Enter", "t")
    let text =
      #"{"name":"git_commit","description":"Records changes","inputSchema":{"type":"object","properties":{"message":{"type":"string"}}}}"#
    desk.send(.toolRead(ToolAnswer(server: "git", name: "git_commit", definition: Array(text.utf8))))
    return desk
  }

  /// Whether the next picture needs lines that are not kept.
  private func isStale(_ desk: Desk) -> Bool {
    var state = desk.state
    state.prepareFrame()
    return state != desk.state
  }

  private func expectSamePicture(_ desk: Desk, sourceLocation: SourceLocation = #_sourceLocation) {
    var state = desk.state
    state.prepareFrame()
    #expect(screen(state) == screen(desk.state), sourceLocation: sourceLocation)
  }

  @Test func whatChangesNothingMakesNothing() {
    var desk = Self.desk()
    #expect(isStale(desk))
    desk.state.prepareFrame()
    #expect(!isStale(desk))
    desk.press("j", "j", "PgDn", "k")
    desk.call("git", "git_commit", .deny)
    desk.call("time", "convert_time")
    desk.gate(.tick(Tick(counts: [1, 1, 0, 0, 0])))
    #expect(!isStale(desk), "neither scrolling nor traffic makes it anew")
  }

  @Test func whatItTellsOfMakesItAnew() {
    func changed(_ change: (inout Desk) -> Void) -> Bool {
      var desk = Self.desk()
      desk.state.prepareFrame()
      change(&desk)
      expectSamePicture(desk)
      return isStale(desk)
    }
    #expect(changed { $0.press("w") })
    #expect(changed { $0.send(.resized(Size(columns: 80, rows: 24))) })
    #expect(changed { desk in desk.gate(.snapshot(desk.snapshot([Desk.servers[1]]), id: nil), sequence: 0) } == false)
    #expect(
      changed { desk in
        var servers = Desk.servers
        servers[0].state = .failed
        desk.gate(.snapshot(desk.snapshot(servers), id: nil), sequence: 0)
      })
    #expect(
      changed { desk in
        let text = #"{"name":"git_commit","description":"Pushes","inputSchema":{}}"#
        desk.send(.toolRead(ToolAnswer(server: "git", name: "git_commit", definition: Array(text.utf8))))
      })
  }
}
