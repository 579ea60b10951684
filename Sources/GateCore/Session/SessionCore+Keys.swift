internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Keys of arguments that a server could take for others
extension SessionCore {
  /// Why a call is refused whose arguments have a key that is not one the tool declares, but that a server written in Go,
  /// say, would take for it; nil where there is none.
  ///
  /// Only what is declared at the top of the tool's own schema counts. To be asked right after the call was read.
  mutating func mistakableArgument(
    _ message: WireMessage, _ line: Span<UInt8>, gate: inout GateState
  ) -> WireRefusal? {
    guard case .toolsCall? = message.method, !reader.argumentKeys.isEmpty, let name = message.name else { return nil }
    if sharedKeysRevision != gate.schemasRevision {
      sharedKeysRevision = gate.schemasRevision
      sharedKeys = gate.schemas[server]?.keys ?? DeclaredKeys()
    }
    for index in reader.argumentKeys.indices {
      let key = reader.argumentKeys[index]
      guard sharedKeys.doubts(key, line) || tools.doubts(key, line) else { continue }
      return mistakableArgument(of: name.decoded(line), reader.argumentKeys, line, gate: gate)
    }
    return nil
  }

  /// The same by the tool's own schema, which is read for it.
  private func mistakableArgument(
    of tool: ExactText, _ keys: [JSONCursor.NotedKey], _ line: Span<UInt8>, gate: GateState
  ) -> WireRefusal? {
    guard case .schema(let text, _)? = declaration(of: .tool(tool), gate.schemas),
      let schema = try? JSONNode.read(text),
      let declared = schema["properties"]?.members?.map(\.key)
    else { return nil }
    let exact = Set(declared)
    var folded: [[UInt8]: ExactText] = [:]
    for key in declared { folded[FoldedKey.of(Array(key.utf8))] = key }
    for noted in keys {
      let key = ExactText(JSONCursor.decode(noted.key, line))
      guard !exact.contains(key), let twin = folded[FoldedKey.of(Array(key.utf8))] else { continue }
      let isShown = WireRefusal.isShown(key) && WireRefusal.isShown(twin)
      return WireRefusal(
        .invalidParams,
        isShown
          ? "the key `\(key)` of the arguments could be mistaken for `\(twin)`, which the tool declares"
          : "a key of the arguments could be mistaken for one that the tool declares")
    }
    return nil
  }
}
