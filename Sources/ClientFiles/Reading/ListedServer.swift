package import JSONText

/// One server of a client's file, as it stands there: for lists, and for what may be changed.
package struct ListedServer: Hashable, Sendable {
  package enum Transport: String, Hashable, Sendable { case stdio, http, sse }

  package var address: EntryAddress
  package var scope: ClientScope
  /// The folder that it is for; nil for all.
  package var project: String?
  /// Nil where the entry says nothing of it.
  package var transport: Transport?
  /// The client does not start it now.
  package var isOff: Bool
  /// What it is called behind the gate, where it runs through it; `?` where the entry does not say.
  package var guarded: ExactText?
  /// The gate's program, as the entry names it.
  package var gate: String?
  /// Tools that the client keeps from its model.
  package var hiddenTools: Int
  package var problem: String?
  /// The whole entry, which may hold secrets.
  package var entry: JSONNode

  package var name: ExactText { address.name }
  package var isGuarded: Bool { guarded != nil }
  /// It is no server, but a part of its client.
  package var isPartOfClient: Bool { EntryParts.isOwn(entry) }
}

extension ListedServer: CustomStringConvertible {
  /// The name only: the rest may be a secret.
  package var description: String { "<server \(name.string)>" }
}

extension ListedServer {
  init(_ address: EntryAddress, _ entry: JSONNode, at place: ClientPlace, project: String?) {
    self.init(
      address: address, scope: place.project == nil && project != nil ? .local : place.scope, project: project,
      isOff: entry["disabled"]?.bool == true || entry["enabled"]?.bool == false,
      hiddenTools: ["disabledTools", "disabled_tools", "excludeTools"].reduce(0) {
        $0 + (entry[ExactText($1)]?.elements?.count ?? 0)
      }, entry: entry)
    do throws(EntryProblem) {
      let parts = try EntryParts(entry, place.kind.dialect)
      transport = Self.transport(parts, place.kind)
      let words = parts.words.dropFirst()
      if Self.isGate(parts.words), let verb = words.first(where: { $0 == "connect" || $0 == "run" }) {
        gate = parts.words.first
        let operand = verb == "connect" ? words.drop { $0 != verb }.dropFirst().first { !$0.hasPrefix("-") } : nil
        guarded = ExactText(operand ?? Self.option("--name", in: words) ?? "?")
      }
    } catch {
      problem = error.message
    }
  }

  static func transport(_ parts: EntryParts, _ kind: ClientKind) -> Transport {
    guard parts.url != nil else { return .stdio }
    switch parts.type {
    case "sse": return .sse
    case nil where kind == .gemini && parts.key == "url": return .sse
    default: return .http
    }
  }

  private static func isGate(_ words: [String]) -> Bool {
    words.first?.split(separator: "/").last == "gatehouse"
  }

  private static func option(_ name: String, in words: ArraySlice<String>) -> String? {
    let before = words.prefix { $0 != "--" }
    guard let place = before.firstIndex(of: name) else { return nil }
    return before[(place + 1)...].first
  }
}
