internal import CSystem
internal import Glibc

/// A process for as long as it lives: its number may be another's afterwards, but not with the same start.
package struct ProcessIdentity: Hashable, Sendable {
  package let pid: Int32
  /// In clock ticks since the machine's start.
  package let started: UInt64

  package init(pid: Int32, started: UInt64) {
    self.pid = pid
    self.started = started
  }
}

/// What the system tells of a process, as `/proc/PID/stat` does.
package struct ProcessFacts: Hashable, Sendable {
  package let identity: ProcessIdentity
  /// Its name, which it gives itself: hostile text.
  package let name: String
  package let parent: Int32
  /// The process that leads its session.
  package let session: Int32
  /// The device number of its controlling terminal; 0 for none.
  package let terminal: Int32

  package init(
    _ identity: ProcessIdentity, name: String = "", parent: Int32, session: Int32 = 0, terminal: Int32 = 0
  ) {
    self.identity = identity
    self.name = name
    self.parent = parent
    self.session = session
    self.terminal = terminal
  }

  /// Reads the one line of the file; nil for anything that is no such line.
  package init?(stat line: [UInt8]) {
    // A name may hold blanks and brackets; what comes behind it does not.
    guard let open = line.firstIndex(of: 0x28), let close = line.lastIndex(of: 0x29), open < close else { return nil }
    let fields = line[(close + 1)...].split { $0 == 0x20 || $0 == 0x0A }
    func number<Number: FixedWidthInteger>(_ index: Int) -> Number? {
      guard index < fields.count else { return nil }
      return Number(String(decoding: fields[index], as: UTF8.self))
    }
    guard let pid = Int32(String(decoding: line[..<open].filter { $0 != 0x20 }, as: UTF8.self)),
      let parent: Int32 = number(1), let session: Int32 = number(3), let terminal: Int32 = number(4),
      let started: UInt64 = number(19)
    else { return nil }
    self.init(
      ProcessIdentity(pid: pid, started: started), name: String(decoding: line[(open + 1)..<close], as: UTF8.self),
      parent: parent, session: session, terminal: terminal)
  }

  /// The name of its controlling terminal: `pts/3`; nil where it has none.
  package var terminalName: String? {
    guard terminal != 0 else { return nil }
    let bits = UInt32(bitPattern: terminal)
    let major = bits >> 8 & 0xFFF
    let minor = bits & 0xFF | bits >> 12 & 0xF_FF00
    switch major {
    // The numbers of pseudo-terminals go on from one to the next of eight majors.
    case 136...143: return "pts/\((major - 136) << 20 | minor)"
    case 4 where minor < 64: return "tty\(minor)"
    case 4: return "ttyS\(minor - 64)"
    default: return "terminal \(major):\(minor)"
    }
  }
}

/// The processes of this machine, as far as this one may see them.
package protocol ProcessTable: Sendable {
  /// Nil for a process that is not there or may not be seen.
  func facts(of pid: Int32) -> ProcessFacts?
  /// Whether a process has one of some files open; nil where that may not be seen.
  func holds(_ pid: Int32, anyOf files: Set<SafeFile.Identity>) -> Bool?
  /// The numbers of all processes that can be seen.
  var all: [Int32] { get }
  /// The program that a process runs.
  func program(of pid: Int32) -> SafeFile.Identity?
}

/// What `/proc` says.
package struct SystemProcesses: ProcessTable {
  /// A process with more open files than this counts as holding whatever is looked for.
  private static let mostFiles = 65_536

  package init() {}

  package func facts(of pid: Int32) -> ProcessFacts? {
    guard pid > 0, let line = try? SafeFile.read("/proc/\(pid)/stat", limit: 4_096) else { return nil }
    return ProcessFacts(stat: line)
  }

  package func holds(_ pid: Int32, anyOf files: Set<SafeFile.Identity>) -> Bool? {
    guard !files.isEmpty else { return false }
    guard let names = try? SafeFile.names(in: "/proc/\(pid)/fd") else { return nil }
    guard names.count <= Self.mostFiles else { return true }
    for name in names {
      // Who may not look behind one may not look behind any.
      do throws(SystemError) {
        guard let file = try SafeFile.visibleIdentity(behind: "/proc/\(pid)/fd/\(name)") else { continue }
        if files.contains(file) { return true }
      } catch { return nil }
    }
    return false
  }

  package var all: [Int32] { ((try? SafeFile.names(in: "/proc")) ?? []).compactMap { Int32($0) } }

  package func program(of pid: Int32) -> SafeFile.Identity? { SafeFile.identity(behind: "/proc/\(pid)/exe") }
}

/// What is known of the other end of a descriptor that a process was given.
package struct OtherEnd: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Whoever has the same pipe open has its other end.
    case pipe(SafeFile.Identity)
    /// Who made the pair of sockets, or connected; 0 where that may not be seen.
    case socket(Int32)
    case terminal
    /// A file, or a device: nobody is there.
    case nobody
  }

  package let kind: Kind

  package init(_ kind: Kind) { self.kind = kind }

  package init(of number: Int32) {
    switch Int(csys_kind(number)) {
    case Int(CSYS_KIND_FIFO): kind = SafeFile.identity(of: number).map { .pipe($0) } ?? .nobody
    case Int(CSYS_KIND_SOCKET): kind = .socket(UnixSocket.peer(of: number)?.pid ?? 0)
    case Int(CSYS_KIND_CHARACTER) where isatty(number) == 1: kind = .terminal
    default: kind = .nobody
    }
  }
}
