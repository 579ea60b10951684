import ConsoleCore
import Filters
import JSONText
import Testing

struct NamedFiltersTests {
  /// A console whose file of named filters is played by hand.
  private struct Folder {
    var desk = Desk.ready()
    var file: [UInt8]?

    init(_ text: String? = nil) {
      file = text.map { Array($0.utf8) }
      desk.send(.filtersRead(NamedFilters(file)))
    }

    mutating func command(_ text: String) {
      desk.effects = []
      desk.press(":", text, "Enter")
      // What is wrong stays to be mended.
      if case .command = desk.state.overlay { desk.press("Esc") }
      for case .saveFilters(let text, let digest) in desk.effects {
        if file.map({ ContentDigest(of: $0) }) == digest { file = text }
        desk.send(.filtersRead(NamedFilters(file)))
      }
    }

    var text: String? { file.map { String(decoding: $0, as: UTF8.self) } }
    var note: String { desk.state.note?.text ?? "" }
  }

  @Test func aFilterIsNamedUsedAndDropped() {
    var folder = Folder()
    folder.desk.press("/", "risk>=med  tool:git_*", "Enter")
    folder.command("filter save risky")
    #expect(folder.text == "risky = risk>=med  tool:git_*\n")
    #expect(folder.note == "filter risky saved · \\ goes through the named ones")
    folder.command("filter")
    #expect(folder.desk.state.list.filter == nil)
    folder.command("filter risky")
    #expect(folder.desk.state.list.filter?.source == "risk>=med  tool:git_*")
    #expect(folder.note == "risky: 2 of 7 tools")
    folder.command("filter drop risky")
    #expect(folder.text == "")
    folder.command("filter drop risky")
    #expect(folder.note == "no filter is called `risky`; :filter save NAME makes one")
  }

  @Test func whatPeopleWroteStays() {
    var folder = Folder("# mine\n\n denied = deny \r\nslow=lat>5ms\n")
    folder.desk.press("/", "ask", "Enter")
    folder.command("filter save denied")
    #expect(folder.text == "# mine\n\ndenied = ask\nslow=lat>5ms\n")
    folder.command("filter save new-one")
    #expect(folder.text == "# mine\n\ndenied = ask\nslow=lat>5ms\nnew-one = ask\n")
    folder.command("filter drop denied")
    #expect(folder.text == "# mine\n\nslow=lat>5ms\nnew-one = ask\n")
  }

  @Test func aKeyGoesThroughThoseOfThePane() {
    var folder = Folder("denied = deny\nslow = lat>5ms\nedited = is:edited\n")
    var seen: [String?] = []
    for _ in 0..<4 {
      folder.desk.press("\\")
      seen.append(folder.desk.state.list.filter?.source)
    }
    #expect(seen == ["deny", "is:edited", nil, "deny"])
    folder.desk.press("4")
    seen = []
    for _ in 0..<3 {
      folder.desk.press("\\")
      seen.append(folder.desk.state.live.filter?.source)
    }
    #expect(seen == ["deny", "lat>5ms", nil])
  }

  @Test(arguments: [
    ("a = deny\nb", "line 2: write NAME = EXPRESSION"),
    ("a = deny\na = ask", "line 2: `a` is there twice"),
    ("A = deny", "line 1: `A` is no name: use a-z, 0-9, - and _, at most 32"),
    ("save = deny", "line 1: `save` means something else after :filter, take another name"),
    ("# x\na = risk>=huge", "line 2: `huge` is no risk; there are low med high crit"),
    ("a =", "line 1: `a` has no expression"),
  ])
  func theFileIsReadStrictly(text: String, problem: String) {
    let filters = NamedFilters(Array(text.utf8))
    #expect(filters.problem == problem)
    #expect(filters.entries == [])
  }

  @Test func aFileWithAMistakeIsLeftAlone() {
    var folder = Folder("a = (deny\n")
    #expect(folder.note == "filters.conf: line 1: the closing `)` of this one is missing; it is not used")
    folder.desk.press("/", "deny", "Enter")
    folder.command("filter save b")
    #expect(folder.desk.effects == [])
    #expect(folder.text == "a = (deny\n")
    #expect(NamedFilters([0xFF, 0x0A]).problem == "line 1: the file is not UTF-8")
    #expect(NamedFilters(Array(repeating: 0x23, count: 70_000)).problem != nil)
    let many = (0..<101).map { "a\($0) = deny\n" }.joined()
    #expect(NamedFilters(Array(many.utf8)).problem == "line 101: there are at most 100 filters")
  }

  @Test func aFileThatChangedMeanwhileIsReadAndNotWritten() {
    var folder = Folder("a = deny\n")
    folder.file = Array("a = ask\n".utf8)
    folder.desk.press("/", "allow", "Enter")
    folder.command("filter save b")
    #expect(folder.text == "a = ask\n")
    #expect(folder.note == "filters.conf changed on disk meanwhile and was not written: try again")
    folder.command("filter save b")
    #expect(folder.text == "a = ask\nb = allow\n")
  }

  @Test func whatCannotBeNamedSaysWhy() {
    var folder = Folder()
    folder.command("filter save x")
    #expect(folder.note == "there is no filter in this pane to save: / sets one")
    folder.desk.press("\\")
    #expect(folder.note == "no filter has a name: :filter save NAME gives one")
    folder.desk.press("/", "deny", "Enter")
    folder.command("filter save X")
    #expect(folder.note == "`X` is no name: use a-z, 0-9, - and _, at most 32")
    folder.command("filter save")
    #expect(folder.note == "write: filter save NAME")
    #expect(folder.text == nil)
  }

  @Test func toolsAreMarkedByAnExpression() {
    var folder = Folder("risky = risk>=med")
    folder.command("mark tool:git_*")
    #expect(folder.desk.state.marked.count == 5)
    #expect(folder.note == "5 tools more marked, 5 in all")
    folder.command("unmark risky")
    #expect(folder.note == "2 tools unmarked, 3 in all")
    folder.desk.press("f", "/", "is:marked", "Enter")
    #expect(folder.desk.state.list.matching == 3)
    folder.desk.press("m")
    #expect(folder.desk.state.list.matching == 2)
    folder.command("mark risk>=huge")
    #expect(folder.note == "filter, at character 7: `huge` is no risk; there are low med high crit")
  }
}
