package import JSONText
package import Policy
package import Risk

/// A rule that lets pass what was seen, and why it is as it is.
package struct SuggestedRule: Hashable, Sendable {
  package var address: RuleAddress
  /// The rule as policy.json holds it.
  package var node: JSONNode
  /// In a few words, as `24/minute`.
  package var summary: String
  /// Why, one reason for each part of it.
  package var reasons: [String]

  package var edit: PolicyEdit { .change(address, .become(node)) }

  /// So many calls must have been seen before their arguments bind others.
  static let enoughCalls = 10

  /// Nil for what was never let through.
  ///
  /// `category` is what the tool is judged to be now, beside what it was when it was called, and nil where no list of its
  /// server's tools was ever seen; `hasSchema` says whether arguments can be compared with what the server declared.
  package init?(_ use: SeenCalls.Use, category: Category?, hasSchema: Bool) {
    guard use.ran > 0 else { return nil }
    reasons = [Self.seen(use)]
    switch use.target {
    case .tool(let name):
      address = RuleAddress(server: use.server, .tools, NamePattern.key(for: name))
      // A server that describes its tool more mildly by now has not made it milder.
      if let grave = [category, use.category].compactMap({ $0 }).first(where: \.alwaysAsks) {
        node = Self.object([("action", Self.text("require_approval"))])
        summary = "require approval"
        reasons.append("\(grave.rawValue): a person is asked each time, whatever was seen")
        return
      }
      guard let category else {
        node = Self.object([("action", Self.text("require_approval"))])
        summary = "require approval"
        reasons.append(
          "nobody has listed the server's tools, so what it does is not known: a person is asked (servers scan lists them)"
        )
        return
      }
      let conditions = Self.conditions(use.arguments, calls: use.ran, &reasons)
      var members: [(String, JSONNode)] = []
      var words: [String] = []
      if !conditions.isEmpty {
        members.append(("require", JSONNode(.array([Self.object([("conditions", JSONNode(.array(conditions)))])]))))
        words.append("checked")
      }
      if category == .execute, hasSchema {
        members.append(("match_schema", JSONNode(.bool(true))))
        reasons.append("Execute: the arguments must match the tool's schema")
        words.append("arguments match the schema")
      }
      let limits = SuggestedLimit.all(for: use, category)
      members.append(("limits", SuggestedLimit.node(limits)))
      reasons += limits.map(\.reason)
      node = Self.object(members)
      summary = (limits.map(\.words) + words).joined(separator: ", ")
    case .resource(let uri): self = Self(plain: use, .resources, NamePattern.key(for: uri))
    case .prompt(let name): self = Self(plain: use, .prompts, NamePattern.key(for: name))
    case .serverRequest(let method):
      address = RuleAddress(server: use.server, .serverRequests, method)
      node = Self.object([("action", Self.text("require_approval"))])
      summary = "require approval"
      reasons.append("the server asks the client for something: a person looks at it")
    case .other: return nil
    }
  }

  private init(plain use: SeenCalls.Use, _ section: RuleAddress.Section, _ key: ExactText) {
    let limits = SuggestedLimit.all(for: use, .read)
    address = RuleAddress(server: use.server, section, key)
    node = Self.object([("limits", SuggestedLimit.node(limits))])
    summary = limits.map(\.words).joined(separator: ", ")
    reasons = [Self.seen(use)] + limits.map(\.reason)
  }

  private static func seen(_ use: SeenCalls.Use) -> String {
    var text = use.ran == 1 ? "called once" : "called \(HistoryWords.count(use.ran)) times"
    let names = use.clients.filter { !$0.isEmpty }.sorted().map(\.string)
    if !names.isEmpty { text += " by \(names.joined(separator: ", "))" }
    if use.approved > 0 { text += ", \(HistoryWords.count(use.approved)) approved by a person" }
    if use.refused > 0 {
      text += ", and refused \(use.refused == 1 ? "once" : "\(HistoryWords.count(use.refused)) times")"
    }
    return text
  }

  // MARK: Arguments

  /// What each of the calls had, by the names of the arguments.
  private static func conditions(
    _ seen: SeenArguments, calls: Int, _ reasons: inout [String]
  ) -> [JSONNode] {
    guard calls >= enoughCalls else { return [] }
    guard seen.calls > 0 else { return [] }
    guard seen.calls == calls else {
      reasons.append("the record does not have the arguments of all calls, so no rule looks at them")
      return []
    }
    var conditions: [JSONNode] = []
    for (name, member) in seen.members.sorted(by: { $0.key < $1.key }) where member.count == calls {
      guard let found = condition(member, calls: calls) else { continue }
      guard let path = path(name) else { continue }
      conditions.append(object([("path", text(path)), ("op", text(found.op)), ("value", found.value)]))
      reasons.append("\(path): \(found.reason)")
    }
    return conditions
  }

  private static func condition(
    _ member: SeenArguments.Member, calls: Int
  ) -> (op: String, value: JSONNode, reason: String)? {
    if member.isNumber, let numbers = member.numbers, numbers.upperBound > 0, numbers.lowerBound >= 0 {
      let most = roundedUp(numbers.upperBound * 1.5)
      return ("lte", JSONNode(.number(JSONNumber(text: most))), "never above \(short(numbers.upperBound))")
    }
    guard member.isText else { return nil }
    if let texts = member.texts, texts.count == 1 {
      return ("eq", JSONNode(.string(texts[0])), "always the same")
    }
    if let folders = member.folders, !folders.isEmpty {
      let folder = "/" + folders.joined(separator: "/")
      return ("within", JSONNode(.array([text(folder)])), "always below \(folder)")
    }
    if let hosts = member.hosts, !hosts.isEmpty {
      let sorted = hosts.sorted()
      return ("host_in", JSONNode(.array(sorted.map { text($0) })), "always at \(sorted.joined(separator: ", "))")
    }
    if let texts = member.texts, !texts.isEmpty, texts.count * 5 <= calls {
      return ("in", JSONNode(.array(texts.map { JSONNode(.string($0)) })), "always one of \(texts.count)")
    }
    return nil
  }

  /// `args.name`, or `args["odd name"]`; nil for what a path cannot say.
  private static func path(_ name: ExactText) -> String? {
    let isPlain = name.utf8.allSatisfy { byte in
      0x61...0x7A ~= byte || 0x41...0x5A ~= byte || 0x30...0x39 ~= byte || byte == 0x5F
    }
    guard isPlain, let first = name.utf8.first, !(0x30...0x39 ~= first) else {
      var quoted: [UInt8] = []
      JSONWriter.append(name.string, to: &quoted)
      return name.isEmpty ? nil : "args[\(String(decoding: quoted, as: UTF8.self))]"
    }
    return "args.\(name.string)"
  }

  /// The next number with two digits that count.
  static func roundedUp(_ value: Double) -> String {
    var unit = 1.0
    while value / unit >= 100 { unit *= 10 }
    let rounded = (value / unit).rounded(.up) * unit
    return rounded < 1e15 ? String(Int64(rounded)) : "1000000000000000"
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() ? String(Int64(value)) : String(value)
  }

  private static func text(_ text: String) -> JSONNode { JSONNode(.string(ExactText(text))) }

  private static func object(_ members: [(String, JSONNode)]) -> JSONNode {
    JSONNode(.object(members.map { JSONMember(key: ExactText($0.0), value: $0.1) }))
  }
}

extension Category {
  /// Whether no record makes it pass without a person.
  var alwaysAsks: Bool { self == .destructive || self == .financial }
}
