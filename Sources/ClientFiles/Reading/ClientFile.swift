package import JSONText

/// What one configuration file of a client says of MCP servers.
///
/// The file is somebody else's. What cannot be understood is told, and the rest is taken all the same.
package struct ClientFile: Hashable, Sendable {
  package var place: ClientPlace
  package var servers: [ClientServer] = []
  /// The same servers as they stand in the file; empty for a file that was not read from a text.
  package private(set) var listed: [ListedServer] = []
  /// The folders of projects that it names, which may hold files of their own.
  package var projects: [String] = []
  /// Servers that are off in a project, wherever they are named.
  package private(set) var offInProjects: [String: Set<ExactText>] = [:]
  /// Why nothing in it can be read.
  package var problem: String?
  /// Where that is.
  package var problemPlace: TextPlace?

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
    self.init(text, at: place, home: home, containers: place.kind.dialect.containers)
  }

  /// Reads a file of whatever client by its shape alone; the project is unknown.
  package init(_ text: [UInt8], of path: String, home: String) {
    let kind: ClientKind =
      if path.hasSuffix(".toml") {
        .codex
      } else if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
        (try? ClientDocument(text, .yaml))?.root["extensions"] == nil ? .continueDev : .goose
      } else {
        .claudeCode
      }
    let containers: [[ExactText]] =
      kind == .claudeCode
      ? [["mcpServers"], ["servers"], ["context_servers"], ["mcp", "servers"], ["amp.mcpServers"]]
      : kind.dialect.containers
    self.init(text, at: ClientPlace(kind, path), home: home, containers: containers)
  }

  private init(_ text: [UInt8], at place: ClientPlace, home: String, containers: [[ExactText]]) {
    self.init(at: place)
    guard text.count <= Self.longestText else {
      problem = "it has more than \(Self.longestText >> 20) MiB"
      return
    }
    do throws(DocumentProblem) {
      take(try ClientDocument(text, place.kind.dialect.format), containers, home: home)
    } catch {
      problem = "\(error)"
      problemPlace = error.place
    }
  }

  // MARK: Shapes

  private mutating func take(_ document: ClientDocument, _ containers: [[ExactText]], home: String) {
    for container in containers { take(document, container, project: place.project, home: home) }
    if place.kind == .gemini { noteAllowed(document.root["mcp"]) }
    guard place.kind == .claudeCode, place.scope == .user, let all = document.root["projects"]?.members else { return }
    for project in all.prefix(Self.most) {
      let folder = project.key.string
      guard folder.utf8.first == 0x2F else { continue }
      projects.append(folder)
      let off = ["disabledMcpServers", "disabledMcpjsonServers"].flatMap {
        project.value[ExactText($0)]?.elements?.compactMap(\.text) ?? []
      }
      if !off.isEmpty { offInProjects[folder] = Set(off) }
      take(document, ["projects", project.key, "mcpServers"], project: folder, home: home)
    }
  }

  private mutating func take(
    _ document: ClientDocument, _ container: [ExactText], project: String?, home: String
  ) {
    guard let list = document.value(at: container) else { return }
    let context = ClientEntry(kind: place.kind, project: project, home: home)
    var entries = (list.members ?? []).map { ($0.key, $0.value) }
    if place.kind == .continueDev {
      entries = (list.elements ?? []).compactMap { entry in entry["name"]?.text.map { ($0, entry) } }
    }
    var seen: Set<ExactText> = []
    for (name, entry) in entries.prefix(max(0, Self.most - servers.count)) {
      let address = EntryAddress(container, name)
      var server = context.server(name, entry)
      var listed = ListedServer(address, entry, at: place, project: project)
      var problem: String?
      if !seen.insert(name).inserted { problem = "another entry above it has its name" }
      if let (words, _) = document.obstacle(address) { problem = problem ?? words }
      if let problem {
        server.start = nil
        server.problem = problem
        listed.problem = problem
      }
      servers.append(server)
      self.listed.append(listed)
    }
  }

  /// Gemini's lists of servers that are on, or off, beside the entries themselves.
  private mutating func noteAllowed(_ lists: JSONNode?) {
    let allowed = lists?["allowed"]?.elements.map { Set($0.compactMap(\.text)) }
    let excluded = Set(lists?["excluded"]?.elements?.compactMap(\.text) ?? [])
    for index in listed.indices {
      let name = listed[index].name
      guard excluded.contains(name) || !(allowed?.contains(name) ?? true) else { continue }
      listed[index].isOff = true
      servers[index].isOff = true
    }
  }
}
