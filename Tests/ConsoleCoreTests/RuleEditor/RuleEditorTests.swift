import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What the keys of the rule editor do to the rule, and to the draft of the policy.
struct RuleEditorTests {
  @Test func aConditionIsBuiltWithCompletion() throws {
    var desk = Desk.editing("git_status")
    #expect(desk.rule == #"{"action":"deny"}"#)
    desk.press("Space", "j", "j", "j", "a", "mod")
    let field = try #require(desk.editor?.field)
    #expect(field.shown.map(\.text) == ["args.mode"])
    #expect(field.shown.first?.note == #"string · one of "fast", "safe""#)
    #expect(field.error == "`mod` is not a path: did you mean `args.mod`?")
    desk.press("Tab")
    #expect(desk.editor?.field?.field.text == "args.mode")
    desk.press("Enter")
    #expect(desk.editor?.field?.choice?.text == "eq")
    desk.press("Enter")
    #expect(desk.editor?.field?.shown.map(\.text) == ["fast", "safe"])
    desk.press("Down", "Enter")
    #expect(desk.editor?.field == nil)
    #expect(
      desk.rule
        == #"{"action":"allow","require":[{"conditions":[{"path":"args.mode","op":"eq","value":"safe"}]}]}"#)
    desk.press("ctrl-s")
    #expect(desk.editor == nil)
    #expect(desk.draftText.contains(#""git_status": {"#))
    #expect(desk.state.policy.isDirty)
    let before = Desk.editing("git_status", opens: false)
    desk.press("u")
    #expect(desk.draftText == before.draftText)
  }

  /// One of each kind of value: where the cursor is, what is typed, what comes of it.
  @Test(arguments: [
    ("args.message", "starts_with", "fix: ", #""fix: ""#), ("args.message", "eq", "5", #""5""#),
    ("args.count", "lte", "12x.5", "12.5"), ("args.count", "eq", "7", "7"), ("args.force", "eq", "false", "false"),
    ("args.message", "length_lt", "9", "9"), ("args.files[*].path", "glob", "src/*", #""src/*""#),
    ("args.unknown", "eq", "5", "5"), ("args.unknown", "eq", "five", #""five""#),
    ("args.unknown", "neq", #"{"a": 1}"#, #"{"a":1}"#), ("args.message", "exists", "fal", "false"),
    ("call.client", "in", "cursor", #"["cursor"]"#), ("args.repo_path", "within", "/srv", #"["/srv"]"#),
    ("args.url", "host_in", "*.example.com", #"["*.example.com"]"#), ("args.count", "in", "3", "[3]"),
  ])
  func everyKindOfValueIsTyped(path: String, op: String, typed: String, value: String) {
    var desk = Desk.editing("git_status")
    desk.press("j", "j", "j", "j", "a", path, "Enter", op, "Enter", typed, "Enter")
    #expect(desk.editor?.field == nil)
    let condition = #"{"path":"\#(path)","op":"\#(op)","value":\#(value)}"#
    #expect(desk.rule == #"{"action":"deny","deny_if":[{"conditions":[\#(condition)]}]}"#)
    desk.press("u")
    #expect(desk.rule == #"{"action":"deny"}"#)
    desk.press("U")
    #expect(desk.rule?.contains(condition) == true)
  }

  @Test(arguments: [
    ("args.message", "regex", "(", "`(` is no pattern of RE2: missing ): ("),
    ("args.message", "regex", "(?=x)", "`(?=x)` is no pattern of RE2: invalid perl operator: (?="),
    ("args.message", "starts_with", "", "an empty text always fits `starts_with`: write at least one character"),
    ("args.repo_path", "within", "srv", "`srv` is not an absolute path"),
    ("args.count", "lte", "", "a number is missing"),
    ("args.count", "lte", "-", "`-` is no number as JSON writes them"),
    ("args.message", "length_lt", "-1", "`length_lt` wants a whole number from 0 to"),
  ])
  func whatIsWrongIsToldByTheEngineAndCannotBeKept(path: String, op: String, typed: String, problem: String) {
    var desk = Desk.editing("git_status")
    desk.press("j", "j", "j", "a", path, "Enter", op, "Enter")
    for _ in 0..<10 { desk.press("Backspace") }
    desk.press(typed, "Enter")
    #expect(desk.editor?.field?.error?.hasPrefix(problem) == true, "\(desk.editor?.field?.error ?? "nil")")
    let isShown = screen(desk.state).contains { $0.contains(problem.prefix(40)) }
    #expect(isShown)
    desk.press("Esc")
    #expect(desk.rule == #"{"action":"deny"}"#)
  }

  @Test func aLetterIsNoPartOfANumber() {
    var desk = Desk.editing("git_commit")
    desk.press("j", "j", "j", "j", "j", "l", "l", "Enter", "x")
    #expect(desk.editor?.field?.error == "`x` is not part of a number")
    #expect(desk.editor?.field?.field.text == "72")
    desk.press("0")
    #expect(desk.editor?.field?.error == nil)
    desk.press("Enter")
    #expect(desk.rule?.contains(#""value":720"#) == true)
  }

  @Test func whatFitsTheSchemaComesFirstAndAllCanBeChosen() throws {
    var desk = Desk.editing("git_status")
    desk.press("j", "j", "j", "a", "args.count", "Enter")
    let choices = try #require(desk.editor?.field?.choices)
    #expect(Set(choices.map(\.text)) == Set(ConditionOperator.allCases.map(\.rawValue)))
    #expect(
      choices.prefix { $0.fits }.map(\.text) == ["eq", "neq", "in", "not_in", "lt", "lte", "gt", "gte", "exists"])
    #expect(choices.drop { $0.fits }.allSatisfy { !$0.fits })
    #expect(desk.editor?.field?.choice?.text == "lte")
  }

  @Test func aListIsEditedElementByElement() {
    var desk = Desk.editing("git_commit")
    desk.press("j", "j", "j", "j", "l", "l", "Enter")
    #expect(desk.editor?.rows.contains(.item(ConditionPlace(list: .require, entry: 0, index: 0), 1)) == true)
    func list() -> String {
      String(desk.rule?.split(separator: #""op":"within","value":"#).last?.prefix { $0 != "}" } ?? "")
    }
    desk.press("a", "/var", "Enter")
    #expect(list() == #"["/srv","/var","/tmp"]"#)
    desk.press("J")
    #expect(list() == #"["/srv","/tmp","/var"]"#)
    desk.press("k", "d")
    #expect(list() == #"["/srv","/var"]"#)
    desk.press("d", "d")
    #expect(list() == #"["/srv"]"#)
    #expect(desk.state.note?.text == "a list needs an element: d on the condition takes all of it away")
    desk.press("Enter", "x", "Enter")
    #expect(list() == #"["/srvx"]"#)
    desk.press("Esc")
    #expect(desk.editor?.openList == nil)
    #expect(desk.editor?.field == nil)
    for _ in 0..<5 { desk.press("u") }
    #expect(list() == #"["/srv","/tmp"]"#)
  }

  @Test func linesAreMovedAndTakenAway() {
    var desk = Desk.editing("git_commit")
    let before = desk.rule
    desk.press("j", "j", "j", "j", "J")
    #expect(desk.rule?.contains(#""conditions":[{"path":"args.message""#) == true)
    desk.press("J")
    #expect(desk.state.note?.text == "it is the last already")
    desk.press("K", "d", "D")
    #expect(
      desk.rule == #"{"deny_if":[{"conditions":[{"path":"args.force","op":"eq","value":true}]}]}"#)
    desk.press("d")
    #expect(desk.state.note?.text == "there is nothing to take away here")
    desk.press("j", "j", "d")
    #expect(desk.rule == "{}")
    for _ in 0..<5 { desk.press("u") }
    #expect(desk.rule == before)
  }

  @Test func theOtherMembersAreEdited() {
    var desk = Desk.editing("git_status")
    desk.press("Space", "j", "Enter", "not now", "Enter", "j", "Space", "G")
    desk.press("k", "Enter", "2027-01-01", "Enter")
    #expect(desk.editor?.field?.error == "`2027-01-01` is not a time: write `2027-01-01T00:00:00Z`")
    desk.press("T00:00:00Z", "Enter", "k", "Enter", "30", "Enter", "Tab", "Tab", "Tab", "Space")
    #expect(
      desk.rule
        == #"{"action":"allow","reason":"not now","match_schema":true,"expires":"2027-01-01T00:00:00Z","#
        + #""approval":{"hold":30,"on_no_approver":"deny"}}"#)
    desk.press("d", "S-Tab", "S-Tab", "S-Tab", "d")
    #expect(desk.rule?.contains("approval") == false)
    desk.press("g", "j", "d", "ctrl-s")
    #expect(desk.draftText.contains(#""expires": "2027-01-01T00:00:00Z""#))
    #expect(!desk.draftText.contains("not now"))
  }

  @Test func leavingAsksBeforeAnythingIsLost() {
    var desk = Desk.editing("git_commit")
    let before = desk.draftText
    desk.press("Esc")
    #expect(desk.editor == nil)
    for answer in ["n", "y"] {
      desk.press("e", "Space", "Esc", "x")
      #expect(desk.editor?.question == .leave)
      desk.press("Esc")
      #expect(desk.editor?.question == nil)
      desk.press("q", answer)
      #expect(desk.editor == nil)
      #expect((desk.draftText == before) == (answer == "n"))
    }
  }

  @Test func keepingWhatIsUnchangedChangesNothing() {
    var desk = Desk.editing("git_commit")
    desk.press("ctrl-s")
    #expect(desk.editor == nil)
    #expect(desk.draftText == Desk.rulePolicy)
    desk.press("e", "Space", "u", "w")
    #expect(desk.draftText == Desk.rulePolicy)
    #expect(desk.state.policy.isDirty == false)
  }

  @Test func aRuleThatChangedMeanwhileIsNotWrittenOverUnasked() {
    var desk = Desk.editing("git_commit")
    desk.press("j", "Enter", "mine", "Enter")
    desk.read(Desk.rulePolicy.replacing("length_lte", with: "length_lt"))
    #expect(desk.editor != nil)
    desk.press("ctrl-s")
    #expect(desk.editor?.question == .overwrite)
    desk.press("n", "ctrl-s", "y")
    #expect(desk.draftText.contains("mine"))
    #expect(desk.draftText.contains("length_lte"))
  }

  @Test func lettingSomethingRiskyThroughIsAsked() {
    var desk = Desk.editing("git_reset")
    desk.press("Space", "ctrl-s")
    #expect(desk.editor?.question == .risk)
    desk.press("ctrl-s")
    #expect(desk.editor?.question == .risk)
    desk.press("y")
    #expect(desk.editor == nil)
    #expect(desk.draftText.contains(#""git_reset": {"action": "allow"}"#))
  }

  @Test func mistakesKeepARuleFromBeingKept() {
    var desk = Desk.editing("git_commit")
    // An operator that cannot take what stands there.
    desk.press("j", "j", "j", "j", "Enter")
    for _ in 0..<20 { desk.press("Backspace") }
    desk.press("call.client", "Enter", "l", "Enter", "lt", "Enter", "ctrl-s")
    #expect(desk.editor != nil)
    #expect(desk.state.note?.weight == .error)
    #expect(desk.state.note?.text.hasPrefix("not kept: ") == true)
    #expect(desk.draftText == Desk.rulePolicy)
  }

  // MARK: Which rule

  @Test func aNewRuleBeginsAsWhatGovernsTheTool() {
    var desk = Desk.editing("git_diff")
    #expect(desk.rule == #"{"limits":[{"window":"minute","max":10}],"reason":"look first"}"#)
    #expect(desk.editor?.origin == "new, a copy of git_diff*")
    #expect(desk.editor?.address == RuleAddress(server: "git", .tools, "git_diff"))
    desk.press("j", "d", "ctrl-s")
    #expect(desk.draftText.contains(#""git_diff": {"limits": [{"window": "minute", "max": 10}]}"#))
    #expect(desk.draftText.contains(#""git_diff*": {"#))
  }

  @Test func rulesOfMoreThanOneToolAreReached() {
    var desk = Desk.editing("git_commit", opens: false)
    desk.press(":", "conditions /servers/git/tools/git_diff*", "Enter")
    #expect(desk.editor?.address == RuleAddress(server: "git", .tools, "git_diff*"))
    #expect(desk.editor?.origin == "for 1 tool")
    desk.press("Esc", ":", "conditions /server_requests/sampling~1createMessage", "Enter")
    #expect(desk.editor?.origin == "new")
    #expect(desk.editor?.rows.contains(.matchSchema) == false)
    desk.press("Space", "Space", "ctrl-s")
    #expect(desk.draftText.contains(#""server_requests": {"#))
    desk.press(":", "conditions nowhere", "Enter")
    #expect(
      desk.state.note?.text.hasPrefix("`nowhere` leads to no rule; there is /server_requests/sampling~1createMessage")
        == true)
    desk.press("Esc", "5", "e")
    #expect(desk.editor?.address == .allTools(server: "git"))
  }

  @Test func aReadOnlyConsoleShowsRulesAndKeepsNone() {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk.ready(options: options)
    desk.press(":", "go git/git_status", "Enter", "e", "Space", "ctrl-s")
    #expect(desk.state.note?.text == "not kept: this console is read-only")
    #expect(desk.draftText == Desk.policyText)
  }

  // MARK: Samples

  @Test func samplesShowWhatEachLineMakesOfThem() throws {
    var desk = Desk.editing("git_commit")
    desk.press("c")
    desk.send(.input(.paste("{\n  \"repo_path\": \"/etc\",\n  \"message\": \"m\", \"force\": \"yes\"\n}")))
    desk.press("c", "Backspace", "Backspace", #"{"repo_path": "/srv/a", "message": "m"}"#, "Enter")
    let trials = try #require(desk.editor?.trials)
    let within = ConditionPlace(list: .require, entry: 0, index: 0)
    #expect(trials.map { $0.conditions[within]?.outcome } == [.fails, .holds])
    #expect(trials.map { $0.entries[EntryPlace(list: .require, entry: 0)] } == [.fails, .holds])
    #expect(trials.map { $0.decision?.verdict } == [.deny, .allow])
    #expect(trials[0].decision?.reason == "short messages inside of /srv")
    #expect(trials[0].decision?.rule == "/servers/git/tools/git_commit/require/0")
    // The whole draft judges, with the rule as it is on the screen.
    desk.press("g", "Space", "Space")
    #expect(desk.rule?.contains(#""action":"deny""#) == true)
    #expect(desk.editor?.trials.map { $0.decision?.verdict } == [.deny, .deny])
    // They are kept as long as the console runs.
    desk.press("Esc", "n", "e")
    #expect(desk.editor?.samples.texts.count == 2)
    desk.press("G", "d")
    #expect(desk.editor?.samples.texts.count == 1)
  }

  @Test func theToolsOwnSchemaIsPartOfTheTrial() {
    var desk = Desk.editing("git_status")
    desk.press("Space", "j", "j", "Space", "c", "Enter")
    #expect(desk.editor?.trials.first?.decision?.verdict == .deny)
    desk.press("Enter", "Backspace", #""repo_path": "/a", "message": "m"}"#, "Enter")
    #expect(desk.editor?.trials.first?.decision?.verdict == .allow)
    desk.press("Enter", "x", "Enter")
    #expect(desk.editor?.trials.first?.problem?.hasPrefix("no JSON: ") == true)
  }

  @Test func whoCallsIsPartOfTheTrial() {
    let policy =
      #"{"version": "1", "tools": {"*": {"deny_if": [{"conditions": "#
      + #"[{"path": "call.client", "op": "eq", "value": "bad"}]}]}}}"#
    var desk = Desk.editing("git_status", policy: policy)
    desk.press("c", "Enter")
    #expect(desk.editor?.trials.first?.decision?.verdict == .allow)
    desk.press("k", "Enter")
    for _ in 0..<20 { desk.press("Backspace") }
    desk.press("bad", "Enter")
    #expect(desk.editor?.trials.first?.decision?.verdict == .deny)
  }

  // MARK: The schema

  @Test func aSchemaThatComesLateCompletesWhatIsTypedAlready() {
    var desk = Desk.editing("git_status", opens: false)
    desk.effects = []
    desk.press("e")
    #expect(desk.effects == [.send(.tool(server: "git", name: "git_status", id: 1))])
    desk.press("j", "j", "j", "a", "m", "Down")
    #expect(desk.editor?.field?.shown.map(\.text) == ["args.mode"])
    desk.answer("git_status")
    #expect(desk.editor?.field?.field.text == "m")
    #expect(desk.editor?.field?.choice?.text == "args.mode")
    #expect(desk.editor?.field?.shown.map(\.text).contains("args.message") == true)
  }

  @Test func placesComeFromTheSchema() {
    let places = ArgumentPlaces(schema: Array(Desk.commitSchema.utf8)).all
    let texts = places.map(\.path.text.string)
    #expect(
      texts.prefix(9) == [
        "args.repo_path", "args.message", "args.mode", "args.count", "args.force", "args.files", "args.files[*]",
        "args.files[*].path", "args.files[*].inner",
      ])
    #expect(texts.contains(#"args["odd.key"]"#))
    #expect(texts.suffix(5) == ["call.client", "call.grant", "call.session", "call.server", "call.tool"])
    #expect(places[0].isRequired && !places[2].isRequired)
    #expect(places.first { $0.path.text == "args.files[*].path" }?.isRequired == false)
  }

  @Test(arguments: [
    "", "[]", "{", "null", ##"{"properties": 5, "required": {}, "$ref": "#"}"##,
    ##"{"$ref": "#/a", "a": {"$ref": "#/a"}}"##,
    ##"{"properties": {"a": {"$ref": "#/properties/a"}, "\u0000": {}}}"##,
  ])
  func aSchemaThatIsNoneIsHarmless(schema: String) {
    let places = ArgumentPlaces(schema: Array(schema.utf8), fallback: ["x y"], required: 1)
    #expect(places.all.count >= 5)
    #expect(places.all.allSatisfy { (try? ConditionPath($0.path.text)) == $0.path })
  }

  @Test func aHugeSchemaCostsLittle() {
    let names = (0..<3000).map { ##""p\##($0)": {"$ref": "#"}"## }.joined(separator: ",")
    let places = ArgumentPlaces(schema: Array("{\"properties\": {\(names)}}".utf8))
    #expect(places.all.count == 405)
    let deep = String(repeating: #"{"allOf": ["#, count: 200) + "{}" + String(repeating: "]}", count: 200)
    #expect(ArgumentPlaces(schema: Array(deep.utf8)).all.count == 5)
  }
}
