import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Tools whose names can be taken for another tool's.
struct LikenessTests {
  static let other = "git_\u{0441}ommit"

  static func desk(columns: Int = 160, rows: Int = 48, _ tools: [String] = [other, "Git_Log", "harmless"]) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    let servers = Desk.servers + [Desk.server("notes", tools.map { Desk.tool($0) })]
    desk.gate(.snapshot(desk.snapshot(servers), id: nil), sequence: 0)
    return desk
  }

  private func likeness(_ desk: Desk, _ server: ExactText, _ tool: ExactText) -> ToolName? {
    desk.state.catalogue.index(of: ToolName(server: server, tool: tool)).flatMap {
      desk.state.catalogue.tools[$0].looksLike
    }
  }

  @Test func bothSidesAreNoted() {
    let desk = Self.desk()
    #expect(likeness(desk, "notes", ExactText(Self.other)) == ToolName(server: "git", tool: "git_commit"))
    #expect(likeness(desk, "git", "git_commit") == ToolName(server: "notes", tool: ExactText(Self.other)))
    #expect(likeness(desk, "notes", "Git_Log") == ToolName(server: "git", tool: "git_log"))
    #expect(likeness(desk, "notes", "harmless") == nil)
    #expect(likeness(desk, "time", "convert_time") == nil)
  }

  @Test func equalNamesOfTwoServersAreNone() {
    let desk = Self.desk(["git_log", "git_reset"])
    #expect(desk.state.catalogue.tools.allSatisfy { $0.looksLike == nil })
  }

  /// Of several that look alike each names another, never itself or its own name elsewhere.
  @Test func manyOfOneLookNameAnother() {
    let desk = Self.desk(["GIT_LOG", "Git_log", "git_1og", "git_log"])
    for tool in ["GIT_LOG", "Git_log", "git_1og", "git_log"] {
      let other = likeness(desk, "notes", ExactText(tool))
      #expect(other != nil && other?.tool != ExactText(tool), "\(tool)")
    }
    #expect(likeness(desk, "git", "git_log")?.tool != "git_log")
    #expect(likeness(desk, "notes", "GIT_LOG")?.tool == "git_log", "the plain one is the one to tell of")
  }

  @Test func rowRulePaneAndPageTellOfIt() {
    var desk = Self.desk()
    desk.press("/", "is:lookalike", "Enter")
    let rows = screen(desk.state)
    #expect(rows.count { $0.contains("  ! ") || $0.contains("▶  !") || $0.contains(" ! ") } >= 4)
    #expect(desk.state.list.matching == 4)
    desk.press("G")
    #expect(screen(desk.state).contains { $0.contains("! looks like git/git_log: look which of them") })
    #expect(screen(desk.state).contains { $0.contains(" ! looks like git/git_log ─") })
    desk.press("t")
    #expect(screen(desk.state).contains { $0.contains("Tool of notes") || $0.contains("Git_Log") })
    #expect(screen(desk.state).contains { $0.contains("! looks like git/git_log: look which") })
  }

  @Test func linesOfTextTellOfItToo() {
    var desk = Self.desk()
    let lines = PlainText.run("list is:lookalike", on: &desk.state).lines
    #expect(lines.contains { $0.hasSuffix(", looks like git/git_log") })
    #expect(
      PlainText.run("show notes/Git_Log", on: &desk.state).lines.contains { $0.contains("looks like git/git_log") })
  }

  /// A likeness is gone with the tool that it was to.
  @Test func itFollowsTheCatalogue() {
    var desk = Self.desk()
    desk.gate(.snapshot(desk.snapshot(Desk.servers), id: nil), sequence: 0)
    #expect(likeness(desk, "git", "git_commit") == nil)
  }

  @Test func tenThousandThatAllLookAlikeAreQuick() {
    let names = (0..<10_000).map { number in
      String(String.UnicodeScalarView((0..<14).map { number >> $0 & 1 == 0 ? "o" : "0" }))
    }
    let desk = Self.desk(names)
    #expect(desk.state.catalogue.tools.count { $0.looksLike != nil } == 10_000)
  }
}
