import JSONText

/// An absolute path with `.`, `..` and doubled slashes resolved, as the text says and not as a disk says: symbolic links, and names
/// that differ in case or in Unicode's spelling only, are the server's business.
struct FolderPath: Hashable, Sendable {
  /// Why it cannot be told where a path leads.
  enum Doubt: Hashable, Sendable {
    /// It depends on a folder, or a home, that is not known here.
    case relative
    /// Windows takes a backslash for a separator.
    case backslash
    case nul
    /// A `file:` URI other than `file:///` with plain escapes.
    case fileURI
  }

  /// The path's bytes, without a slash at the end; empty for the root.
  let bytes: [UInt8]

  /// Reads a folder out of a policy.
  ///
  /// Throws: `ConditionMistake` where it is no absolute path.
  init(folder text: ExactText) throws(ConditionMistake) {
    let bytes = Array(text.utf8)
    let help: String
    switch Self.doubt(bytes[...]) {
    case nil:
      self.init(resolving: bytes[...])
      return
    case .nul: help = "no path holds NUL"
    case .backslash: help = "write slashes"
    case .relative, .fileURI:
      if bytes.starts(with: "file:".utf8) {
        help = "write the path alone: `/srv/app`"
      } else if bytes.first == 0x7E {
        help = "write the home folder in full: `/home/ann`"
      } else {
        help = "begin it with `/`"
      }
    }
    throw ConditionMistake("`\(text)` is not an absolute path", help: help)
  }

  private init(resolving path: ArraySlice<UInt8>) {
    var out: [UInt8] = []
    out.reserveCapacity(path.count)
    for step in path.split(separator: 0x2F) {
      if step.elementsEqual([0x2E]) { continue }
      if step.elementsEqual([0x2E, 0x2E]) {
        out.removeLast(out.count - (out.lastIndex(of: 0x2F) ?? 0))
        continue
      }
      out.append(0x2F)
      out += step
    }
    bytes = out
  }

  private static func doubt(_ path: ArraySlice<UInt8>) -> Doubt? {
    if path.contains(0) { return .nul }
    if path.contains(0x5C) { return .backslash }
    return path.first == 0x2F ? nil : .relative
  }

  /// Whether the other path is this one or leads into it.
  func contains(_ other: FolderPath) -> Bool {
    guard other.bytes.starts(with: bytes) else { return false }
    return other.bytes.count == bytes.count || other.bytes[bytes.count] == 0x2F
  }

  /// Where a value of a call leads: a path, or a `file:///` URI.
  static func resolve(_ text: ExactText) -> Result<FolderPath, Doubt> {
    var path = Array(text.utf8)
    if path.prefix(5).lazy.map({ 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }).elementsEqual("file:".utf8) {
      guard let decoded = decode(path) else { return .failure(.fileURI) }
      path = decoded
    }
    if let doubt = doubt(path[...]) { return .failure(doubt) }
    return .success(FolderPath(resolving: path[...]))
  }

  /// The path of a URI, its escapes resolved once.
  ///
  /// Nil where programs read it differently: another form than `file:///`, a query, an escaped slash, more `..` than folders.
  private static func decode(_ uri: [UInt8]) -> [UInt8]? {
    guard uri.count >= 8, uri[5...7].allSatisfy({ $0 == 0x2F }) else { return nil }
    var out: [UInt8] = []
    var index = 7
    while index < uri.count {
      var byte = uri[index]
      index += 1
      if byte == 0x3F || byte == 0x23 { return nil }
      if byte == 0x25 {
        guard index + 2 <= uri.count, let high = hex(uri[index]), let low = hex(uri[index + 1]) else { return nil }
        byte = high << 4 | low
        index += 2
        if byte == 0x2F { return nil }
      }
      out.append(byte)
    }
    var depth = 0
    for step in out.split(separator: 0x2F) where !step.elementsEqual([0x2E]) {
      depth += step.elementsEqual([0x2E, 0x2E]) ? -1 : 1
      if depth < 0 { return nil }
    }
    return out
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  static func verdict(on text: ExactText, _ folders: [FolderPath]) -> ConditionTest.Verdict {
    switch resolve(text) {
    case .success(let path): folders.contains { $0.contains(path) } ? .holds : .fails
    case .failure(let doubt): .wrongType(.path(doubt))
    }
  }
}

extension FolderPath.Doubt: Error {}
