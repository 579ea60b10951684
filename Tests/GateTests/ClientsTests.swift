import Gate
import JSONText
import System
import Testing

/// Processes that live on.
private final class Street: ProcessTable {
  /// When each was started, and below which.
  private let processes: [Int32: (started: UInt64, parent: Int32)]

  init(_ processes: [Int32: (started: UInt64, parent: Int32)]) { self.processes = processes }

  func facts(of pid: Int32) -> ProcessFacts? {
    processes[pid].map {
      ProcessFacts(ProcessIdentity(pid: pid, started: $0.started), parent: $0.parent, session: 1, terminal: 0)
    }
  }
  func holds(_ pid: Int32, anyOf files: Set<SafeFile.Identity>) -> Bool? { false }
  var all: [Int32] { Array(processes.keys) }
  func program(of pid: Int32) -> SafeFile.Identity? { nil }
}

/// Who is remembered as a client or server of the gate, and for how long.
struct ClientsTests {
  init() { Loop.startThread() }

  private static func identity(_ pid: Int32, started: UInt64) -> ProcessIdentity {
    ProcessIdentity(pid: pid, started: started)
  }

  @LoopActor private static func role(of peer: ProcessIdentity, _ clients: Clients) -> Clients.Role? {
    if case .below(let role) = clients.standing(of: peer) { role } else { nil }
  }

  /// However many come and go.
  @Test @LoopActor func whoLivesIsRemembered() {
    // No process has such a number, least of all this one.
    let all = 5_000_000...Int32(5_000_000 + 3 * Clients.most)
    // Those whose number is odd are gone as soon as they were told of.
    let living = all.filter { $0 % 2 == 0 }
    let clients = Clients(Street(Dictionary(uniqueKeysWithValues: living.map { ($0, (UInt64($0), Int32(0))) })))
    for pid in all { clients.asked(Self.identity(pid, started: UInt64(pid)), session: "s", server: "notes") }
    #expect(living.allSatisfy { Self.role(of: Self.identity($0, started: UInt64($0)), clients)?.session == "s" })
  }

  /// The number of a client's child was given to another process, or the other way round.
  @Test @LoopActor func whoIsNotTheOneThatConnectedIsUnknown() {
    let clients = Clients(Street([20: (started: 20, parent: 0), 31: (started: 31, parent: 0)]))
    #expect(clients.standing(of: nil) == .free, "there is no client that anybody could be below")
    clients.asked(Self.identity(20, started: 20), session: "s", server: "notes")
    #expect(clients.standing(of: Self.identity(31, started: 31)) == .free)
    #expect(clients.standing(of: Self.identity(31, started: 30)) == .unknown)
    #expect(clients.standing(of: Self.identity(99, started: 99)) == .unknown)
    #expect(clients.standing(of: nil) == .unknown)
  }

  @Test @LoopActor func serversAreToldFromClients() {
    let clients = Clients(
      Street([20: (started: 20, parent: 0), 21: (started: 21, parent: 20), 30: (started: 30, parent: 0)]))
    clients.started(20, session: "s", server: "notes")
    let role = Self.role(of: Self.identity(21, started: 21), clients)
    #expect(role?.isServer == true && role?.session == "s" && role?.server == "notes")
    #expect(clients.standing(of: Self.identity(30, started: 30)) == .free)
  }

  /// It may be in another world, where the numbers of processes are others.
  @Test @LoopActor func aClientThatCannotBeSeenMakesStrangersUnknown() {
    let clients = Clients(Street([30: (started: 30, parent: 0)]))
    clients.attached(77, ends: [], session: "s", server: "notes")
    #expect(clients.standing(of: Self.identity(30, started: 30)) == .free)
    #expect(clients.standing(of: Self.identity(31, started: 31)) == .unknown)
  }
}
