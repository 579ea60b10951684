package import ClientFiles
package import JSONText
package import Store
package import System

/// Looks for the configuration files of MCP clients, and reads them; it never writes one.
package enum ClientFinder {
  /// How many folders of projects are looked into.
  private static let mostProjects = 200

  /// Every file that is there, in the order of `ClientKind`; `folder` is the project that the person stands in.
  package static func find(_ homes: ClientHomes, folder: String?) -> [ClientFile] {
    findTexts(homes, folder: folder).map(\.file)
  }

  /// The same, with the texts; nil where a file cannot be read.
  package static func findTexts(_ homes: ClientHomes, folder: String?) -> [(file: ClientFile, text: [UInt8]?)] {
    var files: [(file: ClientFile, text: [UInt8]?)] = []
    var seen: Set<String> = []
    // One file may have two names: by a link, or where a file system overlooks case.
    var identities: Set<SafeFile.Identity> = []
    var projects = folder.map { [$0] } ?? []
    func look(_ places: [ClientPlace]) {
      for place in places where seen.insert(place.path).inserted {
        guard let found = read(place, home: homes.home) else { continue }
        if let identity = SafeFile.identity(behind: place.path), !identities.insert(identity).inserted { continue }
        files.append(found)
        projects += found.file.projects
      }
    }
    look(homes.places)
    look(blocks(in: homes.home, project: nil))
    for project in projects.prefix(mostProjects) {
      look(ClientHomes.places(ofProject: project))
      look(blocks(in: project, project: project))
    }
    return files
  }

  /// Files of a folder with a server each, as Continue takes them.
  private static func blocks(in folder: String, project: String?) -> [ClientPlace] {
    let folder = folder == "/" ? "/.continue/mcpServers" : "\(folder)/.continue/mcpServers"
    let names = (try? SafeFile.names(in: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().prefix(mostBlocks).map {
      ClientPlace(.continueDev, "\(folder)/\($0)", project: project)
    }
  }

  private static let mostBlocks = 200

  /// One file that a person names, of whatever client.
  package static func read(_ path: String, home: String) throws(SystemError) -> ClientFile {
    ClientFile(try SafeFile.read(path, limit: ClientFile.longestText), of: path, home: home)
  }

  /// Nil where there is no such file.
  private static func read(_ place: ClientPlace, home: String) -> (file: ClientFile, text: [UInt8]?)? {
    do throws(SystemError) {
      let text = try SafeFile.read(place.path, limit: ClientFile.longestText)
      return (ClientFile(text, at: place, home: home), text)
    } catch {
      return error.isAbsence ? nil : (ClientFile(at: place, problem: "\(error)"), nil)
    }
  }

  /// What the files have for a registry.
  package static func plan(_ files: [ClientFile], for registry: ServerRegistry, _ homes: ClientHomes) -> ImportPlan {
    ImportPlan(files, registered: registry.servers.map(\.asClientServer), homes: homes)
  }

  package static func homes(_ environment: [String: String]) -> ClientHomes {
    let home = environment["HOME"].flatMap { $0.utf8.first == 0x2F ? $0 : nil } ?? ThisProcess.home ?? "/"
    return ClientHomes(home: home, environment: environment)
  }
}

extension RegisteredServer {
  /// The entry as the file of a client would have it.
  package var asClientServer: ClientServer {
    switch transport {
    case .http(let remote): ClientServer(name, .url(remote.url, headers: remote.headers.map(\.asClientHeader)))
    case .stdio(let program, let arguments, let environment, let directory):
      ClientServer(
        name,
        .command(
          program: program, arguments: arguments,
          variables: environment.map { ClientServer.Variable($0.key, $0.value) }.sorted {
            ExactText($0.name) < ExactText($1.name)
          }, folder: directory))
    }
  }

  /// A client's entry under a name of the registry; nil where it has neither a command nor an address.
  package init?(_ server: ClientServer, as name: ExactText) {
    switch server.start {
    case .command(let program, let arguments, let variables, let folder):
      self.init(
        name: name,
        transport: .stdio(
          program: program, arguments: arguments,
          environment: Dictionary(variables.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }), directory: folder))
    case .url(let url, let headers):
      var remote = RemoteEntry(url: url)
      remote.headers = headers.map(RemoteEntry.Header.init)
      self.init(name: name, transport: .http(remote))
    case nil: return nil
    }
  }
}

extension RemoteEntry.Header {
  fileprivate var asClientHeader: ClientServer.Header {
    switch value {
    case .text(let text): .init(name, .text(text))
    case .file(let path): .init(name, .file(path))
    }
  }

  fileprivate init(_ header: ClientServer.Header) {
    switch header.value {
    case .text(let text): self.init(header.name, .text(text))
    case .file(let path): self.init(header.name, .file(path))
    }
  }
}
