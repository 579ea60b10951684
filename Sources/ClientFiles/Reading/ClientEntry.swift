internal import JSONText

/// Reads one entry of a client's list of servers, with what is known of the place that it stands in.
struct ClientEntry {
  let kind: ClientKind
  let project: String?
  let home: String

  /// The entry as it may be taken over into the registry.
  func server(_ name: ExactText, _ entry: JSONNode) -> ClientServer {
    let isOff = entry["disabled"]?.bool == true || entry["enabled"]?.bool == false
    do throws(EntryProblem) {
      return ClientServer(name, try start(entry), isOff: isOff, project: project)
    } catch {
      return ClientServer(name, nil, isOff: isOff, project: project, problem: error.message)
    }
  }

  private func start(_ entry: JSONNode) throws(EntryProblem) -> ClientServer.Start {
    let parts = try EntryParts(entry, kind.dialect)
    if let url = parts.url { return try remote(entry, parts, url) }
    if entry["envFile"]?.string != nil { throw EntryProblem("its variables are in a file (`envFile`)") }
    let words = try filled(words(of: parts))
    return .command(
      program: words[0], arguments: Array(words.dropFirst()), variables: try variables(parts.variables),
      folder: try folder(parts.folder))
  }

  /// The program and its arguments: Cursor takes a whole line for the program.
  func words(of parts: EntryParts) -> [String] {
    guard kind == .cursor, parts.words.count == 1, parts.words[0].utf8.contains(0x20), parts.words[0].utf8.first != 0x2F
    else { return parts.words }
    return parts.words[0].split(separator: " ").map(String.init)
  }

  private func variables(_ members: [JSONMember]) throws(EntryProblem) -> [ClientServer.Variable] {
    var variables: [ClientServer.Variable] = []
    for member in members {
      guard let value = EntryParts.text(of: member.value) else { continue }
      // The server gets its client's environment, so what only passes a variable on need not be said.
      if references(in: value) == [member.key.string], isWhole(value) { continue }
      variables.append(.init(member.key.string, try filled(value)))
    }
    return variables.sorted { ExactText($0.name) < ExactText($1.name) }
  }

  /// The folder that it is started in: that of the project where the entry says none.
  func folder(_ node: JSONNode?) throws(EntryProblem) -> String? {
    guard let node, !node.isNull else { return project }
    guard let text = node.string else { throw EntryProblem("`cwd` is \(node.kindInWords), not a string") }
    let path = try filled(text)
    guard !path.utf8.contains(0) else { throw EntryProblem("`cwd` holds the character NUL") }
    if path.utf8.first == 0x2F { return path }
    guard let project else { throw EntryProblem("its folder depends on where the client is started") }
    return "\(project)/\(path)"
  }

  // MARK: What clients fill in

  func filled(_ words: [String]) throws(EntryProblem) -> [String] {
    var filledWords: [String] = []
    for word in words { filledWords.append(try filled(word)) }
    return filledWords
  }

  /// The text with what we know filled in.
  ///
  /// Throws: `EntryProblem` where the client would put something that only it knows.
  func filled(_ text: String) throws(EntryProblem) -> String {
    guard kind.dialect.mayFill(text) else { return text }
    let text = withKnown(text)
    guard let first = references(in: text).first else { return text }
    throw EntryProblem("\(kind.title) fills in `\(first)`, which only it knows")
  }

  /// The text with folders filled in; the rest stays as it is.
  func withKnown(_ text: String) -> String {
    var text = text
    for (reference, value) in [
      ("${workspaceFolder}", project), ("${userHome}", home), ("${pathSeparator}", "/"), ("${/}", "/"),
    ] {
      if let value { text = text.replacingAll(reference, with: value) }
    }
    return text
  }

  private func isWhole(_ value: String) -> Bool {
    value.utf8.first == 0x24 && !value.utf8.dropFirst().contains(0x24)
      || value.utf8.first == 0x7B && value.utf8.last == 0x7D
  }

  /// The names of what is to be filled in, without defaults.
  private func references(in text: String) -> [String] {
    let bytes = Array(text.utf8)
    switch kind.dialect.filling {
    case .nothing: return []
    case .tags: return tags(in: bytes)
    case .braces, .dollars: break
    }
    var names: [String] = []
    var index = 0
    while index < bytes.count, let dollar = bytes[index...].firstIndex(of: 0x24) {
      index = dollar + 1
      guard index < bytes.count else { break }
      var name: ArraySlice<UInt8> = []
      if bytes[index] == 0x7B, let end = bytes[index...].firstIndex(of: 0x7D) {
        name = bytes[(index + 1)..<end]
        index = end + 1
        if name.starts(with: Array("env:".utf8)) { name = name.dropFirst(4) }
        // What stands behind it is a value, which is nobody's to see.
        let isEditors = kind.family == .vscode || kind == .cursor
        if !isEditors, let colon = name.firstIndex(of: 0x3A) { name = name[..<colon] }
      } else if kind.dialect.filling == .dollars {
        name = bytes[index...].prefix { $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) }
        index = name.endIndex
        // A shell's `$(...)` runs something.
        if name.isEmpty, index < bytes.count, bytes[index] == 0x28 { name = Array("(...)".utf8)[...] }
      }
      if !name.isEmpty { names.append(String(decoding: name.prefix(64), as: UTF8.self)) }
    }
    return names
  }

  private func tags(in bytes: [UInt8]) -> [String] {
    var names: [String] = []
    for mark in [Array("{env:".utf8), Array("{file:".utf8)] {
      for index in bytes.indices where bytes[index...].starts(with: mark) {
        let name = bytes[(index + mark.count)...].prefix { $0 != 0x7D }
        names.append(String(decoding: name.prefix(64), as: UTF8.self))
      }
    }
    return names
  }
}

extension String {
  /// The text with every place of another one replaced.
  fileprivate func replacingAll(_ wanted: String, with other: String) -> String {
    let (bytes, part) = (Array(utf8), Array(wanted.utf8))
    var filled: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == part[0], bytes[index...].starts(with: part) {
        filled += Array(other.utf8)
        index += part.count
      } else {
        filled.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: filled, as: UTF8.self)
  }
}
