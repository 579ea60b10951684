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
  static func levels(_ server: ExactText?) -> [ExactText?] { server == nil ? [nil] : [server, nil] }

  mutating func hide(_ server: ExactText?, _ tool: ExactText) {
    for level in Self.levels(server) where hidden(level).hides(tool) { return }
    let node = madeLevel(server)
    let list = tree.child(node, "hide") ?? tree.insert("hide", .array([]), at: .before("tools"), in: node)
    let element = tree.append(.text(NamePattern.key(for: tool).string), to: list)
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
  ///
  /// What becomes empty is for the caller to tidy, when nothing else is to be put there.
  mutating func unhide(_ server: ExactText?, _ tool: ExactText) {
    for level in Self.levels(server) {
      guard let entries = hidden(level).exact[tool],
        let list = self.level(level).flatMap({ tree.child($0, "hide") })
      else { continue }
      for entry in entries { tree.removeElement(entry, from: list) }
      hidden[level]?.exact[tool] = nil
    }
  }

  // MARK: Entries as they are written

  mutating func hide(_ server: ExactText?, pattern: ExactText) throws(PolicyEditError) {
    if server?.isEmpty == true { throw PolicyEditError("a server's name must not be empty") }
    let node = madeLevel(server)
    let list = tree.child(node, "hide") ?? tree.insert("hide", .array([]), at: .before("tools"), in: node)
    guard !tree.elements(list).contains(where: { tree.scalar($0)?.text == pattern }) else { return }
    tree.append(.text(pattern.string), to: list)
    hidden[server] = nil
  }

  mutating func unhide(_ server: ExactText?, pattern: ExactText) {
    guard let list = level(server).flatMap({ tree.child($0, "hide") }) else { return }
    for entry in tree.elements(list) where tree.scalar(entry)?.text == pattern {
      tree.removeElement(entry, from: list)
    }
    hidden[server] = nil
    tidy(server)
  }
}
