import ConsoleCore
import JSONText
import Policy
import Testing

/// Unsaved edits that a console left behind.
struct LeftEditsTests {
  static func edits(_ base: String = Desk.policyText, at time: Moment = Desk.noon) throws -> UnsavedEdits {
    var draft = PolicyDraft(base: try PolicyDocument.read(Array(base.utf8)))
    try draft.apply(.setRule(server: "git", tool: "git_status", .deny))
    try draft.apply(.setRule(server: "git", tool: "git_commit", .allow))
    return UnsavedEdits(path: "~/policy.json", time: time, count: 2, base: draft.base, mine: draft.current)
  }

  static func found(columns: Int = 80, rows: Int = 24, file: String = Desk.policyText) throws -> Desk {
    var desk = Desk(columns: columns, rows: rows)
    desk.read(file)
    desk.send(.leftEdits([LeftEdits(name: "a-1", edits: try edits())]))
    return desk
  }

  // MARK: The file

  @Test func whatIsWrittenIsReadAgain() throws {
    let edits = try Self.edits()
    #expect(try UnsavedEdits.read(edits.encoded, for: "~/policy.json") == edits)
    #expect(edits.encoded.last == 0x0A)
  }

  private func problem(_ text: [UInt8], _ path: String = "~/policy.json") -> UnsavedEdits.Problem? {
    do throws(UnsavedEdits.Problem) {
      _ = try UnsavedEdits.read(text, for: path)
      return nil
    } catch {
      return error
    }
  }

  @Test func aBrokenFileIsRefused() throws {
    let good = try Self.edits().encoded
    for end in stride(from: 0, to: good.count - 1, by: 7) {
      #expect(problem(Array(good[..<end]))?.description == "it is cut off or no JSON")
    }
    let text = String(decoding: good, as: UTF8.self)
    #expect(problem(good, "/other")?.isForeign == true)
    #expect(
      problem(Array(text.replacing("_edits\":1", with: "_edits\":2").utf8))?.description
        == "another version of gatehouse wrote it")
    #expect(
      problem(Array(text.replacing("\"count\":2", with: "\"count\":-2").utf8))?.description == "a part of it is missing"
    )
    #expect(
      problem(Array(text.replacing("\\\"version\\\"", with: "\\\"virsion\\\"").utf8))?.description
        == "its texts are no policies")
    #expect(problem(Array("[]".utf8)) != nil)
  }

  // MARK: The offer

  @Test func theyAreOfferedAndRestored() throws {
    var desk = try Self.found()
    #expect(desk.state.overlay != nil)
    desk.press("r")
    #expect(desk.effects == [.adoptEdits(name: "a-1")])
    #expect(desk.state.overlay == nil)
    #expect(desk.state.policy.changes.count == 2)
    #expect(desk.state.policy.draft?.editCount == 1)
    #expect(desk.state.left.isEmpty)
    desk.press("u")
    #expect(!desk.state.policy.isDirty)
  }

  @Test func theyArePutOnWhatTheFileHasBecome() throws {
    var desk = try Self.found(file: Desk.policyText.replacing(#""default": "allow""#, with: #""default": "deny""#))
    desk.press("r")
    #expect(desk.state.policy.disk == .asBase)
    #expect(desk.state.policy.changes.count == 2)
    #expect(desk.state.policy.draft?.engine.standing(server: "time", tool: "x").verdict == .deny)
  }

  @Test func aConflictWithTheFileIsChosenAsAnyOther() throws {
    var desk = try Self.found(file: MergingTests.theirs)
    desk.press("r")
    #expect(desk.state.policy.conflicts.map(\.subject) == ["git/git_status"])
    desk.press("6", "m", "m", "Enter")
    #expect(
      desk.state.policy.changes.map(\.sentence).sorted() == [
        "git/git_commit: deny by default becomes allow", "git/git_status: ask becomes deny",
      ])
  }

  @Test func theyAreDroppedAfterASecondKey() throws {
    var desk = try Self.found()
    desk.press("d")
    #expect(desk.effects == [])
    desk.press("d")
    #expect(desk.effects == [], "the same key does not say yes")
    desk.press("d", "y")
    #expect(desk.effects == [.dropEdits(name: "a-1")])
    #expect(desk.state.left.isEmpty)
  }

  @Test func escLeavesThemForLater() throws {
    var desk = try Self.found()
    desk.press("Esc")
    #expect(desk.state.overlay == nil)
    #expect(desk.effects == [])
    #expect(desk.state.left.count == 1)
    desk.press("6")
    ChangesTests.go(to: "2 unsaved edits", in: &desk)
    desk.press("r")
    #expect(desk.effects == [.adoptEdits(name: "a-1")])
  }

  @Test func ownEditsAreNotMixedWithThem() throws {
    var desk = try Self.found()
    desk.press("Esc", ":", "default allow", "Enter", "y", ":", "restore", "Enter")
    #expect(desk.effects == [])
    #expect(desk.state.note?.text == "save or undo your own edits first")
    desk.press(":", "undo", "Enter", ":", "restore", "Enter")
    #expect(desk.effects == [.adoptEdits(name: "a-1")])
  }

  @Test(arguments: [PolicyFileState.absent, .unreadable("no"), .rejected([], text: [])])
  func aFileThatIsNoneKeepsThem(file: PolicyFileState) throws {
    var desk = Desk()
    desk.send(.policyRead(file))
    desk.send(.leftEdits([LeftEdits(name: "a-1", edits: try Self.edits())]))
    desk.press("r")
    #expect(desk.state.policy.isDirty)
    #expect(desk.state.policy.isContested)
    #expect(desk.state.policy.draft?.changes.count == 2)
  }

  @Test func theNewestIsOfferedFirst() throws {
    var desk = Desk()
    desk.read(Desk.policyText)
    let later = Desk.noon.advanced(byMicroseconds: 5)
    desk.send(
      .leftEdits([
        LeftEdits(name: "a-1", edits: try Self.edits()), LeftEdits(name: "a-2", edits: try Self.edits(at: later)),
      ]))
    desk.press("r")
    #expect(desk.effects == [.adoptEdits(name: "a-2")])
  }

  @Test func whatWouldBeLostIsKnown() throws {
    var desk = ChangesTests.edited()
    let edits = try #require(desk.state.unsavedEdits)
    #expect(edits.count == 3)
    #expect(edits.path == "~/policy.json")
    #expect(edits.mine == desk.state.policy.draft?.current)
    #expect(edits.time < desk.state.now)
    desk.press("z", "z", "z")
    #expect(desk.state.unsavedEdits == nil)
  }
}
