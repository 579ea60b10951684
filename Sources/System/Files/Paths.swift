/// Where everything is kept, by the environment.
package struct Paths: Hashable, Sendable {
  /// Holds the registry, the policy, the pins beside it and the user's themes.
  package let configuration: String
  /// Holds the catalogue and the gate's log.
  package let state: String
  package let policy: String
  package var socket: String

  package var registry: String { "\(configuration)/servers.json" }
  /// How the gate is to run.
  package var settings: String { "\(configuration)/config.json" }
  /// What each key of the console does.
  package var keys: String { "\(configuration)/keys.conf" }
  /// The filters of the console that have a name.
  package var filters: String { "\(configuration)/filters.conf" }
  /// Who may use the gate over HTTP.
  package var grants: String { "\(configuration)/grants.json" }
  package var themes: String { "\(configuration)/themes" }
  package var pins: String { "\(SafeFile.folder(of: policy))/tools.lock.json" }
  /// What servers tell that is not as it was accepted.
  package var heardPins: String { "\(SafeFile.folder(of: policy))/tools.heard.json" }
  package var database: String { "\(state)/gatehouse.db" }
  /// Holds the segments of the record, of every lane.
  package var record: String { "\(state)/record" }
  /// What is found in the record faster through it; made of the record, and of nothing else.
  package var recordIndex: String { "\(state)/record-index.db" }
  /// Holds the texts of policies that were in force.
  package var policies: String { "\(state)/policies" }
  /// The files that keep the counts of limits.
  package var counters: String { "\(state)/counters" }
  /// There as long as everything is denied, whatever the policy says.
  package var lockdown: String { "\(state)/lockdown" }
  package var log: String { "\(state)/gate.log" }
  /// What entries of MCP clients' files were before they were routed through the gate, with their secrets.
  package var clients: String { "\(state)/clients.json" }
  /// Unsaved edits of consoles, for the case that they end before saving.
  package var unsaved: String { "\(state)/unsaved" }
  /// The folder for the socket of a gate that lives in the process with this number, beside the socket of the gate for all.
  package func privateFolder(of pid: Int32) -> String {
    "\(SafeFile.folder(of: socket))/\(PrivateFolders.name(of: pid))"
  }
  /// Held by the gate that listens on the socket.
  package var lock: String { "\(socket).lock" }

  /// What the answer depends on beside the environment.
  package struct Circumstances: Hashable, Sendable {
    package var user: UInt32
    /// The home folder by the user database.
    package var home: String?
    /// The working folder, for relative paths of the command line.
    package var directory: String?
    /// The folder that the system has made for what runs: clients start servers without `XDG_RUNTIME_DIR`.
    package var runtime: String?

    package init(user: UInt32, home: String?, directory: String?, runtime: String? = nil) {
      self.user = user
      self.home = home
      self.directory = directory
      self.runtime = runtime
    }

    /// Those of this process.
    package static var current: Circumstances {
      Circumstances(
        user: ThisProcess.user, home: ThisProcess.home, directory: ThisProcess.directory,
        runtime: ThisProcess.runtimeFolder)
    }
  }

  /// Works the paths out; `policy` and `socket` come from the command line.
  ///
  /// `GATEHOUSE_HOME` puts everything into one folder. Otherwise the folders are those of the XDG base directory rules,
  /// by which a relative path in a variable counts as none.
  package init(
    environment: [String: String], in circumstances: Circumstances, policy: String? = nil, socket: String? = nil
  ) throws(PathError) {
    func absolute(_ path: String, _ source: String) throws(PathError) -> String {
      if path.utf8.first == 0x2F { return path }
      guard let directory = circumstances.directory else {
        throw PathError("the working folder is gone, so `\(path)` of \(source) leads nowhere", help: "use a full path")
      }
      return directory == "/" ? "/\(path)" : "\(directory)/\(path)"
    }
    func named(_ name: String) throws(PathError) -> String? {
      guard let value = environment[name], !value.isEmpty else { return nil }
      return try absolute(value, name)
    }
    func base(_ name: String, _ standard: String) throws(PathError) -> String {
      if let value = environment[name], value.utf8.first == 0x2F { return Paths.trimmed(value) }
      let home = environment["HOME"].flatMap { $0.utf8.first == 0x2F ? $0 : nil } ?? circumstances.home
      guard let home else {
        throw PathError("there is no home folder", help: "set HOME, or GATEHOUSE_HOME to a folder of your own")
      }
      return Paths.joined(home, standard)
    }

    let home = try named("GATEHOUSE_HOME").map(Paths.trimmed)
    configuration = if let home { home } else { try base("XDG_CONFIG_HOME", ".config") + "/gatehouse" }
    state = if let home { home } else { try base("XDG_STATE_HOME", ".local/state") + "/gatehouse" }

    if let policy {
      self.policy = try absolute(policy, "--policy")
    } else {
      self.policy = try named("GATEHOUSE_POLICY") ?? "\(configuration)/policy.json"
    }

    if let socket {
      self.socket = try absolute(socket, "--socket")
    } else if let socket = try named("GATEHOUSE_SOCKET") {
      self.socket = socket
    } else if let home {
      self.socket = Paths.joined(home, "gate.sock")
    } else if let runtime = environment["XDG_RUNTIME_DIR"], runtime.utf8.first == 0x2F {
      self.socket = Paths.joined(runtime, "gatehouse/gate.sock")
    } else if let runtime = circumstances.runtime {
      self.socket = Paths.joined(runtime, "gatehouse/gate.sock")
    } else {
      let temporary = environment["TMPDIR"].flatMap { $0.utf8.first == 0x2F ? $0 : nil } ?? "/tmp"
      self.socket = Paths.joined(temporary, "gatehouse-\(circumstances.user)/gate.sock")
    }
    guard self.socket.utf8.count <= UnixSocket.longestPath else {
      throw PathError(
        "the socket's path `\(self.socket)` has \(self.socket.utf8.count) bytes, and the system allows "
          + "\(UnixSocket.longestPath)",
        help: "set GATEHOUSE_SOCKET, or give `--socket`, to a shorter path")
    }
  }

  /// The paths of a process of this user and in this folder that has another environment.
  package static func of(_ environment: [String: String]) throws(PathError) -> Paths {
    try Paths(environment: environment, in: .current)
  }

  /// The paths of the running process.
  package static func current(policy: String? = nil, socket: String? = nil) throws(PathError) -> Paths {
    try Paths(
      environment: ThisProcess.environment, in: .current, policy: policy, socket: socket)
  }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == 0x2F { path.removeLast() }
    return path
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    let folder = trimmed(folder)
    return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
  }
}

/// Why there is no place for a file.
package struct PathError: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  package let help: String

  init(_ message: String, help: String) {
    self.message = message
    self.help = help
  }

  package var description: String { "\(message); \(help)" }
}
