import ConsoleCore
import JSONText
import Testing

/// What a `keys.conf` makes of the keys.
struct KeysTests {
  func read(_ text: String) -> (keys: KeyBindings, problems: [String]) {
    let (keys, problems) = KeysText.read(Array(text.utf8))
    return (keys, problems.map { "\($0)" })
  }

  @Test func nothingSaidMeansOurOwn() {
    let (keys, problems) = read("# nothing\n\n   \n")
    #expect(keys == .standard)
    #expect(problems == [])
  }

  @Test func aLineBindsItsKey() {
    let (keys, problems) = read("ctrl-g save # mine\nw live pause\nZ mark\n")
    #expect(problems == [])
    #expect(keys.action(for: .control("g"), in: .servers) == .save)
    #expect(keys.keys(for: .save) == ["ctrl-g", "ctrl-s"])
    #expect(keys.action(for: .character("w"), in: .live) == .pause)
    #expect(
      keys.action(for: .character("w"), in: .rule) == KeyBindings.standard.action(for: .character("w"), in: .rule))
    // Without a pane an action gets the key where it works, and nowhere else.
    #expect(keys.action(for: .character("Z"), in: .policy) == .mark)
    #expect(keys.action(for: .character("Z"), in: .servers) == .redo)
  }

  @Test func noneFreesAKey() {
    let (keys, problems) = read("z none\nSpace live none\nj rule none")
    #expect(problems == [])
    #expect(keys.action(for: .character("z"), in: .policy) == nil)
    #expect(keys.keys(for: .undo) == ["u"])
    #expect(keys.action(for: .character(" "), in: .live) == nil)
    #expect(keys.action(for: .character(" "), in: .policy) == .cycle)
    #expect(keys.action(for: .character("j"), in: .rule) == nil)
    #expect(keys.action(for: .character("j"), in: .live) == .down)
  }

  @Test func aLineForAllPanesTakesTheKeyFromEach() {
    let (keys, problems) = read("d half-down\nSpace page-down\nSpace live pause")
    #expect(problems == [])
    #expect(keys.action(for: .character("d"), in: .policy) == .halfDown)
    #expect(keys.keys(for: .deny) == [])
    #expect(keys.action(for: .character(" "), in: .rule) == .pageDown)
    #expect(keys.action(for: .character(" "), in: .live) == .pause)
  }

  @Test(arguments: [
    ("ctrl-d policy deny", "1:1: `deny` decides, and a decision needs a key that types a character: ctrl-d is none"),
    ("F5 allow", "1:1: `allow` decides, and a decision needs a key that types a character: F5 is none"),
    ("Esc rule ask", "1:1: `ask` decides, and a decision needs a key that types a character: Esc is none"),
    ("Enter cycle", "1:1: `cycle` decides, and a decision needs a key that types a character: Enter is none"),
    ("alt-a allow", "1:1: `allow` decides, and a decision needs a key that types a character: alt-a is none"),
    ("b live allow", "1:1: `allow` decides about what the cursor of another pane is on"),
    ("A policy deny", "1:1: `A` for `deny` is one Shift away from `a` for `allow`; the line does not count"),
    ("X limit", "1:1: `X` for `limit` is one Shift away from `x` for `hide`; the line does not count"),
    ("y quit", "1:1: `y` answers questions, and `quit` may ask one"),
    ("ctrl-i next-pane", "1:1: a terminal cannot tell `ctrl-i` from `Tab`; bind `Tab`"),
    (
      "foo undo",
      "1:1: `foo` is no key; keys are written a, A, ctrl-s, alt-x, shift-Tab, F2, Space, Enter, Esc, PgUp, Hash"
    ),
    ("b undoo", "1:3: `undoo` is no action; did you mean `undo`?"),
    ("  b  polici  undo", "1:6: `polici` is no pane; did you mean `policy`?"),
    ("b", "1:2: an action is missing; write: b ACTION, or b none"),
    ("b policy undo now", "1:15: `now` is too much; write: KEY PANE ACTION"),
    ("b undo\nb redo", "2:1: `b` is bound to `undo` in line 1; the later line counts"),
    (": none", "1:1: `command` would have no key in some pane; `:` does it everywhere"),
    ("q none\nctrl-c none", "2:1: `quit` would have no key in some pane; `ctrl-c` does it everywhere"),
  ])
  func oddLinesAreNamed(text: String, problem: String) {
    let (keys, problems) = read(text)
    #expect(problems == [problem])
    for action in [Action.command, .quit, .back] {
      for pane in Pane.allCases { #expect(keys.key(for: action, in: pane) != nil) }
    }
  }

  @Test func whatDoesNotCountLeavesOurKeyAsItWas() {
    let (keys, _) = read("A policy deny\nctrl-s allow\nx policy huide")
    #expect(keys == .standard)
  }

  @Test func decisionsCanChangePlaces() {
    let (keys, problems) = read("a policy deny\na rule deny\nd allow")
    #expect(problems == [])
    #expect(keys.action(for: .character("a"), in: .policy) == .deny)
    #expect(keys.action(for: .character("d"), in: .policy) == .allow)
  }

  @Test func whatIsPrintedReadsTheSame() {
    for text in ["", "z none\nSpace live none\nctrl-g save\nd half-down\n# x\nHash policy mark\nb rule copy"] {
      let (keys, _) = read(text)
      let printed = KeysText.text(keys)
      let (again, problems) = read(printed)
      #expect(problems == [])
      for pane in Pane.allCases {
        for key in Self.allKeys {
          #expect(again.action(for: key, in: pane) == keys.action(for: key, in: pane), "\(key.name) \(pane)")
        }
      }
      #expect(KeysText.text(again) == printed)
    }
  }

  static let allKeys: [Key] =
    (0x20...0x7E).compactMap { Unicode.Scalar(UInt8($0)) }.flatMap { [Key.character($0), .control($0)] }
    + [
      .enter, .escape, .tab, .backspace, .delete, .insert, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
      .function(1), .function(2),
    ].flatMap { [Key($0), Key($0, .shift)] }

  @Test func everyKeyIsReadAsItIsWritten() {
    for key in Self.allKeys where key.twin == nil {
      // A capital letter with Control is the small one.
      guard key.modifiers.isEmpty || key == Key(named: key.fileName) || key.name.last?.isUppercase != true else {
        continue
      }
      #expect(Key(named: key.fileName) == key, "\(key.fileName)")
    }
    for word in ["", "ctrl-", "ab", "F0", "F36", "F01", "shift-a", "\u{200B}", "ctrl-ctrl-", "\u{1B}"] {
      #expect(Key(named: word) == nil, "\(word)")
    }
    #expect(Key(named: "C-x") == .control("x"))
    #expect(Key(named: "^S") == .control("s"))
    #expect(Key(named: "S-Tab") == Key(.tab, .shift))
  }

  @Test func ourOwnTableKeepsTheRules() {
    for binding in Keymap.bindings {
      #expect(binding.action.refusal(of: binding.key, in: binding.pane) == nil, "\(binding)")
    }
    let (_, problems) = read(KeysText.text(.standard))
    #expect(problems == [])
  }

  @Test func hostileTextIsBounded() {
    #expect(read(String(repeating: "b undo\nb redo\n", count: 4000)).problems.count == 100)
    #expect(
      read(String(repeating: "x", count: 70_000)).problems == [
        "1:1: the file is larger than 64 KiB, so that none of it counts"
      ])
    #expect(read(String(repeating: "ctrl-", count: 10_000)).problems.first?.utf8.count ?? .max < 200)
    #expect(KeysText.read([0xFF, 0x20, 0xFE, 0x0A, 0x00]).problems.count == 2)
  }

  @Test func theConsoleObeysAndTellsTheKeysInForce() {
    var options = Desk.options
    options.keys = read("e policy deny\ne rule deny\nd none\nz none\nu none\nctrl-g undo").keys
    var desk = Desk.ready(options: options)
    desk.press("j", "d")
    #expect(desk.state.policy.isDirty == false)
    #expect(desk.state.note?.text == "d does nothing here · ? lists all keys")
    desk.press("j", "e")
    #expect(desk.state.note?.text == "git/git_commit: deny · ctrl-g undo")
    desk.send(.input(.key(.control("g"))))
    #expect(desk.state.policy.isDirty == false)
    #expect(desk.state.note?.text.hasPrefix("undone: ") == true)
  }

  // MARK: The mouse

  @Test func theMouseIsLeftToTheTerminal() {
    var desk = Desk.ready()
    desk.send(.input(.key(Key(.function(2)))))
    #expect(desk.effects == [.useMouse(false)])
    #expect(!desk.state.usesMouse)
    desk.send(.input(.key(Key(.function(2)))))
    #expect(desk.effects == [.useMouse(false), .useMouse(true)])
  }

  @Test func theFirstClickAfterTheFocusOnlyFocuses() {
    var desk = Desk.ready()
    let click = ConsoleMessage.input(.mouse(Mouse(.press, row: 4, column: 10)))
    desk.send(click)
    #expect(desk.state.list.cursor.row == 2)
    desk.press("k", "k")
    desk.send(.input(.focus(false)))
    desk.send(.input(.focus(true)))
    desk.send(click)
    #expect(desk.state.list.cursor.row == 0)
    desk.send(click)
    #expect(desk.state.list.cursor.row == 2)
    desk.send(.input(.focus(false)))
    desk.send(.input(.focus(true)))
    desk.press("k")
    desk.send(.input(.mouse(Mouse(.press, row: 3, column: 10))))
    #expect(desk.state.list.cursor.row == 1)
  }
}
