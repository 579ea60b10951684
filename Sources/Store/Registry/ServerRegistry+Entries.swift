package import JSONText

extension ServerRegistry {
  /// The entries as they are written, members that only clients know included.
  package var entries: [JSONMember] {
    guard let text, let root = try? JSONNode.read(text) else { return [] }
    return root["mcpServers"]?.members ?? []
  }

  /// Adds a server at the end of the list, by its entry.
  package mutating func add(_ name: ExactText, entry: JSONNode) throws(RegistryError) {
    try ServerRegistry.check(name: name)
    guard self[name] == nil else { throw RegistryError("a server `\(name.string)` is registered already") }
    try edit { editor throws(JSONTextEditor.Failure) in try editor.set(["mcpServers", name], to: entry) }
  }
}
