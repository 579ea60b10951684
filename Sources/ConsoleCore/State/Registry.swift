package import ClientFiles
internal import ControlWire
package import JSONText

/// What may be shown of `servers.json`: no value of a variable, nothing that looks like a secret.
package struct RegistryView: Hashable, Sendable {
  package struct Server: Hashable, Sendable {
    package var name: ExactText
    /// Program and arguments, or the URL.
    package var command: String
    package var variables: [String]
    package var folder: String?
    package var isHTTP: Bool
    package var isDisabled = false
    /// How many milliseconds a call may take; nil where the entry does not say.
    package var timeout: Int?

    package init(
      name: ExactText, command: String, variables: [String] = [], folder: String? = nil, isHTTP: Bool = false
    ) {
      self.name = name
      self.command = command
      self.variables = variables
      self.folder = folder
      self.isHTTP = isHTTP
    }
  }

  /// Where the file is, for people.
  package var path: String
  package var servers: [Server] = []
  /// Why it cannot be read.
  package var problem: String?
  /// What this console did to it last, which can be taken back.
  package var lastChange: String?

  package init(path: String = "servers.json") { self.path = path }

  subscript(_ name: ExactText) -> Server? { servers.first { $0.name == name } }
}

/// A server of a client's file that the registry shall have.
package struct ImportChoice: Hashable, Sendable {
  /// Its place among the offers.
  package var offer: Int
  package var name: ExactText

  package init(offer: Int, name: ExactText) {
    self.offer = offer
    self.name = name
  }
}

/// What the person wants the registry to be changed to.
package enum RegistryChange: Hashable, Sendable {
  case take([ImportChoice])
  case add(ClientServer)
  case remove(ExactText)
  case setDisabled(ExactText, Bool)
  /// Takes the last change of this console back.
  case putBack

  /// The change in the past tense.
  package var said: String {
    switch self {
    case .take(let choices): choices.count == 1 ? "added \(choices[0].name)" : "added \(choices.count) servers"
    case .add(let server): "added \(server.name)"
    case .remove(let name): "removed \(name)"
    case .setDisabled(let name, true): "disabled \(name)"
    case .setDisabled(let name, false): "enabled \(name)"
    case .putBack: "put back"
    }
  }

  /// The servers that it adds.
  var added: [ExactText] {
    switch self {
    case .take(let choices): choices.map(\.name)
    case .add(let server): [server.name]
    case .remove, .setDisabled, .putBack: []
    }
  }
}

/// What clients' files have for the registry, as far as it may be shown.
package struct ImportFindings: Hashable, Sendable {
  package var offers: [ImportOffer]
  package var unread: [ImportPlan.Unread]
  /// How many files were read.
  package var files: Int

  package init(_ plan: ImportPlan) {
    offers = plan.offers
    unread = plan.unread
    files = plan.files
  }
}

/// How a server's tools are others than when this console first saw them.
package struct DefinitionChanges: Hashable, Sendable {
  package var added: Set<ExactText> = []
  package var changed: Set<ExactText> = []
  package var removed: Set<ExactText> = []

  package var count: Int { added.count + changed.count + removed.count }

  /// `1 added, 2 changed`.
  var words: String {
    [(added.count, "added"), (changed.count, "changed"), (removed.count, "removed")].filter { $0.0 > 0 }.map {
      "\(Format.count($0.0)) \($0.1)"
    }.joined(separator: ", ")
  }
}

extension ConsoleState {
  /// Compares what a server says of its tools now with what was known; a first list is no change.
  mutating func noteDefinitions(before: Catalogue) {
    guard !before.isUnknown else { return }
    for server in catalogue.servers {
      guard let old = before.index(ofServer: server.info.name).map({ before.servers[$0] }), !old.tools.isEmpty else {
        continue
      }
      let name = server.info.name
      var changes = definitionChanges[name] ?? DefinitionChanges()
      let known = Dictionary(
        before.tools[old.tools].map { ($0.info.name, $0.info) }, uniquingKeysWith: { first, _ in first })
      var rest = Set(known.keys)
      for tool in catalogue.tools[server.tools] {
        rest.remove(tool.info.name)
        guard let was = known[tool.info.name] else {
          if changes.removed.remove(tool.info.name) == nil { changes.added.insert(tool.info.name) }
          continue
        }
        if was != tool.info, !changes.added.contains(tool.info.name) { changes.changed.insert(tool.info.name) }
      }
      for gone in rest where changes.added.remove(gone) == nil {
        changes.changed.remove(gone)
        changes.removed.insert(gone)
      }
      definitionChanges[name] = changes.count > 0 ? changes : nil
    }
    definitionChanges = definitionChanges.filter { catalogue.index(ofServer: $0.key) != nil }
  }

  /// Whether the registry says that no session of a server may begin.
  func isDisabled(_ name: ExactText) -> Bool { registry[name]?.isDisabled == true }
}
