import Glibc
import System
import Testing

struct ProcessFactsTests {
  @Test(arguments: [
    ("a", "12 (a) S 3 4 5 34819 7 8 9 10 11 12 13 14 15 16 17 18 19 20 77 22 23\n"),
    ("a) S 9 (b", "12 (a) S 9 (b) S 3 4 5 34819 7 8 9 10 11 12 13 14 15 16 17 18 19 20 77 22\n"),
    ("", "12 () S 3 4 5 34819 7 8 9 10 11 12 13 14 15 16 17 18 19 20 77"),
  ])
  func readsTheLine(_ name: String, _ line: String) throws {
    let facts = try #require(ProcessFacts(stat: Array(line.utf8)))
    #expect(facts.identity == ProcessIdentity(pid: 12, started: 77))
    #expect(facts.name == name)
    #expect([facts.parent, facts.session, facts.terminal] == [3, 5, 34819])
    #expect(facts.terminalName == "pts/3")
  }

  @Test(arguments: [
    "", "12", "12 (a", "12 a) S 1", "12 (a) S 3 4", ") (", "x (a) S 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 77",
  ])
  func whatIsNoSuchLineIsNone(_ line: String) { #expect(ProcessFacts(stat: Array(line.utf8)) == nil) }

  @Test(
    arguments: [
      (Int32(0), nil), (136 << 8, "pts/0"), (136 << 8 | 255, "pts/255"), (136 << 8 | 1 << 20, "pts/256"),
      (137 << 8, "pts/1048576"), (4 << 8 | 1, "tty1"), (4 << 8 | 64, "ttyS0"), (5 << 8 | 1, "terminal 5:1"),
      (.min, "terminal 0:524288"),
    ] as [(Int32, String?)])
  func namesTerminals(_ device: Int32, _ name: String?) {
    let facts = ProcessFacts(ProcessIdentity(pid: 1, started: 1), parent: 0, terminal: device)
    #expect(facts.terminalName == name)
  }

  @Test func seesThisProcess() throws {
    let table = SystemProcesses()
    let facts = try #require(table.facts(of: ThisProcess.pid))
    #expect(facts.identity.pid == ThisProcess.pid)
    #expect(facts.parent == getppid())
    #expect(table.all.contains(ThisProcess.pid))
    #expect(table.program(of: ThisProcess.pid) == SafeFile.identity(behind: "/proc/self/exe"))
    #expect(table.facts(of: 0) == nil)
    #expect(table.facts(of: .max) == nil)
    #expect(table.program(of: .max) == nil)
  }

  @Test func seesWhoHasAPipeOpen() throws {
    let table = SystemProcesses()
    let (reader, writer) = try Descriptor.pipe().release()
    let pipe = try #require(SafeFile.identity(of: reader))
    #expect(OtherEnd(of: writer) == OtherEnd(.pipe(pipe)))
    #expect(table.holds(ThisProcess.pid, anyOf: [pipe]) == true)
    #expect(table.holds(ThisProcess.pid, anyOf: []) == false)
    #expect(table.holds(.max, anyOf: [pipe]) == nil)
    close(reader)
    close(writer)
    #expect(table.holds(ThisProcess.pid, anyOf: [pipe]) == false)
  }

  private static var isFirstProcessHidden: Bool { unsafe access("/proc/1/fd/0", F_OK) != 0 && errno == EACCES }

  /// The first process is the system's, and hides its files from all but the mightiest.
  @Test(.enabled(if: isFirstProcessHidden)) func doesNotSayWhatItMayNotSee() throws {
    let (reader, writer) = try Descriptor.pipe().release()
    defer {
      close(reader)
      close(writer)
    }
    let pipe = try #require(SafeFile.identity(of: reader))
    #expect(SystemProcesses().holds(1, anyOf: [pipe]) == nil)
  }

  @Test func tellsTheOtherEndsOfDescriptors() throws {
    let null = try Descriptor.null()
    #expect(OtherEnd(of: null.number) == OtherEnd(.nobody))
    #expect(OtherEnd(of: -1) == OtherEnd(.nobody))
    var pair: [Int32] = [0, 0]
    #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    #expect(OtherEnd(of: pair[0]) == OtherEnd(.socket(ThisProcess.pid)))
    for end in pair { close(end) }
    let terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
    #expect(OtherEnd(of: terminal) == OtherEnd(.terminal))
    close(terminal)
  }
}
