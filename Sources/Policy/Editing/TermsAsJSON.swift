import JSONText

extension JSONNode {
  static func text(_ text: String) -> JSONNode { JSONNode(.string(ExactText(text))) }
  static func bool(_ value: Bool) -> JSONNode { JSONNode(.bool(value)) }
  static func number(_ value: Int) -> JSONNode { JSONNode(.number(JSONNumber(value))) }

  /// An object of those members that have a value.
  static func object(_ members: KeyValuePairs<ExactText, JSONNode?>) -> JSONNode {
    JSONNode(.object(members.compactMap { key, value in value.map { JSONMember(key: key, value: $0) } }))
  }

  static func array(_ elements: [JSONNode]) -> JSONNode { JSONNode(.array(elements)) }

  /// A number where the text is one; else the text, which whoever reads it will refuse.
  static func number(orText text: String) -> JSONNode {
    if let node = try? JSONNode.read(Array(text.utf8)), case .number(let number) = node.content {
      return JSONNode(.number(number))
    }
    return .text(text)
  }
}

extension LimitTerms {
  var node: JSONNode {
    .object([
      "counter": counter.map { .text($0) }, "window": .number(orText: window), "max": .number(orText: max),
      "scope": scope.map { .text($0) }, "cost": cost.map { .text($0) }, "align": align.map { .text($0) },
      "count": count.map { .text($0) }, "expires": expires.map { .text($0) },
    ])
  }
}

extension ConditionTerms {
  var node: JSONNode { .object(["path": .text(path), "op": .text(op), "value": value]) }
}

extension EntryTerms {
  func node(_ list: RuleList) -> JSONNode {
    .object([
      "conditions": .array(conditions.map(\.node)), ExactText(list.textKey): text.map { .text($0) },
      "expires": expires.map { .text($0) },
    ])
  }
}

/// What a limit says when it does not say it.
enum LimitDefaults {
  static let words: [(key: ExactText, word: ExactText)] = [
    ("scope", "grant"), ("align", "sliding"), ("count", "forwarded"),
  ]

  /// The limit without what goes without saying, its window in seconds.
  static func plain(_ limit: JSONNode) -> JSONNode {
    guard let members = limit.members else { return limit }
    return JSONNode(
      .object(
        members.compactMap { member in
          if let word = words.first(where: { $0.key == member.key })?.word, member.value.text == word { return nil }
          guard member.key == "window", let word = member.value.string, let window = LimitWindow(word: word) else {
            return member
          }
          return JSONMember(key: member.key, value: .number(window.seconds))
        }))
  }

  /// The wanted limit, but in the words of `current` where these say the same.
  static func wanted(_ wanted: JSONNode, like current: JSONNode) -> JSONNode {
    var members = wanted.members ?? []
    for member in current.members ?? [] {
      let index = members.firstIndex { $0.key == member.key }
      if let index {
        let isSame = plain(.object([member.key: members[index].value])).means(
          plain(.object([member.key: member.value])))
        if isSame { members[index] = member }
      } else if words.contains(where: { $0.key == member.key && member.value.text == $0.word }) {
        members.append(member)
      }
    }
    // What goes without saying is not added.
    members.removeAll { member in
      current[member.key] == nil
        && words.contains { $0.key == member.key && member.value.text == $0.word }
    }
    return JSONNode(.object(members))
  }

  /// The long form of a `rate_limit`.
  static func long(_ short: JSONNode) -> JSONNode {
    if let text = short.string {
      let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
      return .object(["window": parts.last.map { .text($0) }, "max": parts.first.map { .number(orText: $0) }])
    }
    return .object(["window": short["window"], "max": short["max"]])
  }
}
