internal import JSONText

/// All servers of all clients, and which of several entries of one name each client takes.
package struct ClientSurvey: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package var client: ClientKind
    /// The file's place among those that were looked at.
    package var file: Int
    package var server: ListedServer
    /// The entry that stands above this one: its path and scope; nil where this one counts.
    package var shadow: Shadow?

    package var isEffective: Bool { shadow == nil && server.problem == nil }
  }

  package struct Shadow: Hashable, Sendable {
    package var path: String
    package var scope: ClientScope
  }

  package private(set) var files: [ClientFile]
  package private(set) var rows: [Row] = []

  /// `folder` is the project that the person stands in: entries for all count there, or not.
  package init(_ files: [ClientFile], folder: String?) {
    self.files = files
    var off: [String: Set<ExactText>] = [:]
    for file in files { off.merge(file.offInProjects) { $0.union($1) } }
    for (number, file) in files.enumerated() {
      for server in file.listed {
        var server = server
        if file.place.kind == .claudeCode, let project = server.project ?? folder,
          off[project]?.contains(server.name) == true
        {
          server.isOff = true
        }
        rows.append(Row(client: file.place.kind, file: number, server: server))
      }
    }
    for index in rows.indices { rows[index].shadow = shadow(of: rows[index], in: folder) }
  }

  /// Of entries of one name, a client takes the one that is for the fewest; what is managed stands above all.
  private func shadow(of row: Row, in folder: String?) -> Shadow? {
    let project = row.server.project ?? folder
    let rank = Self.rank(row)
    var best: Row?
    for other in rows where other.file != row.file || other.server.address != row.server.address {
      guard other.client.family == row.client.family, Self.rank(other) > max(rank, best.map(Self.rank) ?? rank) else {
        continue
      }
      // Claude Code takes managed servers alone, where there are any.
      let isExclusive = other.server.scope == .managed && other.client == .claudeCode
      guard isExclusive || other.server.name == row.server.name, other.server.problem == nil else { continue }
      guard other.server.project == nil || other.server.project == project else { continue }
      best = other
    }
    return best.map { Shadow(path: files[$0.file].place.path, scope: $0.server.scope) }
  }

  private static func rank(_ row: Row) -> Int {
    switch row.server.scope {
    case .managed: 3
    case .local: 2
    // Factory's own order is the other way round.
    case .project: row.client == .factory ? -1 : 1
    case .user, .remote: 0
    }
  }
}
