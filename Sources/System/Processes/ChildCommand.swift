/// A program to start, with all that it gets; words, environment and paths are bytes to the system, of whatever encoding.
package struct ChildCommand: Sendable {
  package enum Directory: Hashable, Sendable {
    /// This process's own.
    case inherited
    case path(String)
    /// An open folder, which stays its owner's.
    case descriptor(Int32)
  }

  /// The program's name or path, then its arguments.
  package var words: [[UInt8]]
  package var environment: ProcessEnvironment
  /// Which variables the server's own configuration gave it: their values are shown to nobody.
  package var ownVariables: Set<String> = []
  package var directory: Directory
  /// Which rights the files that it makes lack; nil for this process's own mask.
  package var fileMask: UInt32?
  /// In a session of its own and not a child of ours: for a process that outlives this one.
  package var isDetached = false
  /// Its whole group ends if this process is killed, not its leader alone.
  package var isGuarded = false

  package init(_ words: [[UInt8]], environment: ProcessEnvironment, directory: Directory = .inherited) {
    self.words = words
    self.environment = environment
    self.directory = directory
  }

  package init(_ words: [String], environment: [String: String], directory: Directory = .inherited) {
    self.init(words.map { Array($0.utf8) }, environment: ProcessEnvironment(environment), directory: directory)
  }

  /// The program's name as it can be shown.
  package var name: String { String(decoding: words.first ?? [], as: UTF8.self) }

  /// The files to try for the program, in order: as `execvp` would, but with the child's own `PATH`.
  package var candidates: [[UInt8]] {
    guard let name = words.first, !name.isEmpty else { return [] }
    if name.contains(0x2F) { return [name] }
    let path = environment["PATH"] ?? Array("/usr/local/bin:/usr/bin:/bin".utf8)[...]
    return path.split(separator: 0x3A, omittingEmptySubsequences: false).map { folder in
      (folder.isEmpty ? [0x2E] : folder) + [0x2F] + name
    }
  }
}

extension ChildCommand: CustomStringConvertible {
  /// The program's name only: arguments and environment may hold secrets.
  package var description: String { "<command \(name)>" }
}
