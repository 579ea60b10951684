import JSONText

extension ChangeFinder {
  /// Notes how two rules differ; either may be missing.
  ///
  /// `words` says what held and what holds; `isTold` that this was told already.
  mutating func compareRules(
    _ subject: String, _ old: PolicyRule?, _ new: PolicyRule?, isTold: Bool = false,
    words: (PolicyRule?, PolicyRule?) -> (from: String, to: String)
  ) {
    guard let old, let new else {
      guard let rule = old ?? new else { return }
      var (from, to) = words(old, new)
      if isTold || from == to { (from, to) = (old?.summary ?? "no rule", new?.summary ?? "no rule") }
      note(PolicyChange(subject: subject, from: from, to: to, pointer: rule.pointer))
      // What the summary keeps to itself is told of a rule that is new.
      if let new { compareParts(subject, PolicyRule(pointer: new.pointer, line: 0, action: new.action), new) }
      return
    }
    guard !new.saysTheSame(as: old) else { return }
    let isDecision = old.action != new.action || old.limits.map(\.summary) != new.limits.map(\.summary)
    if isDecision {
      let (from, to) = words(old, new)
      let pointer = Self.pointerOfDecision(old, new)
      if !isTold, from != to {
        note(PolicyChange(subject: subject, from: from, to: to, pointer: pointer))
      } else {
        if old.action != new.action {
          note(subject, "`action` \(old.action.rawValue)", new.action.rawValue, at: new.pointer + "/action")
        }
        if old.limits.map(\.summary) != new.limits.map(\.summary) {
          let all = [old, new].map { $0.limits.map(\.summary).joined(separator: ", ") }
          note(
            subject, all[0].isEmpty ? nil : "limit \(all[0])",
            all[1].isEmpty ? nil : (all[0].isEmpty ? "limit " : "") + all[1], at: Self.pointerOfLimits(old, new))
        }
      }
    }
    compareParts(subject, old, new)
  }

  private static func pointerOfDecision(_ old: PolicyRule, _ new: PolicyRule) -> String {
    if old.limits.map(\.summary) == new.limits.map(\.summary) { return new.pointer + "/action" }
    return old.action == new.action ? pointerOfLimits(old, new) : new.pointer
  }

  /// The one limit that differs, or the list.
  private static func pointerOfLimits(_ old: PolicyRule, _ new: PolicyRule) -> String {
    let (from, to) = (old.limits.map(\.summary), new.limits.map(\.summary))
    let places = (0..<max(from.count, to.count)).filter {
      !($0 < from.count && $0 < to.count && from[$0] == to[$0])
    }
    let pointers = [new, old].map { rule in rule.limits.map(\.pointer) }
    if places.count == 1, let place = places.first {
      let lists = pointers.filter { $0.indices.contains(place) }.map { $0[place] }
      if let pointer = lists.first, lists.allSatisfy({ $0 == pointer }) { return pointer }
    }
    // One has the short form, the other the list.
    return new.pointer + (pointers.joined().contains { $0.contains("/limits/") } ? "/limits" : "/rate_limit")
  }

  // MARK: Parts

  /// All but the action and the sizes of the limits.
  private mutating func compareParts(_ subject: String, _ old: PolicyRule, _ new: PolicyRule) {
    if old.reason.map({ ExactText($0) }) != new.reason.map({ ExactText($0) }) {
      told(subject, "`reason`", old.reason.map(Self.quoted), new.reason.map(Self.quoted), at: new.pointer + "/reason")
    }
    if old.expires != new.expires {
      told(subject, "`expires`", old.expires?.rfc3339, new.expires?.rfc3339, at: new.pointer + "/expires")
    }
    if old.matchesSchema != new.matchesSchema {
      told(subject, "`match_schema`", "\(old.matchesSchema)", "\(new.matchesSchema)", at: new.pointer + "/match_schema")
    }
    compareApproval(subject, old, new)
    compareLimits(subject, old, new)
    let lists: [(RuleList, [ConditionEntry], [ConditionEntry])] = [
      (.require, old.require, new.require), (.denyIf, old.denyIf, new.denyIf),
      (.approveIf, old.approveIf, new.approveIf), (.allowIf, old.allowIf, new.allowIf),
    ]
    for (list, from, to) in lists { compareEntries(subject, list, from, to, at: new.pointer) }
  }

  private mutating func told(_ subject: String, _ what: String, _ from: String?, _ to: String?, at pointer: String) {
    if let from, let to {
      note(subject, "\(what) \(from)", to, at: pointer)
    } else {
      note(subject, from.map { "\(what) \($0)" }, to.map { "\(what) \($0)" }, at: pointer)
    }
  }

  private mutating func compareApproval(_ subject: String, _ old: PolicyRule, _ new: PolicyRule) {
    let (from, to) = (old.terms, new.terms)
    let pointer = new.pointer + "/approval"
    guard from != to else { return }
    guard let from, let to else {
      told(subject, "`approval`", from?.inWords, to?.inWords, at: pointer)
      return
    }
    let fields = [
      ("hold", "\(from.hold)", "\(to.hold)"), ("timeout", "\(from.timeout)", "\(to.timeout)"),
      ("remember", "\(from.remember)", "\(to.remember)"),
      ("on_no_approver", from.onNoApprover.rawValue, to.onNoApprover.rawValue),
    ]
    // Where one side has no terms of its own, all of them are what differs.
    let isWhole = old.approval == nil || new.approval == nil
    for (key, from, to) in fields where from != to {
      told(subject, "`approval` \(key)", from, to, at: isWhole ? pointer : "\(pointer)/\(key)")
    }
  }

  private mutating func compareLimits(_ subject: String, _ old: PolicyRule, _ new: PolicyRule) {
    for (index, limit) in new.limits.enumerated() {
      let before = old.limits.indices.contains(index) ? old.limits[index] : nil
      let usual = PolicyLimit(pointer: limit.pointer, line: 0, window: limit.window, max: limit.max, scope: .grant)
      // A limit that was not there is told by what is unusual about it.
      let other = before ?? usual
      let isMoved = before.map { $0.pointer != limit.pointer } ?? true
      for (key, from, to) in zip(other.fields, limit.fields).map({ ($0.key, $0.value, $1.value) }) where from != to {
        told(
          subject, "limit \(limit.summary): \(key)", from, to, at: isMoved ? limit.pointer : "\(limit.pointer)/\(key)")
      }
    }
    // One fewer with the same sizes cannot be: sizes are told before.
  }

  // MARK: Entries

  private mutating func compareEntries(
    _ subject: String, _ list: RuleList, _ old: [ConditionEntry], _ new: [ConditionEntry], at rule: String
  ) {
    guard old != new else { return }
    let pointer = "\(rule)/\(list.rawValue)"
    if Self.isReordered(old, new) {
      note(
        PolicyChange(
          subject: subject, from: "", to: "", pointer: pointer, sentence: "\(subject): `\(list.rawValue)` is reordered")
      )
      return
    }
    let numbers = Self.numbers(old, new)
    for change in LineDiff.changes(numbers.old, numbers.new) {
      let both = min(change.old.count, change.new.count)
      for step in 0..<both {
        compareEntry(subject, list, old[change.old.lowerBound + step], new[change.new.lowerBound + step])
      }
      for entry in old[change.old].dropFirst(both) {
        note(subject, "`\(list.rawValue)` \(Self.quoted(entry.inWords))", nil, at: entry.pointer)
      }
      for entry in new[change.new].dropFirst(both) {
        note(subject, nil, "`\(list.rawValue)` \(Self.quoted(entry.inWords))", at: entry.pointer)
      }
    }
  }

  private mutating func compareEntry(
    _ subject: String, _ list: RuleList, _ old: ConditionEntry, _ new: ConditionEntry
  ) {
    // At another place it is another value.
    let isMoved = old.pointer != new.pointer
    func place(_ key: String) -> String { isMoved ? new.pointer : "\(new.pointer)/\(key)" }
    if old.conditions != new.conditions {
      let (from, to) = (Self.quoted(old.inWords), Self.quoted(new.inWords))
      let pointer = Self.pointerOfCondition(old, new) ?? place("conditions")
      if from != to {
        told(subject, "`\(list.rawValue)`", from, to, at: isMoved ? new.pointer : pointer)
      } else {
        note(
          PolicyChange(
            subject: subject, from: from, to: to, pointer: place("conditions"),
            sentence: "\(subject): `\(list.rawValue)` \(to): its conditions differ"))
      }
    }
    let what = "`\(list.rawValue)` \(Self.quoted(new.inWords)):"
    if old.text.map({ ExactText($0) }) != new.text.map({ ExactText($0) }) {
      told(
        subject, "\(what) `\(list.textKey)`", old.text.map(Self.quoted), new.text.map(Self.quoted),
        at: place(list.textKey))
    }
    if old.expires != new.expires {
      told(subject, "\(what) `expires`", old.expires?.rfc3339, new.expires?.rfc3339, at: place("expires"))
    }
  }

  /// The one condition that differs.
  private static func pointerOfCondition(_ old: ConditionEntry, _ new: ConditionEntry) -> String? {
    guard old.conditions.count == new.conditions.count else { return nil }
    let different = zip(old.conditions, new.conditions).filter { $0 != $1 }
    return different.count == 1 ? different.first?.1.pointer : nil
  }

  private static func isReordered(_ old: [ConditionEntry], _ new: [ConditionEntry]) -> Bool {
    var counts: [ConditionEntry: Int] = [:]
    for entry in old { counts[entry, default: 0] += 1 }
    for entry in new { counts[entry, default: 0] -= 1 }
    return counts.values.allSatisfy { $0 == 0 }
  }

  private static func numbers(_ old: [ConditionEntry], _ new: [ConditionEntry]) -> (old: [Int], new: [Int]) {
    var known: [ConditionEntry: Int] = [:]
    func number(_ entry: ConditionEntry) -> Int {
      let next = known.count
      if let found = known[entry] { return found }
      known[entry] = next
      return next
    }
    return (old.map(number), new.map(number))
  }
}

extension PolicyRule {
  /// Whether two rules say the same, wherever they stand and however they are written.
  func saysTheSame(as other: PolicyRule) -> Bool {
    action == other.action && reason.map({ ExactText($0) }) == other.reason.map({ ExactText($0) })
      && expires == other.expires && matchesSchema == other.matchesSchema && terms == other.terms
      && limits.count == other.limits.count && zip(limits, other.limits).allSatisfy { $0.saysTheSame(as: $1) }
      && require == other.require && denyIf == other.denyIf && approveIf == other.approveIf && allowIf == other.allowIf
  }

  /// The terms of asking; a rule with a name and no terms has the usual ones, and one for all tools leaves them to the tool's.
  fileprivate var terms: ApprovalTerms? { pointer.hasSuffix("/all_tools") ? approval : approval ?? ApprovalTerms() }
}

extension PolicyLimit {
  func saysTheSame(as other: PolicyLimit) -> Bool {
    window == other.window && max == other.max && fields.map(\.value) == other.fields.map(\.value)
  }

  /// All but its size, in words; nil for what is not there.
  fileprivate var fields: [(key: String, value: String?)] {
    [
      ("counter", counter.map { ChangeFinder.quoted($0) }), ("scope", scope.rawValue),
      ("cost", cost.map { ChangeFinder.quoted($0.inOneSpelling) }), ("align", align.rawValue),
      ("count", count.rawValue),
      ("expires", expires?.rfc3339),
    ]
  }
}

extension ApprovalTerms {
  fileprivate var inWords: String {
    "`hold \(hold), timeout \(timeout), remember \(remember), on_no_approver \(onNoApprover.rawValue)`"
  }
}

extension ConditionPath {
  /// The path in the one spelling that all its spellings have in common.
  fileprivate var inOneSpelling: String { written(upTo: steps.count, []) }
}
