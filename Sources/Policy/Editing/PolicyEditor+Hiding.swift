import JSONText

extension PolicyEditor {
  /// What one level's `hide` says.
  struct Hidden {
    /// A name may be listed twice.
    var exact: [ExactText: [TextTree.Node]] = [:]
    var globs: [(text: ExactText, glob: Glob)] = []

    func hides(_ tool: ExactText) -> Bool { exact[tool] != nil || globs.contains { $0.glob.matches(tool) } }
  }

  private mutating func hidden(_ server: ExactText?) -> Hidden {
    if let known = hidden[server] { return known }
    var found = Hidden()
    if let hide = level(server).flatMap({ tree.child($0, "hide") }) {
      for element in tree.elements(hide) {
        guard let text = tree.scalar(element)?.text, let pattern = try? NamePattern(text) else { continue }
        switch pattern {
        case .exact(let name): found.exact[name, default: []].append(element)
        case .glob(let glob): found.globs.append((text, glob))
        }
      }
    }
    hidden[server] = found
    return found
  }

  /// The levels whose `hide` concerns a tool.
  private static func levels(_ server: ExactText?) -> [ExactText?] { server == nil ? [nil] : [server, nil] }

  mutating func hide(_ server: ExactText?, _ tool: ExactText) {
    for level in Self.levels(server) where hidden(level).hides(tool) { return }
    let node = madeLevel(server)
    let list =
      tree.child(node, "hide") ?? tree.insert("hide", .array(.hide, []), at: .before("tools"), in: node)
    let element = tree.append(.string(NamePattern.key(for: tool).string), to: list)
    hidden[server]?.exact[tool] = [element]
  }

  /// A glob hides other tools as well: it is not for an edit of one tool to change it.
  mutating func refuseHiddenByGlob(_ server: ExactText?, _ tool: ExactText) throws(PolicyEditError) {
    for level in Self.levels(server) {
      guard let entry = hidden(level).globs.first(where: { $0.glob.matches(tool) }) else { continue }
      let place = level.map { " of the server `\($0)`" } ?? ""
      throw PolicyEditError(
        "`\(tool)` is hidden by `\(entry.text)`\(place)", help: "change that entry of `hide` in the file")
    }
  }

  /// Takes the tool's own entries out of `hide`: those of this level, and those of the top, which hide it here as well.
  mutating func unhide(_ server: ExactText?, _ tool: ExactText) {
    for level in Self.levels(server) {
      guard let entries = hidden(level).exact[tool],
        let list = self.level(level).flatMap({ tree.child($0, "hide") })
      else { continue }
      for entry in entries { tree.removeElement(entry, from: list) }
      hidden[level]?.exact[tool] = nil
      tidy(level)
    }
  }
}
