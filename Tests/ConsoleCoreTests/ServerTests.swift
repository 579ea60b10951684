import ClientFiles
import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// What keys do to the registry of servers.
struct ServerTests {
  // MARK: From clients

  @Test func whatIsChosenIsAddedUnderItsName() {
    var desk = Desk.atImport()
    desk.press("Space", "j", "Space", "Enter")
    #expect(
      desk.effects == [
        .changeRegistry(
          .take([ImportChoice(offer: 0, name: "filesystem"), ImportChoice(offer: 2, name: "git-claude-code")]))
      ])
    desk.effects = []
    desk.send(
      .registryChanged(
        .take([ImportChoice(offer: 0, name: "filesystem"), ImportChoice(offer: 2, name: "git-claude-code")]),
        problem: nil))
    #expect(desk.effects == [.scanServers(["filesystem", "git-claude-code"]), .send(.snapshot(id: nil))])
    #expect(desk.state.scanning == ["filesystem", "git-claude-code"])
    #expect(
      screen(desk.state).contains {
        $0.contains(#""filesystem": { "command": "gatehouse", "args": ["connect", "filesystem"] }"#)
      })
    desk.send(.serversScanned(["filesystem", "git-claude-code"], problem: nil))
    #expect(desk.state.scanning == [])
  }

  @Test func nothingIsAddedThatWasNotChosen() {
    var desk = Desk.atImport()
    desk.press("Enter")
    #expect(desk.effects == [])
    #expect(screen(desk.state).contains { $0.contains("Space chooses a server, a all of them") })
    desk.press("Esc")
    #expect(desk.effects == [])
    #expect(desk.state.overlay == nil)
    // What is not offered stays unchosen, also by `a`.
    desk = Desk.atImport()
    desk.press("G", "Space", "a", "Enter")
    guard case .changeRegistry(.take(let choices)) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    #expect(choices.map(\.name) == ["filesystem", "github", "git-claude-code", "jira"])
  }

  @Test func aNameIsTypedAndChecked() {
    var desk = Desk.atImport()
    desk.press("e", "ctrl-u", "my git", "Enter")
    #expect(screen(desk.state).contains { $0.contains("a name has 1 to 64 letters") })
    desk.press("ctrl-u", "git", "Enter")
    #expect(screen(desk.state).contains { $0.contains("`git` is registered already") })
    desk.press("ctrl-u", "github", "Enter")
    #expect(screen(desk.state).contains { $0.contains("another one of the list is `github`") })
    desk.press("ctrl-u", "files", "Enter", "Enter")
    #expect(desk.effects == [.changeRegistry(.take([ImportChoice(offer: 0, name: "files")]))])
  }

  @Test func noSecretReachesTheState() {
    var desk = Desk.atImport()
    desk.press("a", "Enter")
    #expect(!"\(desk.state)".contains("s3cret"))
  }

  @Test func aRefusedChangeIsToldAndAddsNothing() {
    var desk = Desk.atImport()
    desk.press("a", "Enter")
    desk.answerChange(problem: "another command is changing servers.json")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.note?.weight == .error)
    #expect(desk.state.scanning == [])
  }

  @Test func aReadOnlyConsoleAddsNothing() {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk.ready(options: options)
    desk.send(.registryRead(Desk.registry))
    desk.press("5")
    desk.effects = []
    desk.press("A", "X", "Space", "R", "B", "I")
    desk.send(.serversFound(Desk.findings))
    desk.press("a", "Enter")
    #expect(desk.effects == [.findServers])
  }

  // MARK: One server

  @Test func spaceDisablesAndEnables() {
    var desk = Desk.atServers()
    desk.press("Space")
    #expect(desk.effects == [.changeRegistry(.setDisabled("git", true))])
    var view = Desk.registry
    view.servers[0].isDisabled = true
    desk.send(.registryRead(view))
    desk.effects = []
    desk.press("Space", "R")
    #expect(desk.effects == [.changeRegistry(.setDisabled("git", false))])
    #expect(desk.state.note?.text == "git is disabled: Space enables it")
  }

  @Test func removingAsksAndSaysWhatThePolicyNames() {
    var desk = Desk.atServers()
    desk.press("X", "X", "Enter", "n")
    #expect(desk.effects == [])
    desk.press("X")
    #expect(screen(desk.state).contains { $0.contains("the policy names it in 3 places") })
    desk.press("y")
    #expect(desk.effects == [.changeRegistry(.remove("git"))])
    desk.answerChange()
    #expect(desk.state.note?.text.hasSuffix("B puts it back") == true)
  }

  @Test func aServerThatIsNotRegisteredIsLeftAlone() {
    var desk = Desk.atServers()
    desk.gate(.snapshot(desk.snapshot([Desk.server("guest", [])]), id: nil), sequence: 0)
    desk.effects = []
    desk.press("Space", "R", "X")
    #expect(desk.state.overlay == nil)
    #expect(desk.effects == [])
    #expect(desk.state.note?.text == "guest is not registered: its client brings it along with gatehouse run")
  }

  @Test func changesOfDefinitionsAreCountedAndTakenBack() {
    var desk = Desk.atServers()
    desk.mix()
    let changes = desk.state.definitionChanges["git"]
    #expect(changes?.added == ["git_push"])
    #expect(changes?.changed == ["git_status"])
    #expect(changes?.removed == ["git_reset"])
    #expect(desk.state.definitionChanges.count == 1)
    #expect(screen(desk.state).contains { $0.contains("3 tools changed") })
  }

  @Test func theToolsOfNewServersAreToldOf() {
    var desk = Desk.atServers()
    desk.press("R")
    #expect(desk.effects == [.scanServers(["git"])])
    desk.press("R")
    #expect(desk.effects == [.scanServers(["git"])])
    desk.send(.serversScanned(["git"], problem: nil))
    desk.gate(.snapshot(desk.snapshot(Desk.servers), id: nil), sequence: 0)
    #expect(
      desk.state.note?.text
        == "git: 5 tools, 2 without a rule, so denied · W in pane 1 gives each the recommended one")
  }

  // MARK: A new one

  @Test func aCommandIsReadAsAShellReadsIt() {
    var desk = Desk.atServers()
    desk.press("A", "jira", "Tab", #"TOKEN='a b' npx -y "jira mcp" a\ b x=y"#, "Tab", "/srv", "Enter")
    #expect(
      desk.effects == [
        .changeRegistry(
          .add(
            ClientServer(
              "jira",
              .command(
                program: "npx", arguments: ["-y", "jira mcp", "a b", "x=y"], variables: [.init("TOKEN", "a b")],
                folder: "/srv"))))
      ])
    desk.answerChange()
    #expect(desk.state.scanning == ["jira"])
    #expect(screen(desk.state).contains { $0.contains(#""jira": { "command": "gatehouse""#) })
  }

  @Test(arguments: [
    ("", "npx", "a name has 1 to 64"), ("a b", "npx", "a name has 1 to 64"),
    ("git", "npx", "`git` is registered already"),
    ("a", "", "the command that starts the server is missing"),
    ("a", "T=x", "the command that starts the server is missing"),
    ("a", "npx | sh", "no shell reads it"), ("a", "npx 'x", "a quote does not end"),
    ("a", "https://x.example/mcp --key", "an address stands alone"),
  ])
  func whatIsWrongIsSaid(name: String, command: String, problem: String) {
    var desk = Desk.atServers()
    desk.press("A")
    if !name.isEmpty { desk.press(name) }
    desk.press("Tab")
    if !command.isEmpty { desk.press(command) }
    desk.press("Enter")
    #expect(desk.effects == [])
    #expect(screen(desk.state).contains { $0.contains(problem) }, "\(screen(desk.state))")
  }

  @Test func anAddressIsAServerOverHTTP() {
    var desk = Desk.atServers()
    desk.press("A", "web", "Tab", "https://x.example/mcp", "Enter")
    #expect(desk.effects == [.changeRegistry(.add(ClientServer("web", .url("https://x.example/mcp"))))])
  }

  @Test func valuesOfVariablesAreNotShownWhileTyped() {
    var desk = Desk.atServers(columns: 160, rows: 48)
    desk.press("A", "a", "Tab", "KEY=hunter2 npx KEY=shown")
    let text = screen(desk.state).joined()
    #expect(text.contains("KEY=••••••• npx KEY=shown"))
    #expect(!text.contains("hunter2"))
  }

  // MARK: First run

  @Test func afterAFirstPolicyServersAreOffered() {
    var desk = Desk()
    desk.connect([])
    desk.send(.policyRead(.absent))
    desk.effects = []
    desk.press("Enter", "y")
    desk.send(.policySaved(.saved))
    #expect(desk.effects.suffix(2) == [.readPolicy, .findServers])
    desk.send(.serversFound(Desk.findings))
    #expect(screen(desk.state).contains { $0.contains("filesystem") })
    // Whoever has servers already is not asked.
    desk = Desk()
    desk.connect()
    desk.send(.policyRead(.absent))
    desk.press("Enter", "y")
    desk.send(.policySaved(.saved))
    #expect(desk.effects.last == .readPolicy)
  }

  @Test func recommendedRulesAreOneStep() {
    var desk = Desk.ready()
    desk.press("W")
    #expect(!desk.state.policy.isDirty)
    desk.press("y")
    let said = desk.state.catalogue.tools.map { "\($0.info.name) \($0.standing.summary)" }
    #expect(
      said == [
        "git_status allow", "git_log 10/minute", "git_diff allow", "git_commit 30/minute", "git_reset ask",
        "get_current_time allow", "convert_time allow",
      ])
    #expect(desk.state.catalogue.tools.allSatisfy { $0.standing.source != .globalDefault })
    desk.press("u")
    #expect(!desk.state.policy.isDirty)
    #expect(desk.state.policy.draft?.current.text == Array(Desk.policyText.utf8))
  }

  @Test func theRuleForToolsThatRunThingsWantsTheirSchema() throws {
    var desk = Desk()
    desk.connect([Desk.server("sh", [Desk.tool("run*it", .execute, .high)])])
    desk.send(.policyRead(.absent))
    desk.press("Enter", "y")
    guard case .save(let text, over: nil) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    let rule = try JSONNode.read(text)["servers"]?["sh"]?["tools"]?["run\\*it"]
    #expect(rule?["match_schema"]?.bool == true)
    #expect(rule?["limits"]?.elements?.first?["max"]?.integer == 10)
    #expect(try PolicyDocument.read(text).isEnforced)
  }
}
