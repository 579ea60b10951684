internal import HTTPWire
internal import JSONText

// MARK: A server over HTTP
extension ClientEntry {
  /// The address and the headers as the registry has them.
  ///
  /// What a client takes from its environment becomes a variable of the registry, which looks for it in the environment
  /// of each session; the value itself is not looked at.
  func remote(_ entry: JSONNode, _ parts: EntryParts, _ url: String) throws(EntryProblem) -> ClientServer.Start {
    let remote = try RemoteParts(entry, parts, of: kind)
    if ListedServer.transport(parts, kind) == .sse {
      throw EntryProblem(
        "it speaks HTTP+SSE of 2024-11-05, which the gate does not; look for its Streamable HTTP address")
    }
    var headers: [ClientServer.Header] = []
    for (name, text) in remote.headers {
      let value = try header(text).value
      if case .text(let text) = value, !GivenHeader.isValue(text.utf8) {
        throw EntryProblem("the value of the header `\(name)` is not one line of text")
      }
      headers.append(.init(name.string, value))
    }
    for header in remote.passed {
      headers.append(.init(header.name.string, .text("\(header.beginning)${\(header.variable)}")))
    }
    // A folder that was filled in may have anything in it.
    let address = try filled(url)
    try RemoteParts.check(address)
    return .url(address, headers: headers)
  }

  /// A header's value as the registry writes it.
  struct HeaderValue {
    var value: ClientServer.Header.Value
    /// The variables in it, each with the words by which the client fills it in.
    var references: [(name: String, words: String)] = []
  }

  /// A header's value with variables as the registry writes them: `${NAME}` and `${NAME:-OTHERWISE}`.
  ///
  /// Throws: `EntryProblem` where it would be another value than the client's.
  func header(_ text: String) throws(EntryProblem) -> HeaderValue {
    let text = kind.dialect.filling == .nothing ? text : withKnown(text)
    let bytes = Array(text.utf8)
    if kind.dialect.filling == .tags, let path = Self.tag("file", at: bytes[...]), path.count + 7 == bytes.count {
      let path = String(decoding: path, as: UTF8.self)
      guard path.hasPrefix("/") || path.hasPrefix("~/"), !path.utf8.contains(0) else {
        throw EntryProblem("a header of it is in a file whose path does not begin with / or ~/")
      }
      return HeaderValue(value: .file(path))
    }
    var references: [(name: String, words: String)] = []
    var value: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.first {
      if let (words, count) = try variable(at: rest) {
        value += Array("${\(words)}".utf8)
        let name = words.utf8.prefix { $0 != 0x3A }
        references.append((String(Substring(name)), String(decoding: rest.prefix(count), as: UTF8.self)))
        rest = rest.dropFirst(count)
      } else {
        value.append(byte)
        rest = rest.dropFirst()
      }
    }
    return HeaderValue(value: .text(String(decoding: value, as: UTF8.self)), references: references)
  }

  /// The variable that a text begins with, with what stands for it where it is not set, and how long that is.
  private func variable(at text: ArraySlice<UInt8>) throws(EntryProblem) -> (words: String, count: Int)? {
    let isOpen = text.starts(with: [0x24, 0x7B]) && text.contains(0x7D)
    switch kind.dialect.filling {
    case .nothing, .tags:
      // The client sends it as it is, and the registry would not.
      if isOpen { throw EntryProblem("a header of it holds `${`, which stands for a variable in the registry") }
      guard kind.dialect.filling == .tags else { return nil }
      if Self.tag("file", at: text) != nil {
        throw EntryProblem("a part of a header of it is in a file, which only \(kind.title) puts together")
      }
      guard let name = Self.tag("env", at: text) else { return nil }
      return (try name.variable(of: kind), name.count + 6)
    case .braces, .dollars:
      guard text.first == 0x24 else { return nil }
      if isOpen, let end = text.firstIndex(of: 0x7D) {
        let inner = text[(text.startIndex + 2)..<end]
        return (try variable(in: inner), inner.count + 3)
      }
      guard kind.dialect.filling == .dollars else { return nil }
      let name = text.dropFirst().prefix { $0 == 0x5F || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 & 0xDF }
      if name.isEmpty, text.dropFirst().first == 0x28 { throw unknown("(...)") }
      return name.isEmpty ? nil : (String(decoding: name, as: UTF8.self), name.count + 1)
    }
  }

  /// What stands between `${` and `}`, as the registry writes it.
  private func variable(in inner: ArraySlice<UInt8>) throws(EntryProblem) -> String {
    let mark = Array("env:".utf8)
    if kind.family == .vscode || kind == .cursor {
      guard inner.starts(with: mark) else { throw unknown(String(decoding: inner.prefix(64), as: UTF8.self)) }
      return try inner.dropFirst(mark.count).variable(of: kind)
    }
    let inner = inner.starts(with: mark) ? inner.dropFirst(mark.count) : inner
    guard let colon = inner.firstIndex(of: 0x3A) else { return try inner.variable(of: kind) }
    let name = try inner[..<colon].variable(of: kind)
    let otherwise = inner[(colon + 1)...]
    // What stands there is a value, which is nobody's to see.
    guard otherwise.first == 0x2D, !otherwise.contains(0x24) else { throw unknown(name) }
    return "\(name):\(String(decoding: otherwise, as: UTF8.self))"
  }

  private func unknown(_ reference: String) -> EntryProblem {
    EntryProblem("\(kind.title) fills in `\(reference)`, which only it knows")
  }

  /// What `{NAME:...}` at the beginning of a text holds.
  private static func tag(_ name: String, at text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let mark = Array("{\(name):".utf8)
    guard text.starts(with: mark), let end = text.firstIndex(of: 0x7D) else { return nil }
    return text[(text.startIndex + mark.count)..<end]
  }
}

extension ArraySlice<UInt8> {
  /// The name of a variable.
  fileprivate func variable(of kind: ClientKind) throws(EntryProblem) -> String {
    let name = String(decoding: prefix(257), as: UTF8.self)
    guard EntryParts.isVariable(name) else {
      throw EntryProblem("\(kind.title) fills in `\(String(decoding: prefix(64), as: UTF8.self))`, which only it knows")
    }
    return name
  }
}
