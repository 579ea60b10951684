internal import ClientFiles
internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// The name of the server under the cursor of the servers pane, or of whatever pane has one.
  var currentServerName: ExactText? { currentServer.map { catalogue.servers[$0].info.name } }

  // MARK: One server

  mutating func openServer() {
    guard let name = currentServerName else {
      say(.info, "there is no server under the cursor")
      return
    }
    overlay = .server(ServerDetails(name: name))
  }

  mutating func take(_ key: Key, _ details: ServerDetails) -> [ConsoleEffect] {
    var details = details
    let most = max(0, serverDetailLines(details.name, columns: detailColumns).count - detailRows)
    switch key {
    case _ where key.leaves, .character("q"):
      overlay = nil
      return []
    case Key(.enter):
      overlay = nil
      reveal(ToolName(server: details.name, tool: "\n"))
      return []
    case .character("o"):
      overlay = nil
      return openMessages()
    case Key(.down), .character("j"): details.top = min(details.top + 1, most)
    case Key(.up), .character("k"): details.top = max(0, details.top - 1)
    case Key(.pageDown), .character(" "): details.top = min(details.top + 10, most)
    case Key(.pageUp): details.top = max(0, details.top - 10)
    default: return []
    }
    overlay = .server(details)
    return []
  }

  mutating func toggleServer() -> [ConsoleEffect] {
    guard let name = registeredName() else { return [] }
    return [.changeRegistry(.setDisabled(name, !isDisabled(name)))]
  }

  mutating func askToRemoveServer() {
    guard let name = registeredName() else { return }
    var lines = ["remove \(name) from \(safe(registry.path))? its clients can start it no more"]
    let rules = rulesNaming(name)
    lines.append(
      rules > 0
        ? "the policy names it in \(Format.count(rules, "place")); that stays, for a server of this name"
        : "no rule of the policy names it")
    let running = sessions.values.count { $0.server == name }
    if running > 0 { lines.append("\(Format.count(running, "session")) of it run on until they end") }
    lines.append("B puts it back")
    overlay = .confirm(Confirmation(question: .removeServer(name), lines: lines))
  }

  mutating func scanCurrent() -> [ConsoleEffect] {
    guard let name = registeredName() else { return [] }
    if isDisabled(name) {
      say(.info, "\(name) is disabled: Space enables it")
      return []
    }
    let effects = scan([name])
    let asking =
      registry[name]?.isHTTP == true ? "asking \(name) for its tools" : "starting \(name) to ask for its tools"
    say(.info, effects.isEmpty ? "\(name) is being asked already" : asking)
    return effects
  }

  /// The server under the cursor, if the registry has it; says why not.
  private mutating func registeredName() -> ExactText? {
    guard let name = currentServerName else {
      say(.info, "there is no server under the cursor")
      return nil
    }
    if let problem = registry.problem {
      say(.error, safe(problem))
      return nil
    }
    guard registry[name] != nil else {
      say(.info, "\(safe(name.string, limit: 64)) is not registered: its client brings it along with gatehouse run")
      return nil
    }
    return name
  }

  // MARK: A new one

  mutating func take(_ key: Key, _ form: ServerForm) -> [ConsoleEffect] {
    var form = form
    let fields = ServerForm.Field.allCases
    switch key {
    case _ where key.leaves:
      overlay = nil
      say(.info, "nothing is added")
      return []
    case Key(.tab), Key(.down): form.field = fields[(form.field.rawValue + 1) % fields.count]
    case Key(.tab, .shift), Key(.up): form.field = fields[(form.field.rawValue + fields.count - 1) % fields.count]
    case Key(.enter):
      do throws(ShellWords.Problem) {
        return [.changeRegistry(.add(try server(of: form)))]
      } catch {
        form.problem = error.message
      }
    default:
      form.problem = nil
      _ = form[form.field].take(key)
    }
    overlay = .addServer(form)
    return []
  }

  private func server(of form: ServerForm) throws(ShellWords.Problem) -> ClientServer {
    let name = ExactText(form.name.text)
    guard ImportPlan.isLegal(name) else {
      throw ShellWords.Problem(message: "a name has 1 to 64 letters, digits, `_`, `-` and `.`")
    }
    guard registry[name] == nil else { throw ShellWords.Problem(message: "`\(name)` is registered already") }
    let cut = try ShellWords.cut(form.command.text)
    guard let program = cut.words.first, !program.isEmpty else {
      throw ShellWords.Problem(message: "the command that starts the server is missing")
    }
    let folder = form.folder.text
    if program.hasPrefix("https://") || program.hasPrefix("http://") {
      guard cut.words.count == 1, cut.variables.isEmpty, folder.isEmpty else {
        throw ShellWords.Problem(message: "an address stands alone; gatehouse servers add takes headers for it")
      }
      return ClientServer(name, .url(program))
    }
    guard folder.isEmpty || folder.utf8.first == 0x2F else {
      throw ShellWords.Problem(message: "a folder is a full path; leave it empty for the client's own")
    }
    return ClientServer(
      name,
      .command(
        program: program, arguments: Array(cut.words.dropFirst()), variables: cut.variables,
        folder: folder.isEmpty ? nil : folder))
  }

  mutating func take(_ key: Key, _ added: ServersAdded) -> [ConsoleEffect] {
    var added = added
    switch key {
    case _ where key.leaves, Key(.enter), .character("q"):
      overlay = nil
      return []
    case .character("y"):
      let text = clientLines(added.names).joined(separator: "\n")
      say(.info, "copied \(Format.count(text.utf8.count, "byte"))")
      return [.copy(text)]
    case Key(.down), .character("j"): added.top += 1
    case Key(.up), .character("k"): added.top = max(0, added.top - 1)
    default: return []
    }
    added.top = min(added.top, max(0, addedLines(added, columns: detailColumns).count - 1))
    overlay = .added(added)
    return []
  }

  /// What a client's configuration says instead of the server's own command.
  func clientLines(_ names: [ExactText]) -> [String] {
    names.prefix(20).map { name in
      let shown = safe(name.string, limit: 64)
      return "\"\(shown)\": { \"command\": \"gatehouse\", \"args\": [\"connect\", \"\(shown)\"] }"
    }
  }
}
