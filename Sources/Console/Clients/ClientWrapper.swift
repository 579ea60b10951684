package import ClientFiles
internal import JSONText
package import Store
package import System

/// Routes servers of MCP clients through the gate by changing their files, and takes them away again.
package struct ClientWrapper: Sendable {
  package let homes: ClientHomes
  package let survey: ClientSurvey
  package let registry: ServerRegistry
  private let texts: [Int: [UInt8]]
  private let paths: Paths

  /// Looks at every file of every client.
  package init(_ paths: Paths, environment: [String: String], folder: String?) throws(RegistryError) {
    self.paths = paths
    homes = ClientFinder.homes(environment)
    registry = try RegistryFile.read(paths.registry)
    let found = ClientFinder.findTexts(homes, folder: folder)
    survey = ClientSurvey(found.map(\.file), folder: folder)
    texts = Dictionary(
      found.enumerated().compactMap { number, file in file.text.map { (number, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// What is wrong with an entry, or with what it starts; nil if nothing is.
  package func problem(of row: ClientSurvey.Row) -> String? {
    if let problem = row.server.problem { return problem }
    guard let name = row.server.guarded else { return nil }
    if let gate = row.server.gate, gate.utf8.first == 0x2F, !SafeFile.exists(gate) {
      return "the gate's program `\(gate)` is gone"
    }
    let isRun =
      row.server.entry["command"]?.elements?.contains { $0.string == "run" } ?? false
      || row.server.entry["args"]?.elements?.first?.string == "run"
    if !isRun, name != "?", registry[name] == nil { return "no server `\(name)` is registered" }
    return nil
  }

  // MARK: Plans

  package func wrapPlan(_ rows: [ClientSurvey.Row], gate: EntryWrap.Gate) -> WrapPlan {
    WrapPlan(rows, of: survey, texts: texts, registered: registry.entries, home: homes.home, gate: gate)
  }

  package func unwrapPlan(_ rows: [ClientSurvey.Row]) -> UnwrapPlan {
    UnwrapPlan(rows, of: survey, texts: texts, records: readRecords(), registered: registry.entries)
  }

  /// The gate that an entry starts, with the variables without which it would use other files than this process.
  package static func gate(_ paths: Paths, environment: [String: String]) -> EntryWrap.Gate {
    var gate = EntryWrap.Gate(program: ThisProcess.executableFile)
    // Many clients start servers with next to no environment.
    let bare = environment.filter { $0.key == "HOME" }
    if let known = try? Paths.of(bare), known == paths { return gate }
    var names = ["GATEHOUSE_HOME", "GATEHOUSE_POLICY", "GATEHOUSE_SOCKET"]
    if environment["GATEHOUSE_HOME"] == nil { names += ["XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"] }
    for name in names {
      if let value = environment[name], value.utf8.first == 0x2F { gate.variables.append(.init(name, value)) }
    }
    let named = Dictionary(gate.variables.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    // `TMPDIR` decides, too, where there is no other folder for a socket.
    if let known = try? Paths.of(bare.merging(named) { $1 }), known.socket != paths.socket {
      gate.variables.append(.init("GATEHOUSE_SOCKET", paths.socket))
    }
    return gate
  }

  // MARK: Doing it

  /// Why a file is not written.
  package struct Refusal: Hashable, Sendable {
    package var path: String
    package var reason: String
  }

  /// What a file was before the first change; beside it, and the user's alone.
  package static func backup(of path: String) -> String { "\(path).before-gatehouse" }

  /// Does what a plan says; a file that is not as it was then stays as it is.
  ///
  /// Whatever ends this in the middle leaves each file as it was or as it is to be: first what leads back is kept, then
  /// the servers are registered, and then each file is replaced in one step.
  package func carryOut(_ plan: WrapPlan) throws(RegistryError) -> [Refusal] {
    guard !plan.files.isEmpty else { return [] }
    var refusals = plan.files.compactMap { file in
      obstacle(file.place.path).map { Refusal(path: file.place.path, reason: $0) }
    }
    let files = plan.files.filter { file in !refusals.contains { $0.path == file.place.path } }
    guard !files.isEmpty else { return refusals }
    for file in files { try keep(file) }
    try changeRecords { records in
      for record in files.flatMap(\.records) {
        records.removeAll { $0.isOf(record.path, record.address) }
        records.append(record)
      }
    }
    let wanted = Set(files.flatMap(\.records).map(\.name))
    if plan.additions.contains(where: { wanted.contains($0.key) }) {
      try RegistryFile.change(paths.registry) { registry throws(RegistryError) in
        for member in plan.additions where wanted.contains(member.key) {
          try registry.add(member.key, entry: member.value)
        }
      }
    }
    for file in files {
      if let reason = write(file) { refusals.append(Refusal(path: file.place.path, reason: reason)) }
    }
    return refusals
  }

  package func carryOut(_ plan: UnwrapPlan) throws(RegistryError) -> [Refusal] {
    var refusals: [Refusal] = []
    var done: [WrapRecord] = []
    for file in plan.files {
      if let reason = obstacle(file.place.path) ?? write(file) {
        refusals.append(Refusal(path: file.place.path, reason: reason))
        continue
      }
      done += file.records
      // A file that is as it was before everything needs no other one beside it.
      let backup = Self.backup(of: file.place.path)
      if let text = try? SafeFile.read(backup, limit: ClientFile.longestText), text == file.after {
        try? SafeFile.remove(backup)
      }
    }
    guard !done.isEmpty else { return refusals }
    try changeRecords { records in
      for record in done { records.removeAll { $0.isOf(record.path, record.address) } }
    }
    return refusals
  }

  private func obstacle(_ path: String) -> String? {
    do throws(SystemError) {
      switch try SafeFile.ownTarget(of: path) {
      case .file: return nil
      case .refused(let reason): return reason
      }
    } catch {
      return "\(error)"
    }
  }

  /// Keeps a file as it is, if that was not done before.
  private func keep(_ file: WrapPlan.FileChange) throws(RegistryError) {
    let backup = Self.backup(of: file.place.path)
    guard !SafeFile.exists(backup) else { return }
    do throws(SystemError) {
      _ = try SafeFile.replace(
        backup, with: file.before, limit: ClientFile.longestText, ifStill: { $0 == nil })
    } catch {
      throw RegistryError("nothing is changed: \(error)")
    }
  }

  private func write(_ file: WrapPlan.FileChange) -> String? {
    do throws(SystemError) {
      let isDone = try SafeFile.replace(
        file.place.path, with: file.after, limit: ClientFile.longestText, ifStill: { $0 == file.before })
      return isDone ? nil : "it was changed by something else in between"
    } catch {
      return "\(error)"
    }
  }

  // MARK: What leads back

  private func readRecords() -> [WrapRecord] {
    guard let text = try? SafeFile.read(paths.clients, limit: WrapRecord.longestText) else { return [] }
    return WrapRecord.read(text)
  }

  private func changeRecords(_ body: (inout [WrapRecord]) -> Void) throws(RegistryError) {
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: paths.clients))
      guard let lock = try FileLock.take(paths.clients + ".lock") else {
        throw SystemError("change", paths.clients, code: 11, help: "another command is doing that")
      }
      var records = readRecords()
      body(&records)
      do throws(SystemError) {
        try SafeFile.replace(paths.clients, with: WrapRecord.text(of: records))
      } catch {
        lock.remove()
        throw error
      }
      lock.remove()
    } catch {
      throw RegistryError("\(error)")
    }
  }
}
