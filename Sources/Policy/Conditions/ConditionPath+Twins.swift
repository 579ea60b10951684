import JSONText

extension ConditionPath {
  /// A key of a call that a careless reader takes for one that the path wants.
  struct Twin: Hashable, Sendable {
    var found: ExactText
    var wanted: ExactText

    /// Part of a sentence.
    var inWords: String {
      let isShown = found.utf8.count <= 64 && found.utf8.allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x60 }
      return isShown
        ? "the key `\(found)` could be mistaken for `\(wanted)`, which the policy looks at"
        : "a key could be mistaken for `\(wanted)`, which the policy looks at"
    }
  }

  /// Looks for twins of the path's keys along it.
  ///
  /// With `mayStandBeside` a twin counts only in place of the key: whoever reads them apart has been vouched for.
  func twin(in arguments: JSONNode, mayStandBeside: Bool) -> Twin? {
    root == .arguments ? twin(in: arguments, 0, mayStandBeside) : nil
  }

  private func twin(in node: JSONNode, _ index: Int, _ mayStandBeside: Bool) -> Twin? {
    guard index < steps.count else { return nil }
    switch (steps[index], node.content) {
    case (.member(let key), .object(let members)):
      var next: JSONNode?
      var twin: ExactText?
      for member in members {
        if member.key == key {
          next = member.value
        } else if twin == nil, FoldedKey.areTwins(member.key, key) {
          twin = member.key
        }
      }
      if let twin, next == nil || !mayStandBeside { return Twin(found: twin, wanted: key) }
      return next.flatMap { self.twin(in: $0, index + 1, mayStandBeside) }
    case (.element(let place), .array(let elements)):
      return place < elements.count ? twin(in: elements[place], index + 1, mayStandBeside) : nil
    case (.each, .array(let elements)):
      for element in elements {
        if let found = twin(in: element, index + 1, mayStandBeside) { return found }
      }
      return nil
    case (.member, _), (.element, _), (.each, _): return nil
    }
  }
}

extension CompiledRule {
  /// The places in the arguments where the rule looks, each once.
  static func paths(of rule: PolicyRule) -> [ConditionPath] {
    let entries = rule.require + rule.denyIf + rule.approveIf + rule.allowIf
    var paths = entries.flatMap { $0.conditions.map(\.path) } + rule.limits.compactMap(\.cost)
    paths.removeAll { path in
      path.root != .arguments || !path.steps.contains { if case .member = $0 { true } else { false } }
    }
    var seen: Set<ConditionPath> = []
    return paths.filter { seen.insert($0).inserted }
  }
}
