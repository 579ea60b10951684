package import JSONText
package import Policy

/// Something becomes of the pins of a server.
package struct PinEvent: Hashable, Sendable {
  package var news: PinNews
  /// Who decided it.
  package var by: String?
  /// What is wrong with the file.
  package var detail: String?

  package init(_ news: PinNews, by: String? = nil, detail: String? = nil) {
    self.news = news
    self.by = by
    self.detail = detail
  }
}

/// How pins stand.
package struct PinsAnswer: Hashable, Sendable {
  /// So many are told at once.
  package static let most = 20_000

  package var rows: [PinRow]
  /// How many there are beyond those.
  package var untold = 0
  package var isStrict: Bool
  /// The file of what is accepted.
  package var path: String
  /// What is wrong with it.
  package var problem: String?

  package init(rows: [PinRow], isStrict: Bool, path: String, problem: String? = nil) {
    self.rows = Array(rows.prefix(Self.most))
    untold = max(0, rows.count - Self.most)
    self.isStrict = isStrict
    self.path = path
    self.problem = problem
  }
}

/// One pin with the definition as it was accepted and as it is told now.
package struct PinDetails: Hashable, Sendable {
  package var row: PinRow
  /// Compact JSON: a tool's definition, or a text for a server's instructions; nil where it is not kept, or was none.
  package var old: [UInt8]?
  package var new: [UInt8]?

  package init(row: PinRow, old: [UInt8]?, new: [UInt8]?) {
    self.row = row
    self.old = old
    self.new = new
  }
}

/// What a person decides about, by the digest of what was shown.
package struct PinChoice: Hashable, Sendable {
  /// Nil for the server's instructions.
  package var tool: ExactText?
  package var digest: ContentDigest

  package init(tool: ExactText?, digest: ContentDigest) {
    self.tool = tool
    self.digest = digest
  }

  /// So many can be decided about at once.
  package static let most = 10_000
}
