import ClientFiles
import Console
import ConsoleCore
import JSONText
import Store
import System

extension Gatehouse {
  static let serversImport = Command(
    ["servers", "import"], operands: "[NAME...]", count: 0...1_000,
    summary: "Register servers that your MCP clients are configured with.",
    details: """
      Without a name it lists what the files of all known clients have (`gatehouse clients list` says which), those
      of this folder among them. These files are read and never changed.
      Values of variables and headers are copied into the registry (mode 0600) and shown nowhere; a header that the
      client takes from its environment is a variable there, too.
      """,
    options: [
      .init("--all", "register all that can be"),
      .init("--from", "FILE", "read this file of a client instead; may be given several times"),
      .init("--dry-run", "say what would be registered, and change nothing"),
      .init("--json", "list as JSON"),
    ]
  ) { arguments throws(Failure) in
    let homes = ClientFinder.homes(ThisProcess.environment)
    var files: [ClientFile] = []
    let named = arguments.values("--from")
    for path in named {
      do throws(SystemError) {
        files.append(try ClientFinder.read(path, home: homes.home))
      } catch {
        throw Failure("\(error)")
      }
    }
    if named.isEmpty { files = ClientFinder.find(homes, folder: ThisProcess.directory) }
    let plan = ClientFinder.plan(files, for: try readRegistry(), homes)
    if !named.isEmpty, let unread = plan.unread.first {
      throw Failure("\(unread.file): \(TerminalText.safe(unread.problem))")
    }
    let chosen = try choose(arguments, from: plan)
    guard !chosen.isEmpty || arguments.has("--all") else {
      StandardOutput.write(arguments.has("--json") ? json(plan) : listing(plan))
      return 0
    }
    guard !chosen.isEmpty else {
      StandardOutput.write("there is nothing to register\n")
      return 0
    }
    let names = chosen.map { plan.offers[$0].proposed.string }
    if arguments.has("--dry-run") {
      StandardOutput.write("would register \(names.joined(separator: ", "))\n")
      return 0
    }
    let servers = chosen.compactMap { RegisteredServer(plan.servers[$0], as: plan.offers[$0].proposed) }
    try changeRegistry { registry throws(RegistryError) in
      for server in servers { try registry.add(server) }
    }
    for case .http(let remote) in servers.map(\.transport) { warnOfPlainText(remote) }
    var text = "registered \(names.joined(separator: ", ")); no client's file is changed\n"
    text += "  in the client's file, in place of the server's entry:\n"
    for name in names {
      text += "    \"\(name)\": { \"command\": \"gatehouse\", \"args\": [\"connect\", \"\(name)\"] }\n"
    }
    text += "  to let that be done:  gatehouse clients wrap\n"
    text += "  to see the tools:  gatehouse servers scan \(names.joined(separator: " "))\n"
    StandardOutput.write(text)
    return 0
  }

  /// Places of the offers that are named, or of all.
  private static func choose(_ arguments: Arguments, from plan: ImportPlan) throws(Failure) -> [Int] {
    let offered = plan.offers.indices.filter { plan.offers[$0].isOffered }
    if arguments.has("--all") {
      guard arguments.operands.isEmpty else { throw .usage("`--all` takes no names") }
      return offered
    }
    var chosen: [Int] = []
    for word in arguments.operands {
      let name = ExactText(word)
      if let offer = offered.first(where: { plan.offers[$0].proposed == name }) {
        if !chosen.contains(offer) { chosen.append(offer) }
        continue
      }
      let known = plan.offers.filter { $0.name == name }
      if let other = known.first(where: \.isOffered) {
        throw Failure("`\(word)` would be `\(other.proposed)`, for its name is taken", help: "write \(other.proposed)")
      }
      guard let first = known.first else {
        throw Failure(
          "no client's file that was found has a server `\(TerminalText.safe(word))`",
          help: "`gatehouse servers import` lists what was found")
      }
      throw Failure("`\(word)` cannot be registered: \(words(first.standing))")
    }
    return chosen
  }

  private static func words(_ standing: ImportOffer.Standing) -> String {
    switch standing {
    case .new: "new"
    case .renamed: "new, under another name"
    case .guarded: "it runs through the gate already"
    case .registered(let name): "registered already as \(name)"
    case .twin(let kind): "the same as in \(kind.title)"
    case .unusable(let reason): TerminalText.safe(reason)
    }
  }

  private static func listing(_ plan: ImportPlan) -> String {
    guard !plan.offers.isEmpty || !plan.unread.isEmpty else {
      return "no file of an MCP client with a server was found\n"
        + "  from another place:  gatehouse servers import --from FILE\n"
    }
    var table = Table(header: ["NAME", "CLIENT", "FILE", "GUARDED", "STATE", "RUNS"])
    for offer in plan.offers {
      let name = offer.isOffered ? offer.proposed : offer.name
      let variables = offer.variables.isEmpty ? "" : " (with \(offer.variables.joined(separator: " ")))"
      table.add([
        name.string, offer.client.title, offer.file, offer.standing == .guarded ? "yes" : "no",
        words(offer.standing) + (offer.isOff ? ", off there" : ""),
        offer.command.isEmpty ? "-" : offer.command + variables,
      ])
    }
    var text = plan.offers.isEmpty ? "" : table.text
    for file in plan.unread {
      text += "not read: \(TerminalText.safe(file.file)): \(TerminalText.safe(file.problem))\n"
    }
    let count = plan.offers.count(where: \.isOffered)
    let around = plan.offers.count(where: \.isUnguarded)
    if around > 0 {
      text +=
        "\(around) of \(plan.offers.count) \(around == 1 ? "goes" : "go") around the gate until `gatehouse clients wrap`\n"
    }
    if count > 0 {
      text += "to register some:  gatehouse servers import NAME...   all \(count):  gatehouse servers import --all\n"
    }
    return text
  }

  private static func json(_ plan: ImportPlan) -> String {
    var writer = JSONWriter()
    writer.beginArray()
    for offer in plan.offers {
      writer.beginObject()
      writer.member("name", offer.name.string)
      writer.member("proposed", offer.proposed.string)
      writer.member("client", offer.client.rawValue)
      writer.member("file", offer.file)
      writer.member("project", ifPresent: offer.project)
      writer.member("runs", offer.command)
      writer.member("off", offer.isOff)
      writer.member("guarded", offer.standing == .guarded)
      writer.member("offered", offer.isOffered)
      writer.member("state", words(offer.standing))
      writer.endObject()
    }
    writer.endArray()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}
