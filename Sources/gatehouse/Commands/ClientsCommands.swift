import ClientFiles
import Console
import ConsoleCore
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let clients: [Command] = [clientsList, clientsUnwrap, clientsWrap]

  private static let clientsList = Command(
    ["clients", "list"], operands: "[CLIENT]", count: 0...1,
    summary: "Every server of every MCP client on this machine, and whether it runs through the gate.",
    details: """
      Reads the configuration files of \(clientTitles),
      for the user, for every project that Claude Code knows, and for the folder it stands in. It changes none.
      """,
    options: [.init("--json", "print JSON")]
  ) { arguments throws(Failure) in
    let wrapper = try clientWrapper()
    let kind = try clientKind(arguments)
    let rows = wrapper.survey.rows.filter { kind == nil || $0.client == kind }
    let listing = ClientListing(wrapper, rows, client: kind)
    StandardOutput.write(arguments.has("--json") ? listing.json : listing.text)
    return 0
  }

  private static let clientsWrap = Command(
    ["clients", "wrap"], operands: "[CLIENT [SERVER]]", count: 0...2,
    summary: "Route servers of MCP clients through the gate, by changing their entries in the clients' files.",
    details: """
      Each server is registered with its command, variables or address, and its entry starts `gatehouse connect NAME`.
      No byte besides that entry changes; what the client alone can fill in stays in it. What the file was is kept beside
      it once, and `clients unwrap` puts each entry back byte for byte. Values of variables and headers are not shown.
      """,
    options: [
      .init("--dry-run", "show what would change, and change nothing"),
      .init("--preview", "WORD", "do it only if it is exactly what `--dry-run` showed with this word"),
    ]
  ) { arguments throws(Failure) in
    let wrapper = try clientWrapper()
    let kind = try clientKind(arguments)
    let rows = try clientRows(arguments, wrapper)
    let plan = wrapper.wrapPlan(
      rows, gate: ClientWrapper.gate(try environmentPaths(), environment: ThisProcess.environment))
    let report = WrapReport(wrapper)
    if let word = arguments.value("--preview"), word != plan.token {
      throw Failure("something has changed since that preview", help: "look again: gatehouse clients wrap --dry-run")
    }
    printDiff(report.diffs(plan.files))
    let isDry = arguments.has("--dry-run")
    let refusals: [ClientWrapper.Refusal]
    do throws(RegistryError) {
      refusals = isDry ? [] : try wrapper.carryOut(plan)
    } catch {
      throw Failure("\(error)")
    }
    say(report.words(plan, refusals, isDry: isDry, kind: kind, names: arguments.operands))
    let isRefused = plan.items.contains { item in
      guard case .refused = item.outcome else { return false }
      return item.row.server.transport != nil || arguments.operands.count == 2
    }
    return isRefused || !refusals.isEmpty || report.tellsUnread(kind) ? 1 : 0
  }

  private static let clientsUnwrap = Command(
    ["clients", "unwrap"], operands: "[CLIENT [SERVER]]", count: 0...2,
    summary: "Put entries of MCP clients' files back as they were before `clients wrap`.",
    details:
      "Servers stay registered. Without what `wrap` kept, an entry is made anew from the registry, and that is said.",
    options: [.init("--dry-run", "show what would change, and change nothing")]
  ) { arguments throws(Failure) in
    let wrapper = try clientWrapper()
    let kind = try clientKind(arguments)
    let rows = try clientRows(arguments, wrapper)
    let plan = wrapper.unwrapPlan(arguments.operands.count == 2 ? rows : rows.filter(\.server.isGuarded))
    let report = WrapReport(wrapper)
    printDiff(report.diffs(plan.files))
    let isDry = arguments.has("--dry-run")
    let refusals: [ClientWrapper.Refusal]
    do throws(RegistryError) {
      refusals = isDry ? [] : try wrapper.carryOut(plan)
    } catch {
      throw Failure("\(error)")
    }
    say(report.words(plan, refusals, isDry: isDry, kind: kind))
    let isRefused = plan.items.contains { item in
      if case .refused = item.outcome { true } else { false }
    }
    return isRefused || !refusals.isEmpty || report.tellsUnread(kind) ? 1 : 0
  }

  // MARK: Words of the command line

  private static var clientTitles: String {
    let titles = ClientKind.allCases.map(\.title)
    var lines = [""]
    for title in titles {
      if lines[lines.count - 1].count + title.count > 96 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + title + ","
    }
    return lines.joined(separator: "\n").dropLast().description
  }

  private static func clientWrapper() throws(Failure) -> ClientWrapper {
    let paths = try environmentPaths()
    do throws(RegistryError) {
      return try ClientWrapper(paths, environment: ThisProcess.environment, folder: ThisProcess.directory)
    } catch {
      throw Failure("\(error)")
    }
  }

  private static func clientKind(_ arguments: Arguments) throws(Failure) -> ClientKind? {
    guard let word = arguments.operands.first else { return nil }
    if let kind = ClientKind(rawValue: word.lowercased()) { return kind }
    if let kind = ClientKind.allCases.first(where: { $0.title.lowercased() == word.lowercased() }) { return kind }
    let names = ClientKind.allCases.map(\.rawValue)
    let hint = nearest(to: word.lowercased(), in: names).map { "did you mean `\($0)`?" }
    throw .usage(
      "`\(TerminalText.safe(word))` is no client that is known",
      help: hint ?? "there are: " + names.joined(separator: ", "))
  }

  /// The rows that the words choose; all without words.
  private static func clientRows(
    _ arguments: Arguments, _ wrapper: ClientWrapper
  ) throws(Failure) -> [ClientSurvey.Row] {
    let kind = try clientKind(arguments)
    let rows = wrapper.survey.rows.filter { kind == nil || $0.client == kind }
    guard arguments.operands.count == 2 else { return rows }
    let name = ExactText(arguments.operands[1])
    let chosen = rows.filter { $0.server.name == name }
    guard chosen.isEmpty else { return chosen }
    let files = wrapper.survey.files.filter { $0.place.kind == kind }
    if let broken = files.first(where: { $0.problem != nil }), let problem = broken.problem {
      throw Failure("\(wrapper.homes.shown(broken.place.path)): \(TerminalText.safe(problem))")
    }
    let title = kind?.title ?? "no client"
    let hint = nearest(to: name.string, in: rows.map(\.server.name.string)).map { "did you mean `\($0)`?" }
    throw Failure(
      "\(title) has no server `\(TerminalText.safe(name.string))`", help: hint ?? "see `gatehouse clients list`")
  }
}
