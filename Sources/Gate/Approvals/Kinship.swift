package import System

/// Who the client of a session is among the processes, and whether another one is below it.
///
/// The client is whoever holds the other end of what the session reads and writes: a process above `connect` that has
/// the same pipe open, or that made the pair of sockets. That is told apart from the shells, terminals and managers
/// above it, below which a person's own processes are. Everything between it and `connect` counts as the client too, so
/// that a wrapper does not hide it. Where nobody above holds the other end, whoever else does is the client; and where
/// nobody does, the parent, unless that leads a session on a terminal: then it is a person's shell.
package struct Kinship: Sendable {
  private let table: any ProcessTable

  /// No chain of parents is longer.
  package static let longestChain = 256
  /// So often a chain is read again that changed while it was read.
  private static let tries = 3

  package init(_ table: any ProcessTable = SystemProcesses()) { self.table = table }

  /// The processes that are the client of a session which a process asked for with two descriptors.
  package func clients(of pid: Int32, ends: [OtherEnd]) -> Set<ProcessIdentity> {
    guard let chain = chain(from: pid), let first = chain.first else { return [] }
    var files: Set<SafeFile.Identity> = []
    var makers: Set<Int32> = []
    for end in ends {
      switch end.kind {
      case .pipe(let file): files.insert(file)
      case .socket(let maker): makers.insert(maker)
      case .terminal, .nobody: break
      }
    }
    makers.subtract([0, pid])
    let highest = chain.dropFirst().lastIndex { facts in
      makers.contains(facts.identity.pid) || (table.holds(facts.identity.pid, anyOf: files) ?? false)
    }
    if let highest { return Set(chain[...highest].map(\.identity)) }
    var clients = makers
    if clients.isEmpty, !files.isEmpty {
      let own = ThisProcess.pid
      clients.formUnion(table.all.filter { $0 != own && table.holds($0, anyOf: files) ?? false })
    }
    var identities = Set(clients.compactMap { table.facts(of: $0)?.identity })
    identities.remove(first.identity)
    if identities.isEmpty, !ends.contains(OtherEnd(.terminal)), chain.count > 1, !chain[1].isShell {
      identities.insert(chain[1].identity)
    }
    identities.insert(first.identity)
    return identities
  }

  /// A process and those above it, the nearest first; nil where that cannot be said for sure.
  ///
  /// It ends below a process that may not be seen, which is another user's.
  package func chain(from pid: Int32) -> [ProcessFacts]? {
    for _ in 0..<Self.tries {
      if let chain = chainOnce(from: pid) { return chain }
    }
    return nil
  }

  private func chainOnce(from pid: Int32) -> [ProcessFacts]? {
    guard var last = table.facts(of: pid) else { return nil }
    var chain = [last]
    while last.parent > 0, let next = table.facts(of: last.parent) {
      // Whoever started later than its child has the number of a parent that is gone.
      guard next.identity.started <= last.identity.started, chain.count < Self.longestChain else { return nil }
      chain.append(next)
      last = next
    }
    return chain
  }
}

extension ProcessFacts {
  /// Whether it is what a terminal was given to, as a rule a person's shell; or the first process of all.
  fileprivate var isShell: Bool { identity.pid == 1 || terminal != 0 && session == identity.pid }
}
