import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Help, palette and command line: finding what can be done, and doing it.
struct PaletteTests {
  func command(_ desk: Desk) -> CommandField? {
    if case .command(let field) = desk.state.overlay { field } else { nil }
  }

  // MARK: The palette

  @Test(arguments: [
    ("undo", "undo", "undo the last edit"), ("srvdef", "server-default", ""), ("fl", "flat", ""),
    ("colall", "collapse-all", ""), ("theme da", "theme dark", ""), ("q!", "q!", ""), ("nxtd", "next-denied", ""),
    ("matchs", "match-schema TOOL on|off", ""),
  ])
  func aFewLettersFindIt(letters: String, first: String, summary: String) {
    var desk = Desk.ready()
    desk.send(.input(.key(.control("p"))))
    desk.press(letters)
    let row = screen(desk.state)[3]
    #expect(row.contains(first), "\(row)")
    #expect(row.contains(summary))
  }

  @Test func enterRunsOrGoesOn() {
    var desk = Desk.ready()
    desk.send(.input(.key(.control("p"))))
    desk.press("flat", "Enter")
    #expect(desk.state.list.isFlat)
    #expect(desk.state.overlay == nil)
    desk.send(.input(.key(.control("p"))))
    desk.press("sort calls", "Enter")
    #expect(desk.state.list.order == .calls)
    // Where a word is missing it is asked for.
    desk.send(.input(.key(.control("p"))))
    desk.press("forgetserver", "Enter")
    #expect(command(desk)?.field.text == "forget-server ")
    desk.press("Esc")
    // A whole command is run as it stands.
    desk.send(.input(.key(.control("p"))))
    desk.press("deny git/git_status", "Enter")
    #expect(desk.state.note?.text == "git/git_status: deny · u undo")
  }

  @Test func nothingIsCalledSo() {
    var desk = Desk.ready()
    desk.send(.input(.key(.control("p"))))
    desk.press("zzzzqqqq")
    #expect(screen(desk.state)[3].contains("nothing is called so"))
    desk.press("Enter")
    #expect(desk.state.overlay != nil)
    desk.press("Esc")
    #expect(desk.state.overlay == nil)
  }

  @Test func longTextIsFoundInNoTime() {
    var desk = Desk.ready()
    desk.send(.input(.key(.control("p"))))
    desk.send(.input(.paste(String(repeating: "a ", count: 500))))
    #expect(screen(desk.state)[3].contains("nothing is called so"))
  }

  // MARK: Help

  @Test func thePanesOwnKeysStandFirst() {
    var desk = Desk.ready(columns: 120, rows: 30)
    desk.press("4", "?")
    #expect(screen(desk.state)[3].contains("Space       pause"))
    desk.press("Esc", "1", "?")
    #expect(screen(desk.state)[3].contains("a           allow"))
  }

  @Test func helpSaysWhyNot() {
    var desk = Desk.ready(columns: 120, rows: 30)
    desk.press("?", "keep", "-mine")
    #expect(screen(desk.state)[3].contains("(the file on the disk is "))
    desk.press("Esc", "?", "server", " ", "default")
    #expect(screen(desk.state).contains { $0.contains("default [SERVER] allow|ask|deny|none") })
  }

  // MARK: The command line

  @Test func everyCommandIsReadAndTold() {
    for entry in CommandEntry.all {
      #expect(Command.verbs.contains(entry.name))
      #expect(!entry.summary.isEmpty)
      for example in entry.examples {
        #expect((try? Command.read(example)) ?? nil != nil, "\(example)")
        #expect(example.hasPrefix(entry.name + " "))
      }
      if entry.arguments.isEmpty { #expect((try? Command.read(entry.name)) ?? nil != nil, "\(entry.name)") }
    }
    #expect(Set(CommandEntry.all.map(\.name)).count == CommandEntry.all.count)
  }

  @Test func tabGoesOnAndAround() {
    var desk = Desk.ready()
    desk.press(":", "colla", "Tab")
    #expect(command(desk)?.field.text == "collapse-all")
    desk.press("Esc", ":", "deny git", "Tab")
    #expect(command(desk)?.field.text == "deny git/git_")
    desk.press("Tab")
    #expect(command(desk)?.field.text == "deny git/git_status")
    desk.press("Tab")
    #expect(command(desk)?.field.text == "deny git/git_log")
    desk.press("S-Tab", "S-Tab")
    #expect(command(desk)?.field.text == "deny git/git_reset")
    desk.press("Enter")
    #expect(desk.state.note?.text.hasPrefix("git/git_reset: deny") == true)
    // A part of the tool's own name will do, and there is more to come.
    desk.press(":", "require convert", "Tab")
    #expect(command(desk)?.field.text == "require time/convert_time ")
    desk.press("args.p", "Tab")
    #expect(command(desk)?.field.text == "require time/convert_time args.path ")
    desk.press("start", "Tab")
    #expect(command(desk)?.field.text == "require time/convert_time args.path starts_with ")
  }

  @Test func theRestStandsBehindTheCursor() {
    var desk = Desk.ready()
    desk.press(":", "collap")
    #expect(screen(desk.state)[22] == ":collapse-all")
    #expect(render(desk.state).cursor?.column == 7)
    desk.press("Right")
    #expect(command(desk)?.field.text == "collapse-all")
    desk.press("Left")
    #expect(screen(desk.state)[22] == ":collapse-all")
    #expect(render(desk.state).cursor?.column == 12)
  }

  @Test func aMistakeStaysToBeMended() {
    var desk = Desk.ready()
    desk.press(":", "sort upp", "Enter")
    #expect(screen(desk.state)[22] == ":sort upp")
    #expect(screen(desk.state)[23].hasPrefix(" `upp` is no order"))
    for _ in 0..<3 { desk.press("Backspace") }
    #expect(screen(desk.state)[23].hasPrefix(" sort ORDER  the order of the list"))
    desk.press("name", "Enter")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.list.order == .name)
    // The next command may begin at once.
    desk.press(":", "nonsense", "Enter", ":", "flat", "Enter")
    #expect(desk.state.list.isFlat)
  }

  @Test func whatWasTypedComesBack() {
    var desk = Desk.ready()
    desk.press(":", "flat", "Enter", ":", "sort name", "Enter", ":", "de", "Up", "Up")
    #expect(command(desk)?.field.text == "flat")
    desk.press("Down", "Down")
    #expect(command(desk)?.field.text == "de")
  }

  @Test func hostileNamesAreCompletedAsOneWord() {
    var desk = Desk.ready()
    let odd = Desk.server("a b", [Desk.tool("x\"y\u{202E}z")])
    desk.gate(.snapshot(desk.snapshot([odd]), id: nil), sequence: 0)
    desk.press(":", "deny ", "Tab")
    #expect(command(desk)?.field.text == #"deny "a b/x\"y\u202ez" "#)
    #expect(screen(desk.state)[22].unicodeScalars.contains("\u{202E}") == false)
    desk.press("Enter")
    #expect(desk.state.policy.changes.count == 1)
  }
}
