/// What an attack brought about that the policy denies.
package struct Seen: Hashable, Sendable {
  /// The reader that took it so.
  package let reader: String
  /// What it took it for: `a call of forbidden`.
  package let act: String
}

extension Attack {
  /// What arrived at the server that the policy denies, as any reader takes it; each act once, by the first of them.
  package func seen(atServer stream: [UInt8]) -> [Seen] {
    let stream = ReaderModel.squeezed(stream)
    var seen: [Seen] = []
    var acts: Set<String> = []
    for model in ReaderModel.all {
      var watch = ActWatch(isOpen: isOpen, callsWithinLimit: callsWithinLimit)
      for message in model.messages(in: stream) { watch.look(at: message) }
      for act in watch.acts where acts.insert(act).inserted { seen.append(Seen(reader: model.name, act: act)) }
    }
    return seen
  }
}

/// Looks at what one reader takes for the messages of a client.
private struct ActWatch {
  let isOpen: Bool
  let callsWithinLimit: Int
  private(set) var acts: [String] = []
  private var calls: [String: Int] = [:]
  private var ids: Set<String> = []

  init(isOpen: Bool, callsWithinLimit: Int) {
    self.isOpen = isOpen
    self.callsWithinLimit = callsWithinLimit
  }

  private static let plumbing: Set<String> = [
    "initialize", "server/discover", "ping", "tools/list", "resources/list", "resources/templates/list", "prompts/list",
    "resources/unsubscribe", "completion/complete", "logging/setLevel", "subscriptions/listen", "roots/list",
  ]

  mutating func look(at message: SeenMessage) {
    guard let method = message.method else { return }
    let hasID: Bool
    switch message.id {
    case .string?: hasID = true
    case .number(let text)?: hasID = text.allSatisfy { $0.isNumber || $0 == "-" }
    case nil, .null?, .bool?, .array?, .object?, .deep?: hasID = false
    }
    if hasID, let id = message.id?.json, !ids.insert(id).inserted { acts.append("two requests under one id") }
    switch method {
    case "tools/call": look(atCall: message, hasID)
    case "prompts/get":
      if message.name != AttackCorpus.allowedPrompt, !isOpen { acts.append("a prompt that no rule allows") }
      if !hasID { acts.append("a prompt without a valid id") }
    case "resources/read", "resources/subscribe":
      look(atResource: message.uri)
      if !hasID { acts.append("a resource without a valid id") }
    case let other where other.hasPrefix("notifications/") && !other.contains("..") && !hasID: break
    case let other where other.hasPrefix("tasks/") || Self.plumbing.contains(other): break
    default:
      if !isOpen { acts.append("the unknown method \(shown(method))") }
    }
  }

  private mutating func look(atCall message: SeenMessage, _ hasID: Bool) {
    if !hasID { acts.append("a call without a valid id") }
    guard let name = message.name else {
      acts.append("a call without a name")
      return
    }
    switch name {
    case "forbidden", "hidden_tool": acts.append("a call of \(name)")
    case "allowed": break
    case "allowed_path": look(atPath: message)
    case let limited where limited.hasPrefix("limited_"):
      calls[limited, default: 0] += 1
      if calls[limited] == callsWithinLimit + 1 { acts.append("a call past the limit") }
    default: if !isOpen { acts.append("a call of a tool that no rule allows: \(shown(name))") }
    }
  }

  private mutating func look(atResource address: String?) {
    let destination = address.map(AddressReader.destination)
    if isOpen {
      if destination == AttackCorpus.deniedResource { acts.append("a denied resource") }
      return
    }
    for address in [address, destination] {
      guard let address, address == AttackCorpus.allowedResource || address.hasPrefix(AttackCorpus.allowedFolder) else {
        acts.append("a resource that no rule allows")
        return
      }
    }
  }

  private mutating func look(atPath message: SeenMessage) {
    if message.argument("path")?.string != AttackCorpus.allowedPath {
      acts.append("a call of allowed_path with another path")
    }
    if let secret = message.argument("secret"), !secret.isNull { acts.append("a call of allowed_path with a secret") }
    guard let amount = message.argument("amount") else { return }
    if message.isGreater(amount, than: 500) { acts.append("a call of allowed_path with too great an amount") }
  }

  private func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(40)
    return scalars.map { $0.value < 0x20 ? $0.escaped(asASCII: true) : String($0) }.joined()
  }
}
