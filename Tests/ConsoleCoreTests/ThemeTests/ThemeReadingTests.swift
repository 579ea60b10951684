import ConsoleCore
import Testing

struct ThemeReadingTests {
  private func read(_ text: String, name: String = "mine", parents: [String: String] = [:]) -> (Theme, [String]) {
    let (theme, problems) = Theme.read(name: name, text: Array(text.utf8)) { parents[$0].map { Array($0.utf8) } }
    return (theme, problems.map(\.description))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var problems: [String]
    var testDescription: String { text.debugDescription }
    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }
  }

  @Test(arguments: [
    Case(""),
    Case("# only a comment\n\n  \t\r\n"),
    Case("name = \"a\" # comment\r\n[palette]\nbg = \"#000\"\n[ style ]\n\"dim\" = \"dim\""),
    Case("name", "1:5: `=` is missing after `name`"),
    Case("name = a", "1:8: the value of `name` is not in quotation marks; write name = \"...\""),
    Case("name = \"a", "1:8: the closing quotation mark is missing"),
    Case("name = \"a\" b", "1:12: only a comment may follow here"),
    Case("name = \"\\n\"", "1:10: only `\\\"` and `\\\\` can be written with a backslash"),
    Case("name = \"a\u{1}\"", "1:11: a control character cannot stand in a value"),
    Case("name = \"a\"\nname = \"b\"", "2:1: `name` stands here twice"),
    Case("title = \"a\"", "1:1: `title` is not known"),
    Case("inherit = \"a\"", "1:1: `inherit` is not known; did you mean `inherits`?"),
    Case("variant = \"grey\"", "1:11: `grey` is neither dark nor light"),
    Case("inherits = \"dracla\"", "1:12: there is no theme `dracla`"),
    Case("inherits = \"mine\"", "1:12: `mine` inherits from itself"),
    Case("[style\ndim = \"red\"", "1:7: `]` is missing after the section's name"),
    Case("[styles]\ndim = \"red\"", "1:1: `[styles]` is not a section; did you mean `style`?"),
    Case("[style]\n[style]", "2:1: `[style]` stands here twice"),
    Case("[style]\ndecision.deny = \"red\"", "2:9: a name with a dot needs quotation marks"),
    Case("[style]\n\"decision.denny\" = \"red\"", "2:1: `decision.denny` is not a role; did you mean `decision.deny`?"),
    Case("[style]\ntext = \"fgg on bg\"", "2:8: `fgg` is no colour of the palette; did you mean `fg`?"),
    Case("[style]\ntext = \"fg on\"", "2:8: a colour is missing after `on`"),
    Case(
      "[style]\ntext = \"fg bald\"",
      "2:8: `bald` is not an attribute; attributes are bold, dim, italic, reverse, underline"),
    Case(
      "[palette]\nbg = \"#12345\"\nfg = \"red 1 2\"",
      "2:6: `#12345` is not a colour; write \"#rrggbb\", 0 to 255, or a name like green",
      "3:6: `red 1 2` is not a colour; write \"#rrggbb\", 0 to 255, or a name like green"),
    Case("[palette]\nbg = \"#１２３\"", "2:6: `#１２３` is not a colour; write \"#rrggbb\", 0 to 255, or a name like green"),
    Case("ä = \"b\"", "1:1: a name is missing"),
    Case("[palette]\nalow = \"#00ff00\"", "2:1: no style uses the colour `alow`; did you mean `allow`?"),
    Case("[palette]\nalow = \"#00ff00\"\nallow = \"#00ff00\""),
    Case("[palette]\nalow = \"#00ff00\"\n[style]\nmatch = \"alow\""),
    Case("[palette]\nsomething-else = \"#00ff00\""),
  ])
  func problems(_ testCase: Case) {
    let (theme, problems) = read(testCase.text)
    #expect(problems == testCase.problems)
    #expect(theme.style(.rowSelected, depth: .direct) != theme.style(.text, depth: .direct))
  }

  @Test func whatAThemeDoesNotSayIsInherited() {
    let parent =
      "inherits = \"base-light\"\n[palette]\nbg = \"#ffffff\"\nfg = \"#000000\"\nred = \"#aa0000\"\nodd = \"what\""
    let (theme, problems) = read(
      "inherits = \"parent\"\n[palette]\nfg = \"#111111\"\n[style]\n\"decision.deny\" = \"red italic\"",
      parents: ["parent": parent])
    #expect(problems == [])
    #expect(theme.variant == .light)
    let white = Colour.rgb(RGB(255, 255, 255))
    #expect(theme.style(.text, depth: .direct) == CellStyle(.rgb(RGB(17, 17, 17)), on: white))
    #expect(theme.style(.decisionDeny, depth: .direct) == CellStyle(.rgb(RGB(170, 0, 0)), on: white, .italic))
    #expect(theme.style(.decisionAllow, depth: .direct) == CellStyle(.indexed(2), on: white))
  }

  @Test func aRoleFollowsItsParentBeforeAnInheritedTheme() {
    let parent = "[style]\n\"decision.hide\" = \"blue\"\ndim = \"magenta\"\nborder = \"cyan\""
    let (theme, problems) = read(
      "inherits = \"parent\"\n[style]\n\"decision.deny\" = \"red bold italic\"\naccent = \"green\"",
      parents: ["parent": parent])
    #expect(problems == [])
    #expect(theme.style(.decisionHide, depth: .direct) == CellStyle(.indexed(1), [.italic, .dim]))
    #expect(theme.style(.diffDelete, depth: .direct) == CellStyle(.indexed(1), .italic))
    #expect(theme.style(.title, depth: .direct) == CellStyle(.indexed(2), .bold))
    #expect(theme.style(.border, depth: .direct) == CellStyle(.indexed(6)))
    #expect(theme.style(.riskLow, depth: .direct) == CellStyle(.indexed(5)))
  }

  @Test func whatNobodyKnowsIsToldFromWhatIsWrong() {
    func isUnknown(_ text: String) -> [Bool] {
      Theme.read(name: "mine", text: Array(text.utf8)) { _ in nil }.problems.map(\.isUnknownName)
    }
    #expect(
      isUnknown("nam = \"a\"\n[palete]\n[palette]\nalow = \"#000\"\n[style]\ndimm = \"red\"") == [
        true, true, true, true,
      ])
    #expect(isUnknown("name = \"a\n[palette]\nbg = \"#00\"\n[style]\ndim = \"rrred\"") == [false, false, false])
  }

  @Test func theTerminalsOwnBackgroundCanStay() {
    var surroundings = Theme.Surroundings()
    surroundings.paintsBackground = false
    let text = "[palette]\nbg = \"#101010\"\nfg = \"#eeeeee\"\nsel = \"#333333\"\nhigh = \"#ffaa00\""
    for depth in [ColourDepth.direct, .indexed] {
      let painted = Theme.read(name: "a", text: Array(text.utf8)) { _ in nil }.theme
      let bare = Theme.read(name: "a", text: Array(text.utf8), on: surroundings) { _ in nil }.theme
      #expect(painted.style(.text, depth: depth).background != .standard)
      for role in Role.allCases {
        let (before, after) = (painted.style(role, depth: depth), bare.style(role, depth: depth))
        #expect(after.foreground == before.foreground && after.attributes == before.attributes, "\(role)")
        let isTexts = before.background == painted.style(.text, depth: depth).background
        #expect(after.background == (isTexts ? .standard : before.background), "\(role)")
      }
    }
  }

  @Test func namesThatCannotBeReadOnTheTerminalsBackgroundAreOthers() {
    func limit(_ variant: Theme.Variant?, _ depth: ColourDepth, _ more: String = "") -> Colour {
      var surroundings = Theme.Surroundings()
      surroundings.variant = variant
      let text = "[palette]\nlimit = \"yellow\"\naccent = \"blue\"\n\(more)"
      return Theme.read(name: "a", text: Array(text.utf8), on: surroundings) { _ in nil }.theme
        .style(.decisionLimit, depth: depth).foreground
    }
    for depth in [ColourDepth.eight, .sixteen, .indexed, .direct] {
      #expect(limit(nil, depth) == .indexed(3))
      #expect(limit(.dark, depth) == .indexed(3))
      #expect(limit(.light, depth) == .indexed(4))
      // A theme with a background of its own does not lie on the terminal's.
      #expect(limit(.light, depth, "bg = \"#000000\"") == .indexed(3))
    }
  }

  @Test func sequencesSayAllThatAStyleIs() {
    #expect(CellStyle().sequence == "\u{1B}[0m")
    #expect(CellStyle(.indexed(1), on: .indexed(12), [.bold, .reverse]).sequence == "\u{1B}[0;1;7;31;104m")
    #expect(
      CellStyle(.rgb(RGB(1, 2, 3)), on: .indexed(200), [.dim, .italic, .underline]).sequence
        == "\u{1B}[0;2;3;4;38;2;1;2;3;48;5;200m")
  }

  @Test func aWrongStyleLeavesTheRoleAsItWas() {
    let (theme, problems) = read("[palette]\ndeny = \"#ff0000\"\n[style]\n\"decision.deny\" = \"nothing on earth\"")
    #expect(problems.count == 1)
    #expect(theme.style(.decisionDeny, depth: .direct) == CellStyle(.rgb(RGB(255, 0, 0)), .bold))
  }

  @Test(arguments: [
    ("#ff5555 203 red", Colour.indexed(203), Colour.indexed(1)),
    ("#ff5555", .indexed(203), .indexed(1)),
    ("#6272a4 61 bright-black", .indexed(61), .indexed(8)),
    ("#50fa7b", .indexed(84), .indexed(10)),
    ("#808080", .indexed(244), .indexed(8)),
    ("#282a36", .indexed(235), .standard),
    ("#0000ff", .indexed(21), .indexed(12)),
    ("default", .standard, .standard),
    ("208", .indexed(208), .indexed(11)),
  ])
  func fewerColours(text: String, indexed: Colour, sixteen: Colour) {
    let (theme, problems) = read("[palette]\nx = \"\(text)\"\n[style]\naccent = \"x\"")
    #expect(problems == [])
    #expect(theme.style(.accent, depth: .indexed).foreground == indexed)
    #expect(theme.style(.accent, depth: .sixteen).foreground == sixteen)
    #expect(theme.style(.accent, depth: .mono) == CellStyle(.standard, .bold))
  }

  @Test func aHugeFileIsNotRead() {
    #expect(read(String(repeating: "#\n", count: 40_000)).1 == ["1:1: the file is larger than 64 KiB"])
  }

  @Test func contrastIsThatOfTheStandard() {
    #expect(abs(RGB(0, 0, 0).contrast(with: RGB(255, 255, 255)) - 21) < 1e-9)
    #expect(abs(RGB(119, 119, 119).contrast(with: RGB(255, 255, 255)) - 4.478) < 0.01)
    #expect(abs(RGB(255, 255, 255).difference(from: RGB(0, 0, 0)) - 1) < 1e-3)
  }
}
