internal import JSONText

/// Reads one entry of a client's list of servers.
struct ClientEntry {
  let kind: ClientKind
  let project: String?
  let home: String

  private struct Problem: Error {
    var message: String
    init(_ message: String) { self.message = message }
  }

  func server(_ name: ExactText, _ entry: JSONNode) -> ClientServer {
    let isOff = entry["disabled"]?.bool == true || entry["enabled"]?.bool == false
    do throws(Problem) {
      return ClientServer(name, try start(entry), isOff: isOff, project: project)
    } catch {
      return ClientServer(name, nil, isOff: isOff, project: project, problem: error.message)
    }
  }

  private func start(_ entry: JSONNode) throws(Problem) -> ClientServer.Start {
    guard entry.members != nil else { throw Problem("its entry is \(entry.kindInWords), not an object") }
    for key: ExactText in ["url", "serverUrl", "httpUrl"] {
      if let url = entry[key]?.string { return .url(url) }
    }
    // Zed had the command as an object of its own.
    let inner = entry["command"]
    let whole = inner?.members == nil ? entry : inner ?? entry
    guard let program = (inner?.members == nil ? inner : whole["path"])?.string, !program.isEmpty else {
      throw Problem("it names no command")
    }
    if entry["envFile"]?.string != nil { throw Problem("its variables are in a file (`envFile`)") }
    var arguments: [String] = []
    if let list = whole["args"], !list.isNull {
      guard let elements = list.elements else { throw Problem("`args` is \(list.kindInWords), not an array") }
      for element in elements {
        guard let word = element.string else { throw Problem("`args` holds \(element.kindInWords)") }
        arguments.append(try filled(word))
      }
    }
    let words = [try filled(program)] + arguments
    guard words.allSatisfy({ !$0.utf8.contains(0) }) else { throw Problem("its command holds the character NUL") }
    return .command(
      program: words[0], arguments: arguments, variables: try variables(whole["env"]), folder: try folder(entry["cwd"]))
  }

  private func variables(_ node: JSONNode?) throws(Problem) -> [ClientServer.Variable] {
    guard let node, !node.isNull else { return [] }
    guard let members = node.members else { throw Problem("`env` is \(node.kindInWords), not an object") }
    var variables: [ClientServer.Variable] = []
    for member in members {
      let name = member.key.string
      guard !name.isEmpty, !name.utf8.contains(0x3D), !name.utf8.contains(0) else {
        throw Problem("`env` has a name that no variable can have")
      }
      let value: String
      switch member.value.content {
      case .string(let text): value = text.string
      // Some clients take these as they are written.
      case .number(let number): value = number.text
      case .bool(let flag): value = flag ? "true" : "false"
      case .null: continue
      case .array, .object: throw Problem("the variable `\(name)` is \(member.value.kindInWords)")
      }
      // The server gets its client's environment, so what only passes a variable on need not be said.
      if references(in: value).map({ $0 == [name] }) == true, isWhole(value) { continue }
      let text = try filled(value)
      guard !text.utf8.contains(0) else { throw Problem("the variable `\(name)` holds the character NUL") }
      variables.append(.init(name, text))
    }
    return variables.sorted { ExactText($0.name) < ExactText($1.name) }
  }

  /// The folder that it is started in: that of the project where the entry says none.
  private func folder(_ node: JSONNode?) throws(Problem) -> String? {
    guard let node, !node.isNull else { return project }
    guard let text = node.string else { throw Problem("`cwd` is \(node.kindInWords), not a string") }
    let path = try filled(text)
    guard !path.utf8.contains(0) else { throw Problem("`cwd` holds the character NUL") }
    if path.utf8.first == 0x2F { return path }
    guard let project else { throw Problem("its folder depends on where the client is started") }
    return "\(project)/\(path)"
  }

  // MARK: What clients fill in

  /// The text with what we know filled in.
  ///
  /// Throws: `Problem` where the client would put something that only it knows.
  private func filled(_ text: String) throws(Problem) -> String {
    guard text.utf8.contains(0x24), kind.fillsIn else { return text }
    var text = text
    for (reference, value) in [
      ("${workspaceFolder}", project), ("${userHome}", home), ("${pathSeparator}", "/"), ("${/}", "/"),
    ] {
      if let value { text = text.replacingAll(reference, with: value) }
    }
    guard let first = references(in: text)?.first else { return text }
    throw Problem("\(kind.title) fills in `\(first)`, which only it knows")
  }

  private func isWhole(_ value: String) -> Bool { value.utf8.first == 0x24 && !value.dropFirst().contains("$") }

  /// The names of what is to be filled in, without defaults; nil where the client fills nothing in.
  private func references(in text: String) -> [String]? {
    guard kind.fillsIn else { return nil }
    let bytes = Array(text.utf8)
    var names: [String] = []
    var index = 0
    while let dollar = bytes[index...].firstIndex(of: 0x24) {
      index = dollar + 1
      guard index < bytes.count else { break }
      var name: ArraySlice<UInt8> = []
      if bytes[index] == 0x7B, let end = bytes[index...].firstIndex(of: 0x7D) {
        name = bytes[(index + 1)..<end]
        index = end + 1
        if name.starts(with: Array("env:".utf8)) { name = name.dropFirst(4) }
        // What stands behind it is a value, which is nobody's to see.
        if kind == .claudeCode, let colon = name.firstIndex(of: 0x3A) { name = name[..<colon] }
      } else if kind == .gemini {
        name = bytes[index...].prefix { $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) }
        index = name.endIndex
      }
      if !name.isEmpty { names.append(String(decoding: name.prefix(64), as: UTF8.self)) }
    }
    return names
  }
}

extension ClientKind {
  /// It puts variables into what its file says before it starts a server.
  fileprivate var fillsIn: Bool {
    switch self {
    case .claudeCode, .cursor, .vscode, .windsurf, .gemini: true
    case .claudeDesktop, .codex, .zed: false
    }
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
