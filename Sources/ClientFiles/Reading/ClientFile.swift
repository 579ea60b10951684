internal import JSONText

/// What one configuration file of a client says of MCP servers.
///
/// The file is somebody else's and is only ever read. What cannot be understood is told, and the rest is taken all the same.
package struct ClientFile: Hashable, Sendable {
  package var place: ClientPlace
  package var servers: [ClientServer] = []
  /// The folders of projects that it names, which may hold files of their own.
  package var projects: [String] = []
  /// Why nothing in it can be read.
  package var problem: String?

  /// The most bytes that are read of a file.
  package static let longestText = 4 << 20
  /// The most servers and projects of one file that are looked at.
  package static let most = 500

  package init(at place: ClientPlace, problem: String? = nil) {
    self.place = place
    self.problem = problem
  }

  /// Reads a file of the client that the place is of; `home` is the user's folder.
  package init(_ text: [UInt8], at place: ClientPlace, home: String) {
    self.init(at: place)
    guard text.count <= Self.longestText else {
      problem = "it has more than \(Self.longestText >> 20) MiB"
      return
    }
    if place.kind == .codex {
      do throws(CodexText.Problem) {
        take(try CodexText.servers(in: text), project: place.project, home: home)
      } catch {
        problem = "line \(error.line): \(error.message)"
      }
      return
    }
    // Editors leave empty files behind.
    guard text.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return }
    do throws(JSONError) {
      take(document: try JSONNode.read(CommentedJSON.plain(text)), home: home)
    } catch {
      problem = "line \(TextPlace(of: error.offset, in: text).line): \(error)"
    }
  }

  /// Reads a file of whatever client by its shape alone; the project is unknown.
  package init(_ text: [UInt8], of path: String, home: String) {
    let isTOML = path.hasSuffix(".toml")
    self.init(text, at: ClientPlace(isTOML ? .codex : .claudeCode, path), home: home)
  }

  // MARK: Shapes

  private mutating func take(document: JSONNode, home: String) {
    guard document.members != nil else {
      problem = "it must hold an object, not \(document.kindInWords)"
      return
    }
    // Each client has one of these; a file that a person names may be any client's.
    for list in [document["mcpServers"], document["servers"], document["context_servers"], document["mcp"]?["servers"]]
    {
      if let list { take(list, project: place.project, home: home) }
    }
    guard place.kind == .claudeCode, let all = document["projects"]?.members else { return }
    for project in all.prefix(Self.most) {
      let folder = project.key.string
      guard folder.utf8.first == 0x2F else { continue }
      projects.append(folder)
      if let list = project.value["mcpServers"] { take(list, project: folder, home: home) }
    }
  }

  private mutating func take(_ list: JSONNode, project: String?, home: String) {
    guard let members = list.members else { return }
    let context = ClientEntry(kind: place.kind, project: project, home: home)
    for member in members.prefix(max(0, Self.most - servers.count)) {
      servers.append(context.server(member.key, member.value))
    }
  }
}
