/// A program to start, with all that it gets.
package struct ChildCommand: Sendable {
  package enum Directory: Hashable, Sendable {
    /// This process's own.
    case inherited
    case path(String)
    /// An open folder, which stays its owner's.
    case descriptor(Int32)
  }

  /// The program's name or path, then its arguments.
  package var words: [String]
  package var environment: [String: String]
  package var directory: Directory
  /// In a session of its own and not a child of ours: for a process that outlives this one.
  package var isDetached = false

  package init(
    _ words: [String], environment: [String: String], directory: Directory = .inherited, isDetached: Bool = false
  ) {
    self.words = words
    self.environment = environment
    self.directory = directory
    self.isDetached = isDetached
  }

  /// The files to try for the program, in order: as `execvp` would, but with the child's own `PATH`.
  package var candidates: [String] {
    guard let name = words.first, !name.isEmpty else { return [] }
    if name.utf8.contains(0x2F) { return [name] }
    let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.utf8.split(separator: 0x3A, omittingEmptySubsequences: false).map { folder in
      folder.isEmpty ? "./\(name)" : "\(Substring(folder))/\(name)"
    }
  }
}

extension ChildCommand: CustomStringConvertible {
  /// The program's name only: arguments and environment may hold secrets.
  package var description: String { "<command \(words.first ?? "")>" }
}
