internal import ClientFiles
package import JSONText

/// The servers that clients' files have, to choose from.
package struct ImportList: Hashable, Sendable {
  /// Nil until the files were read.
  package var findings: ImportFindings?
  package var list = ListCursor()
  /// Places of the offers that are chosen.
  package var chosen: Set<Int> = []
  /// Names that the person gave instead of the proposed ones.
  package var names: [Int: ExactText] = [:]
  /// The name of the offer under the cursor while it is being typed.
  package var renaming: TextField?
  /// Why the last key did nothing.
  package var hint: String?

  /// Places of the offers in the order in which they are listed: what can be chosen first.
  var order: [Int] {
    guard let offers = findings?.offers else { return [] }
    return offers.indices.filter { offers[$0].isOffered } + offers.indices.filter { !offers[$0].isOffered }
  }

  var current: Int? { order.indices.contains(list.row) ? order[list.row] : nil }

  func name(_ offer: Int) -> ExactText {
    names[offer] ?? findings.map { $0.offers[offer].proposed } ?? ""
  }

  /// How many can be chosen.
  var offered: Int { findings?.offers.count(where: \.isOffered) ?? 0 }
}

/// A server that is being typed in.
package struct ServerForm: Hashable, Sendable {
  package enum Field: Int, CaseIterable, Hashable, Sendable { case name, command, folder }

  package var field = Field.name
  package var name = TextField()
  /// The command as a shell would take it, with `NAME=VALUE` in front for variables.
  package var command = TextField()
  package var folder = TextField()
  /// What is wrong with it.
  package var problem: String?

  subscript(_ field: Field) -> TextField {
    get {
      switch field {
      case .name: name
      case .command: command
      case .folder: folder
      }
    }
    set {
      switch field {
      case .name: name = newValue
      case .command: command = newValue
      case .folder: folder = newValue
      }
    }
  }
}

/// Everything that is known of one server, in front of the panes.
package struct ServerDetails: Hashable, Sendable {
  package var name: ExactText
  package var top = 0
}

/// What to do with servers that were just added.
package struct ServersAdded: Hashable, Sendable {
  package var names: [ExactText]
  /// Clients' files that they were taken from.
  package var files: [String] = []
  package var top = 0
}
