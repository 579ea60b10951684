import Gate
import Glibc
import System
import Testing

/// Processes that somebody made up.
private struct Village: ProcessTable {
  var processes: [Int32: ProcessFacts] = [:]
  var files: [Int32: Set<SafeFile.Identity>] = [:]
  /// Whose files may not be seen.
  var hidden: Set<Int32> = []

  mutating func add(
    _ pid: Int32, under parent: Int32, started: UInt64? = nil, terminal: Int32 = 0, session: Int32 = 1,
    holding held: Set<SafeFile.Identity> = []
  ) {
    processes[pid] = ProcessFacts(
      ProcessIdentity(pid: pid, started: started ?? UInt64(pid)), parent: parent, session: session, terminal: terminal)
    files[pid] = held
  }

  func facts(of pid: Int32) -> ProcessFacts? { processes[pid] }
  func holds(_ pid: Int32, anyOf files: Set<SafeFile.Identity>) -> Bool? {
    hidden.contains(pid) || processes[pid] == nil ? nil : !(self.files[pid] ?? []).isDisjoint(with: files)
  }
  var all: [Int32] { Array(processes.keys) }
  func program(of pid: Int32) -> SafeFile.Identity? { nil }
}

private func identities(_ names: String...) throws -> [SafeFile.Identity] {
  try names.map { try #require(SafeFile.identity(of: $0)) }
}

struct KinshipTests {
  /// init 1, a person's shell 10 on a terminal, an agent 20 in it, and what it starts.
  private static func village() throws -> (Village, stdin: SafeFile.Identity, other: SafeFile.Identity) {
    let files = try identities("/proc", "/tmp")
    var village = Village()
    village.add(1, under: 0)
    village.add(10, under: 1, terminal: 0x8803, session: 10)
    village.add(20, under: 10, terminal: 0x8803, session: 10, holding: [files[0]])
    return (village, files[0], files[1])
  }

  private static func clients(
    _ village: Village, of pid: Int32, _ ends: [OtherEnd]
  ) -> [Int32] {
    Kinship(village).clients(of: pid, ends: ends).map(\.pid).sorted()
  }

  @Test func whoHoldsThePipeAboveIsTheClientAndAllInBetween() throws {
    var (village, stdin, other) = try Self.village()
    village.add(30, under: 20)
    village.add(31, under: 30, holding: [stdin])
    #expect(Self.clients(village, of: 31, [OtherEnd(.pipe(stdin)), OtherEnd(.nobody)]) == [20, 30, 31])
    #expect(Self.clients(village, of: 31, [OtherEnd(.nobody), OtherEnd(.pipe(stdin))]) == [20, 30, 31])
    // The shell above has another pipe open.
    village.files[10] = [other]
    #expect(Self.clients(village, of: 31, [OtherEnd(.pipe(stdin)), OtherEnd(.pipe(stdin))]) == [20, 30, 31])
  }

  @Test func whoMadeThePairOfSocketsIsTheClient() throws {
    var (village, _, _) = try Self.village()
    village.add(30, under: 20)
    village.add(31, under: 30)
    village.add(40, under: 10)
    #expect(Self.clients(village, of: 31, [OtherEnd(.socket(20)), OtherEnd(.socket(20))]) == [20, 30, 31])
    // Also where it is no ancestor, as behind a manager that listens for it.
    #expect(Self.clients(village, of: 31, [OtherEnd(.socket(40)), OtherEnd(.socket(40))]) == [31, 40])
    // One that is gone, or in another world, is nobody: the parent is left.
    #expect(Self.clients(village, of: 31, [OtherEnd(.socket(99)), OtherEnd(.socket(0))]) == [30, 31])
  }

  @Test func anotherHolderIsTheClientWhereNobodyAboveIs() throws {
    var (village, stdin, other) = try Self.village()
    village.add(31, under: 10)
    village.add(41, under: 10, holding: [other])
    #expect(Self.clients(village, of: 31, [OtherEnd(.pipe(other)), OtherEnd(.terminal)]) == [31, 41])
    #expect(Self.clients(village, of: 31, [OtherEnd(.pipe(stdin)), OtherEnd(.pipe(stdin))]) == [20, 31])
  }

  /// Who made a pair of sockets for itself says nothing of who is at the other end of a pipe.
  @Test func whoMadeItsOwnSocketsIsAsItWere() throws {
    var (village, stdin, _) = try Self.village()
    village.files[20] = []
    village.add(31, under: 20)
    village.add(40, under: 1, holding: [stdin])
    for maker in [31, 0] as [Int32] {
      #expect(Self.clients(village, of: 31, [OtherEnd(.socket(maker)), OtherEnd(.pipe(stdin))]) == [31, 40])
    }
  }

  @Test func aPersonsShellIsNoClient() throws {
    var (village, _, _) = try Self.village()
    village.add(31, under: 10)
    #expect(Self.clients(village, of: 31, [OtherEnd(.terminal), OtherEnd(.terminal)]) == [31])
    #expect(Self.clients(village, of: 31, [OtherEnd(.nobody), OtherEnd(.nobody)]) == [31])
    village.add(32, under: 1)
    #expect(Self.clients(village, of: 32, [OtherEnd(.nobody), OtherEnd(.nobody)]) == [32])
    // A script is: it leads no session.
    village.add(33, under: 10, terminal: 0x8803, session: 10)
    village.add(34, under: 33)
    #expect(Self.clients(village, of: 34, [OtherEnd(.nobody), OtherEnd(.nobody)]) == [33, 34])
    // Who types the messages is no client of that kind.
    #expect(Self.clients(village, of: 34, [OtherEnd(.terminal), OtherEnd(.nobody)]) == [34])
  }

  @Test func whoseFilesAreHiddenCountsAsParent() throws {
    var (village, stdin, _) = try Self.village()
    village.add(31, under: 20)
    village.hidden = [20]
    #expect(Self.clients(village, of: 31, [OtherEnd(.pipe(stdin)), OtherEnd(.pipe(stdin))]) == [20, 31])
  }

  @Test func aChainGoesUpToTheFirst() throws {
    var (village, _, _) = try Self.village()
    village.add(31, under: 20)
    #expect(Kinship(village).chain(from: 31)?.map(\.identity.pid) == [31, 20, 10, 1])
    // Another user's processes may be hidden; the chain ends there.
    village.processes[10] = nil
    #expect(Kinship(village).chain(from: 31)?.map(\.identity.pid) == [31, 20])
    #expect(Kinship(village).chain(from: 99) == nil)
    #expect(Kinship(village).chain(from: 0) == nil)
  }

  /// A number that was given away again leads to the wrong process.
  @Test func aParentThatStartedLaterIsNone() throws {
    var (village, _, _) = try Self.village()
    village.add(31, under: 20)
    village.add(20, under: 10, started: 32)
    #expect(Kinship(village).chain(from: 31) == nil)
  }

  @Test func aChainWithoutEndIsNone() throws {
    var village = Village()
    for pid in 1...Int32(Kinship.longestChain) { village.add(pid, under: pid - 1) }
    #expect(Kinship(village).chain(from: Int32(Kinship.longestChain))?.count == Kinship.longestChain)
    village.add(Int32(Kinship.longestChain) + 1, under: Int32(Kinship.longestChain))
    #expect(Kinship(village).chain(from: Int32(Kinship.longestChain) + 1) == nil)
    village.add(1, under: 2, started: 0)
    village.add(2, under: 1, started: 0)
    #expect(Kinship(village).chain(from: 1) == nil)
  }
}
