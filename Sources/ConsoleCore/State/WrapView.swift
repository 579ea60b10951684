package import ClientFiles
package import JSONText

/// A server of a client's file, and whether it runs through the gate, as far as it may be shown.
package struct WrapOffer: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    /// The client reaches it without the gate.
    case open
    case guarded(ExactText)
    /// It stays as it is, and why.
    case stays(String)
  }

  package var client: ClientKind
  package var file: String
  package var name: ExactText
  package var standing: Standing

  package init(client: ClientKind, file: String, name: ExactText, standing: Standing) {
    self.client = client
    self.file = file
    self.name = name
    self.standing = standing
  }
}

/// What clients' files have: the servers, and the files that cannot be read.
package struct WrapFindings: Hashable, Sendable {
  package var offers: [WrapOffer]
  /// File and problem.
  package var unread: [String]

  package init(offers: [WrapOffer], unread: [String] = []) {
    self.offers = offers
    self.unread = unread
  }
}

/// What would be changed in clients' files.
package struct WrapPreview: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case file, old, new, note, refusal }

  package struct Line: Hashable, Sendable {
    package var kind: Kind
    /// Others wrote it.
    package var text: String

    package init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// Places of the offers that were asked about.
  package var places: [Int]
  /// Stands for these very changes.
  package var token: String
  /// How many entries would be changed.
  package var count: Int
  package var lines: [Line]

  package init(places: [Int], token: String, count: Int, lines: [Line]) {
    self.places = places
    self.token = token
    self.count = count
    self.lines = lines
  }
}

/// What became of it.
package struct WrapResult: Hashable, Sendable {
  /// Servers that go through the gate now.
  package var names: [ExactText]
  /// Clients that have to be started again.
  package var clients: [ClientKind]
  /// Why files were not changed.
  package var problems: [String]

  package init(names: [ExactText] = [], clients: [ClientKind] = [], problems: [String] = []) {
    self.names = names
    self.clients = clients
    self.problems = problems
  }
}

/// Clients' servers to be routed through the gate: the list, then what would be changed.
package struct WrapView: Hashable, Sendable {
  /// Nil until the files were read.
  package var findings: WrapFindings?
  package var list = ListCursor()
  /// Places of the offers that are chosen.
  package var chosen: Set<Int> = []
  /// Nil while the list is shown.
  package var preview: WrapPreview?
  /// The first line of the preview that is shown.
  package var top = 0
  /// Something was asked for and has not come yet.
  package var isWaiting = false
  /// Why the last key did nothing.
  package var hint: String?

  /// Places of the offers as they are listed: what can be chosen first.
  var order: [Int] {
    guard let offers = findings?.offers else { return [] }
    return offers.indices.filter { offers[$0].standing == .open }
      + offers.indices.filter { offers[$0].standing != .open }
  }

  var current: Int? { order.indices.contains(list.row) ? order[list.row] : nil }

  /// How many go around the gate.
  var open: Int { findings?.offers.count { $0.standing == .open } ?? 0 }
}
