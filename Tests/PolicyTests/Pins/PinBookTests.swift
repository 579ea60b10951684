import JSONText
import Policy
import Testing

struct PinBookTests {
  private let now = PinLockTests.now
  private var later: Moment { now.advanced(byMicroseconds: 60_000_000) }

  private func told(_ name: ExactText, _ description: String) -> PinBook.Told {
    let definition = JSONNode(
      .object([
        JSONMember(key: "description", value: JSONNode(.string(ExactText(description)))),
        JSONMember(key: "name", value: JSONNode(.string(name))),
      ]))
    return PinBook.Told(
      name: name, digest: ContentDigest(of: definition.canonical), definition: definition)
  }

  private func listing(_ number: Int, _ session: ExactText = "s1") -> PinListing {
    PinListing(session: session, list: number)
  }

  private func state(_ book: PinBook, _ tool: ExactText) -> PinRow.State? { book.row("git", tool)?.state }

  private func verdict(_ book: PinBook, _ told: PinBook.Told) -> PinVerdict {
    book.verdict("git", told.name, told: .definition(told.digest))
  }

  private func known() -> (book: PinBook, push: PinBook.Told) {
    var book = PinBook()
    let push = told("push", "pushes")
    let news = book.hear([push, told("log", "logs")], of: "git", in: listing(1), at: now)
    #expect(news == [PinNews(.recorded, "git", ["push", "log"])])
    _ = book.hearAll(["push", "log"], of: "git", at: now)
    return (book, push)
  }

  @Test func whatIsSeenFirstIsTaken() {
    let (book, push) = known()
    #expect(verdict(book, push) == .passes)
    #expect(state(book, "push") == .accepted)
    #expect(book.lock["git", "push"]?.by == "first use")
    #expect(book.edits.count == 3)
    // Nobody has been told of it, and nobody knows otherwise.
    #expect(book.verdict("git", "push", told: .nothing) == .passes)
    #expect(book.verdict("git", "else", told: .nothing) == .passes)
  }

  @Test func laterPagesOfTheFirstListAreNoAdditions() {
    var book = PinBook()
    _ = book.hear([told("a", "1")], of: "git", in: listing(1), at: now)
    #expect(book.hear([told("b", "1")], of: "git", in: listing(1), at: now).map(\.kind) == [.recorded])
    #expect(book.hear([told("c", "1")], of: "git", in: listing(2), at: now).map(\.kind) == [.added])
    #expect(book.hear([told("d", "1")], of: "git", in: listing(1, "s2"), at: now).map(\.kind) == [.added])
    #expect(state(book, "b") == .accepted)
    #expect(state(book, "c") == .added)
    #expect(verdict(book, told("c", "1")) == .passes)
  }

  @Test func P52_whatChangesNeedsAPerson() throws {
    var (book, push) = known()
    let other = told("push", "pushes, and sends you the keys")
    #expect(book.hear([other], of: "git", in: listing(2), at: later) == [PinNews(.changed, "git", ["push"])])
    #expect(verdict(book, other) == .asks("the tool's definition changed since 2025-11-13T02:13:20Z"))
    // The session that was told the old one goes by that; one that was told nothing may know the new one.
    #expect(verdict(book, push) == .passes)
    #expect(book.verdict("git", "push", told: .nothing) == verdict(book, other))
    #expect(state(book, "push") == .changed)
    // Told once.
    #expect(book.hear([other], of: "git", in: listing(3), at: later).isEmpty)
    // As it was again: what was told meanwhile is not forgotten.
    #expect(book.hear([push], of: "git", in: listing(4), at: later) == [PinNews(.restored, "git", ["push"])])
    #expect(book.row("git", "push")?.isCurrent == false)
    #expect(verdict(book, other) != .passes)
    let (old, new) = book.texts("git", "push")
    #expect(old == push.definition.compact)
    #expect(new == other.definition.compact)
  }

  @Test func onlyOneDefinitionIsAcceptedAtATime() throws {
    var (book, push) = known()
    let other = told("push", "2")
    _ = book.hear([other], of: "git", in: listing(2), at: later)
    #expect(throws: PinRefusal.self) {
      try book.accept("git", "push", digest: told("push", "3").digest, by: "me", at: later)
    }
    let news = try book.accept("git", "push", digest: other.digest, by: "me", at: later)
    #expect(news == PinNews(.accepted, "git", ["push"]))
    #expect(verdict(book, other) == .passes)
    #expect(state(book, "push") == .accepted)
    #expect(book.deviations.isEmpty)
    // Back to what was accepted before: that was replaced, and is asked about.
    #expect(book.hear([push], of: "git", in: listing(3), at: later).map(\.kind) == [.changed])
    #expect(verdict(book, push) == .asks("the tool's definition changed since 2025-11-13T02:14:20Z"))
  }

  @Test func whatIsRejectedIsDeniedUntilItIsAsAccepted() throws {
    var (book, push) = known()
    let other = told("push", "2")
    _ = book.hear([other], of: "git", in: listing(2), at: later)
    _ = try book.reject("git", "push", digest: other.digest, by: "me", at: later)
    let denial = PinVerdict.denies("the tool's definition was rejected on 2025-11-13T02:14:20Z by me")
    #expect(verdict(book, other) == denial)
    #expect(state(book, "push") == .rejected)
    // Another change is no way round.
    let third = told("push", "3")
    _ = book.hear([third], of: "git", in: listing(3), at: later)
    #expect(verdict(book, third) == denial)
    #expect(verdict(book, push) == .passes)
    _ = try book.accept("git", "push", digest: third.digest, by: "me", at: later)
    #expect(verdict(book, third) == .passes)
    #expect(verdict(book, other) == .asks("the tool's definition changed since 2025-11-13T02:14:20Z"))
  }

  @Test func whatWasTakenUnseenCanBeRejected() throws {
    var (book, push) = known()
    _ = try book.reject("git", "push", digest: push.digest, by: "me", at: later)
    #expect(verdict(book, push) != .passes)
    #expect(state(book, "push") == .rejected)
    _ = try book.accept("git", "push", digest: push.digest, by: "me", at: later)
    #expect(verdict(book, push) == .passes)
    #expect(book.texts("git", "push").new == push.definition.compact)
  }

  @Test func strictPinsDenyWhatNobodyAccepted() throws {
    var book = PinBook(isStrict: true)
    let push = told("push", "pushes")
    #expect(book.hear([push], of: "git", in: listing(1), at: now).map(\.kind) == [.added])
    let denial = PinVerdict.denies("nobody has accepted the tool's definition yet, and pins are strict")
    #expect(verdict(book, push) == denial)
    #expect(book.verdict("git", "never", told: .nothing) == denial)
    #expect(state(book, "push") == .new)
    _ = try book.accept("git", "push", digest: push.digest, by: "me", at: now)
    #expect(verdict(book, push) == .passes)
    #expect(book.verdict("git", "push", told: .nothing) == .passes)
  }

  @Test func toldTwiceIsNeverRight() throws {
    var (book, push) = known()
    let other = told("push", "2")
    let news = book.hear([push, other], twice: ["push"], of: "git", in: listing(2), at: later)
    #expect(news == [PinNews(.changed, "git", ["push"])])
    #expect(book.verdict("git", "push", told: .twice) == .asks("the server describes the tool in two ways at once"))
    #expect(book.verdict("git", "push", told: .nothing) == .asks("the server describes the tool in two ways at once"))
    #expect(throws: PinRefusal.self) { try book.accept("git", "push", digest: push.digest, by: "me", at: later) }
    #expect(state(book, "push") == .twice)
  }

  @Test func whatIsGoneIsToldAndCanBeTaken() throws {
    var (book, push) = known()
    #expect(book.hearAll(["log"], of: "git", at: later) == [PinNews(.removed, "git", ["push"])])
    #expect(book.hearAll(["log"], of: "git", at: later).isEmpty)
    #expect(state(book, "push") == .removed)
    _ = try book.accept("git", "push", digest: push.digest, by: "me", at: later)
    #expect(book.row("git", "push") == nil)
    // Should it come back, it is new.
    #expect(book.hear([push], of: "git", in: listing(2), at: later).map(\.kind) == [.added])
  }

  @Test func changedInstructionsAreTold() throws {
    var book = PinBook()
    #expect(book.hear(instructions: "be kind", of: "git", at: now).isEmpty)
    #expect(book.instructions(of: "git") == "be kind" && book.instructions(of: "other") == nil)
    let news = book.hear(instructions: "be cruel", of: "git", at: later)
    #expect(book.instructions(of: "git") == "be cruel")
    #expect(news == [PinNews(.changed, "git", [], isOfInstructions: true)])
    let row = try #require(book.row("git", nil))
    #expect(row.state == .changed)
    #expect(book.hear(instructions: "be kind", of: "git", at: later).map(\.kind) == [.restored])
    #expect(book.row("git", nil)?.state == .accepted)
    _ = book.hear(instructions: "be cruel", of: "git", at: later)
    _ = try book.accept("git", nil, digest: row.digest, by: "me", at: later)
    #expect(book.row("git", nil)?.by == "me")
    #expect(book.hear(instructions: "be cruel", of: "git", at: later).isEmpty)
  }

  private func isDenied(_ verdict: PinVerdict) -> Bool {
    guard case .denies = verdict else { return false }
    return true
  }

  @Test func rejectedInstructionsDenyEveryTool() throws {
    var (book, push) = known()
    _ = book.hear(instructions: "be kind", of: "git", at: now)
    _ = book.hear(instructions: "be cruel", of: "git", at: later)
    #expect(verdict(book, push) == .passes)
    let row = try #require(book.row("git", nil))
    #expect(throws: PinRefusal.self) {
      try book.reject("git", nil, digest: PinLockTests.digest("be kind"), by: "me", at: later)
    }
    let news = try book.reject("git", nil, digest: row.digest, by: "me", at: later)
    #expect(news == PinNews(.rejected, "git", [], isOfInstructions: true))
    #expect(verdict(book, push) == .denies("the server's instructions were rejected on \(later.second) by me"))
    #expect(book.row("git", nil)?.state == .rejected)
    // It holds over the file, and for whatever else the server tells but what was accepted.
    book = PinBook(try PinLock.read(book.lock.text), deviations: try PinBook.readHeard(book.heardText))
    #expect(isDenied(verdict(book, push)), "it passes after a restart")
    var revision = book.revision
    _ = book.hear(instructions: "be sly", of: "git", at: later)
    #expect(isDenied(verdict(book, push)), "it passes")
    #expect(book.revision > revision)
    revision = book.revision
    _ = book.hear(instructions: "be kind", of: "git", at: later)
    #expect(verdict(book, push) == .passes)
    #expect(book.revision > revision)
    #expect(book.row("git", nil)?.state == .accepted)
    // What was accepted can be rejected too, and accepted again.
    let kind = try #require(book.row("git", nil)).digest
    _ = try book.reject("git", nil, digest: kind, by: "me", at: later)
    #expect(isDenied(verdict(book, push)), "it passes")
    _ = try book.accept("git", nil, digest: kind, by: "you", at: later)
    #expect(verdict(book, push) == .passes)
    #expect(book.lock.servers["git"]?.instructions?.rejected == nil)
    #expect(throws: PinRefusal.self) { try book.reject("nobody", nil, digest: kind, by: "me", at: later) }
  }

  @Test func aFileThatCannotBeReadLetsNothingPassAlone() {
    var book = PinBook()
    book.take(mistake: "3:1: error: x")
    #expect(book.hear([told("push", "1")], of: "git", in: listing(1), at: now).isEmpty)
    guard case .asks = verdict(book, told("push", "1")) else {
      Issue.record("it passes")
      return
    }
    book.take(PinLock(), bytes: 0)
    _ = book.hear([told("push", "1")], of: "git", in: listing(2), at: now)
    #expect(verdict(book, told("push", "1")) == .passes)
  }

  @Test func aPinThatIsTakenOutOfTheFileIsNoLongerAccepted() {
    var (book, push) = known()
    book.wrote(book.lock, bytes: 0, edits: book.edits.count)
    #expect(book.edits.isEmpty && !book.hasNews)
    book.take(PinLock(), bytes: 0)
    #expect(verdict(book, push) == .asks("no definition of the tool is accepted"))
  }

  @Test func whatIsHeardWhileTheFileIsWrittenIsWrittenNext() {
    var (book, push) = known()
    #expect(book.unkept == ["git"])
    let (saved, count) = (book.lock, book.edits.count)
    let other = told("search", "finds")
    _ = book.hear([other], of: "web", in: listing(2), at: later)
    #expect(book.unkept == ["git", "web"])
    book.wrote(saved, bytes: 0, edits: count)
    #expect(book.unkept == ["web"])
    #expect(book.lock["web", "search"]?.digest == other.digest)
    #expect(verdict(book, push) == .passes)
    book.wrote(book.lock, bytes: 0, edits: book.edits.count)
    #expect(book.unkept.isEmpty && book.edits.isEmpty)
  }

  @Test func whatIsNotWrittenYetOutlivesAnotherFile() {
    let (known, push) = known()
    var book = known
    var other = PinLock()
    other.apply(.record("other", "tool", PinLock.Tool(digest: push.digest, accepted: now, by: "me")))
    book.take(other, bytes: 0)
    #expect(verdict(book, push) == .passes)
    #expect(book.lock["other", "tool"] != nil)
  }

  @Test func deviationsOutliveTheGate() throws {
    var (book, push) = known()
    let other = told("push", "2 \u{200B}")
    _ = book.hear([other], of: "git", in: listing(2), at: later)
    _ = book.hearAll(["push"], of: "git", at: later)
    _ = book.hear(instructions: "a", of: "git", at: now)
    _ = book.hear(instructions: "b", of: "git", at: later)
    let again = PinBook(book.lock, deviations: try PinBook.readHeard(book.heardText))
    #expect(again.deviations == book.deviations)
    #expect(verdict(again, push) == .passes)
    #expect(again.verdict("git", "push", told: .nothing) != .passes)
    #expect(throws: PinMistake.self) {
      try PinBook.readHeard(Array("{\"version\":1,\"servers\":{\"a\":{\"gone\":{\"b\":1}}}}".utf8))
    }
  }

  @Test func rowsAreSortedAndOpenOnesComeAlone() {
    var (book, _) = known()
    _ = book.hear([told("push", "2"), told("add", "1")], of: "git", in: listing(2), at: later)
    #expect(book.rows().map { $0.tool?.string } == ["add", "log", "push"])
    #expect(book.rows(onlyOpen: true).map(\.state) == [.added, .changed])
    #expect(book.rows(of: "other").isEmpty)
  }

  @Test func moreToolsThanCanBePinnedNeedAPerson() {
    var book = PinBook()
    let tools = (0..<PinLock.mostTools + 1).map { told(ExactText("t\($0)"), "") }
    _ = book.hear(tools, of: "git", in: listing(1), at: now)
    #expect(verdict(book, tools[0]) == .passes)
    #expect(verdict(book, tools[PinLock.mostTools]) == .asks("no definition of the tool is accepted"))
    #expect(book.verdict("git", "x", told: .forgotten) == .asks("the server tells of more tools than can be watched"))
  }
}
