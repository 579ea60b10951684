/// A process's environment as the system has it: entries `NAME=VALUE` of any bytes, in their order.
package struct ProcessEnvironment: Hashable, Sendable {
  package private(set) var entries: [[UInt8]]

  /// Takes entries as they are; one that holds a zero byte is left out.
  package init(entries: [[UInt8]]) { self.entries = entries.filter { !$0.contains(0) } }

  /// Takes variables; those that no process can have are left out.
  package init(_ variables: [String: String]) {
    let legal = variables.filter { name, value in
      !name.isEmpty && !name.utf8.contains(0x3D) && !name.utf8.contains(0) && !value.utf8.contains(0)
    }
    entries = legal.map { Array("\($0.key)=\($0.value)".utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The value of a name, of several the first; nil where there is none.
  package subscript(name: String) -> ArraySlice<UInt8>? {
    entries.first { Self.names($0, name) }.map { $0.dropFirst(name.utf8.count + 1) }
  }

  /// Gives variables other values, or adds them at the end.
  package mutating func merge(_ variables: [String: String]) {
    guard !variables.isEmpty else { return }
    let added = ProcessEnvironment(variables)
    entries.removeAll { entry in variables.keys.contains { Self.names(entry, $0) } }
    entries += added.entries
  }

  private static func names(_ entry: [UInt8], _ name: String) -> Bool {
    let length = name.utf8.count
    return entry.count > length && entry[length] == 0x3D && entry.starts(with: name.utf8)
  }
}
