package import JSONText

/// One server of a client's file, as it is offered for the registry.
package struct ImportOffer: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    case new
    /// Another server of the registry, or of another file, has its name, so it would get another one.
    case renamed
    /// It starts `gatehouse` itself.
    case guarded
    /// The registry has the same command.
    case registered(as: ExactText)
    /// Another file has the same entry, which is offered there.
    case twin(of: ClientKind)
    case unusable(String)
  }

  package var client: ClientKind
  /// The file, `~` for the home folder.
  package var file: String
  /// The folder that the entry is for; nil for all.
  package var project: String?
  /// What the client calls it.
  package var name: ExactText
  /// What the registry would call it.
  package var proposed: ExactText
  /// What it runs, or where it is, without what may be a secret.
  package var command: String
  /// Names of the variables, or headers, that go along; never their values.
  package var variables: [String]
  /// The client does not start it now.
  package var isOff: Bool
  package var standing: Standing

  /// It can be chosen.
  package var isOffered: Bool { standing == .new || standing == .renamed }
  /// Its client starts it, or speaks to it, without the gate; whether the registry has it does not matter.
  package var isUnguarded: Bool { standing != .guarded && !isOff }
}

/// All that clients' files have for the registry, with what each would be there.
package struct ImportPlan: Hashable, Sendable {
  /// A file that could not be read.
  package struct Unread: Hashable, Sendable {
    package var file: String
    package var problem: String
  }

  package private(set) var offers: [ImportOffer] = []
  /// What the offers are of, in the same order, with their secrets: not for the screen.
  package private(set) var servers: [ClientServer] = []
  package private(set) var unread: [Unread] = []
  /// How many files were read.
  package private(set) var files = 0

  package static let mostOffers = 2_000

  package init(_ files: [ClientFile], registered: [ClientServer], homes: ClientHomes) {
    var taken = Set(registered.map(\.name))
    var known: [ClientServer.Start: ExactText] = [:]
    for server in registered { if let start = server.likeness { known[start] = known[start] ?? server.name } }
    var found: [ClientServer.Start: ClientKind] = [:]
    for file in files {
      let shown = homes.shown(file.place.path)
      if let problem = file.problem {
        unread.append(Unread(file: shown, problem: problem))
        continue
      }
      self.files += 1
      for server in file.servers.prefix(max(0, Self.mostOffers - offers.count)) {
        var offer = ImportOffer(
          client: file.place.kind, file: shown, project: server.project.map(homes.shown), name: server.name,
          proposed: Self.legal(server.name), command: "", variables: [], isOff: server.isOff, standing: .new)
        offer.standing = Self.standing(of: server, known: known, found: found)
        switch server.start {
        case .command(let program, let arguments, let variables, _):
          offer.command = ShownWords.line(program: program, arguments: arguments)
          offer.variables = variables.map(\.name)
        case .url(let url, let headers):
          offer.command = ShownWords.url(url)
          offer.variables = headers.map(\.name)
        case nil: break
        }
        if offer.isOffered {
          if taken.contains(offer.proposed) {
            offer.standing = .renamed
            offer.proposed = Self.free(offer.proposed, client: file.place.kind, taken)
          }
          taken.insert(offer.proposed)
          if let start = server.likeness { found[start] = file.place.kind }
        }
        offers.append(offer)
        servers.append(server)
      }
    }
  }

  private static func standing(
    of server: ClientServer, known: [ClientServer.Start: ExactText], found: [ClientServer.Start: ClientKind]
  ) -> ImportOffer.Standing {
    guard let start = server.likeness else { return .unusable(server.problem ?? "it cannot be read") }
    if server.isGuarded { return .guarded }
    if let name = known[start] ?? server.likenessWithoutFolder.flatMap({ known[$0] }) { return .registered(as: name) }
    if let kind = found[start] { return .twin(of: kind) }
    return .new
  }

  // MARK: Names

  /// Whether the registry takes a name: 1 to 64 letters, digits, `_`, `-` and `.`.
  package static func isLegal(_ name: ExactText) -> Bool {
    1...64 ~= name.utf8.count && name.utf8.allSatisfy(isLegal)
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  /// The name with everything else made `-`.
  static func legal(_ name: ExactText) -> ExactText {
    var bytes: [UInt8] = []
    for byte in name.utf8.prefix(256) where bytes.count < 48 {
      if isLegal(byte) { bytes.append(byte) } else if bytes.last != 0x2D, !bytes.isEmpty { bytes.append(0x2D) }
    }
    while bytes.last == 0x2D { bytes.removeLast() }
    return ExactText(bytes.isEmpty ? "server" : String(decoding: bytes, as: UTF8.self))
  }

  static func free(_ name: ExactText, client: ClientKind, _ taken: Set<ExactText>) -> ExactText {
    let short = name.of(client)
    if isLegal(short), !taken.contains(short) { return short }
    var number = 2
    while taken.contains(ExactText("\(name.string)-\(number)")) { number += 1 }
    return ExactText("\(name.string)-\(number)")
  }
}

extension ExactText {
  /// The name of one client's server where another server has the name already.
  func of(_ client: ClientKind) -> ExactText { ExactText("\(string)-\(client.rawValue)") }
}

extension ClientServer {
  /// What two entries of one server have in common, however their headers are ordered and their names are spelled.
  fileprivate var likeness: Start? {
    guard case .url(let url, let headers) = start else { return start }
    let plain = headers.map { Header($0.name.lowercased(), $0.value) }
    return .url(url, headers: plain.sorted { ExactText($0.name) < ExactText($1.name) })
  }

  /// The same for a server of a project that starts where its client does, of which the registry need not say where.
  fileprivate var likenessWithoutFolder: Start? {
    guard let project, case .command(let program, let arguments, let variables, project) = start else { return nil }
    return .command(program: program, arguments: arguments, variables: variables, folder: nil)
  }
}
