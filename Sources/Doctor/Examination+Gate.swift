internal import ControlWire
internal import Gate
internal import Policy
internal import System

// MARK: The gate that runs, and its socket
extension Examination {
  /// What the running gate tells of itself.
  struct RunningGate {
    var status: GateStatus
    var servers: [Snapshot.Server]
    /// Which tools are not as they were accepted.
    var pins: PinsAnswer?
  }

  mutating func lookAtGate(_ files: Files) -> RunningGate? {
    lookAtSocketFolder()
    let gate: RunningGate
    do throws(ControlClientError) {
      guard let answer = try askGate() else {
        wrong(.gate, "gate", "it does not answer", remedy: "gatehouse stop, or end its process")
        return nil
      }
      gate = answer
    } catch {
      if let facts = FileFacts(paths.socket), facts.kind != .other {
        let what = facts.kind == .folder ? "a folder" : "a file"
        wrong(
          .gate, "socket", "\(paths.socket) is \(what), and no gate can listen there",
          remedy: "mv \(paths.socket) \(paths.socket).old")
      } else if error.isAbsence {
        hint(.gate, "gate", "none is running; it starts with the first session or console")
      } else {
        wrong(.gate, "gate", error.message, remedy: error.help)
      }
      lookAtLockdownFile()
      return nil
    }
    let status = gate.status
    let sessions = counted(status.sessions, "session")
    good(.gate, "gate", "process \(status.pid), build \(status.build), \(sessions), since \(status.started.rfc3339)")
    lookAtPolicy(of: status, files)
    lookAtSettings(of: status)
    lookAtApprovals(of: status)
    return gate
  }

  private func askGate() throws(ControlClientError) -> RunningGate? {
    var client = try ControlClient.connect(to: paths.socket, build: build)
    client.send(.status(id: 1))
    client.send(.pins(server: nil, all: false, id: 2))
    client.send(.snapshot(id: 3))
    var status: GateStatus?
    var pins: PinsAnswer?
    while let line = try client.nextLine(patience: 10_000) {
      switch (try? GateMessage.read(line))??.event {
      case .status(let answer, _): status = answer
      case .pins(let answer, _): pins = answer
      case .snapshot(let snapshot, _):
        return status.map { RunningGate(status: $0, servers: snapshot.servers, pins: pins) }
      default: continue
      }
    }
    return nil
  }

  private mutating func lookAtSocketFolder() {
    let folder = SafeFile.folder(of: paths.socket)
    // What is told of the folder with the files is not told again.
    guard folder != paths.configuration, folder != paths.state, let facts = FileFacts(folder) else { return }
    if isAnothers(facts) {
      wrong(
        .gate, "socket", "\(folder) belongs to another user, number \(facts.user)",
        remedy: "set GATEHOUSE_SOCKET, or give `--socket`, to a path in a folder of your own")
    } else if facts.mode & 0o022 != 0, facts.mode & 0o1000 == 0 {
      wrong(.gate, "socket", "others can write into \(folder)", remedy: "chmod 700 \(folder)")
    } else {
      good(.gate, "socket", paths.socket)
    }
  }

  private mutating func lookAtPolicy(of status: GateStatus, _ files: Files) {
    let policy = status.policy
    if status.policyPath != paths.policy {
      hint(.gate, "policy", "the gate uses \(status.policyPath), not \(paths.policy)", remedy: "gatehouse stop")
      return
    }
    switch policy.state {
    case .loaded:
      if let document = files.policy, document.revision != policy.revision {
        wrong(
          .gate, "policy", "revision \(policy.revision ?? "-") is in force, and the file has \(document.revision)",
          remedy: "wait a second and look again; then `gatehouse stop`")
      } else {
        good(.gate, "policy", "revision \(policy.revision ?? "-") is in force")
      }
    case .rejected:
      let force = policy.revision.map { "revision \($0) stays in force" } ?? "everything is denied"
      wrong(.gate, "policy", "the file is rejected; \(force)", remedy: "gatehouse policy validate")
    case .absent:
      wrong(.gate, "policy", "the file is absent; everything is denied", remedy: "gatehouse, and choose a policy")
    }
  }

  private mutating func lookAtSettings(of status: GateStatus) {
    if let problem = status.settings?.problem {
      wrong(
        .gate, "config", "config.json is rejected, what was in force stays so: \(problem)",
        remedy: "edit \(paths.settings)")
    }
    if let problem = status.counters?.problem { wrong(.gate, "counters", problem, remedy: "see \(paths.counters)") }
  }

  private mutating func lookAtApprovals(of status: GateStatus) {
    guard let approvals = status.approvals else { return }
    if let lockdown = approvals.lockdown { tellLockdown(since: lockdown.since?.rfc3339, by: lockdown.by) }
    if approvals.pending > 0 {
      hint(
        .gate, "approvals", "\(counted(approvals.pending, "call")) waiting for a person", remedy: "gatehouse pending")
    }
    if let problem = approvals.notify?.problem {
      wrong(
        .gate, "notify", "the command of `approvals.notify` fails: \(problem)", remedy: "edit \(paths.settings)")
    }
  }

  private mutating func lookAtLockdownFile() {
    guard SafeFile.exists(paths.lockdown) else { return }
    tellLockdown(since: nil, by: nil)
  }

  private mutating func tellLockdown(since: String?, by: String?) {
    let when = since.map { " since \($0)" } ?? ""
    wrong(
      .gate, "lockdown", "everything is denied\(when)\(by.map { " by \($0)" } ?? "")", remedy: "gatehouse lockdown off")
  }
}
