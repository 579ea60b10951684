package import JSONText

/// Brings two changes of one policy together, by what they say and not by lines.
///
/// Objects merge member by member and `hide` as a set. A value that both sides changed to something else is a conflict, and so is one that
/// one side removed and the other changed, or a rule that both made. Lists (limits, entries, conditions) are one value each: what an
/// entry means depends on those beside it, so two changes of one list are for a person to judge. The short form of a limit and the long one
/// are one value. Spelling and order of keys are no change.
package struct PolicyMerge: Sendable {
  package enum Side: String, CaseIterable, Hashable, Sendable { case mine, theirs }

  /// A place where a person must choose.
  package struct Conflict: Error, Hashable, Sendable {
    /// The JSON pointer, empty for the whole policy.
    package var pointer: String
    /// What each side has there as compact JSON, cut where it is long; nil where it has nothing.
    package var base: String?
    package var mine: String?
    package var theirs: String?
    /// Lower case, user's text in backticks, no full stop; the reader's words where the merged policy would be refused.
    package var message: String
    package var help: String?
    /// Whether it is only the merged policy that would be refused, and neither side.
    package var isRefusal = false

    package init(
      pointer: String, base: String?, mine: String?, theirs: String?, message: String, help: String? = nil,
      isRefusal: Bool = false
    ) {
      self.pointer = pointer
      self.base = base
      self.mine = mine
      self.theirs = theirs
      self.message = message
      self.help = help
      self.isRefusal = isRefusal
    }
  }

  package enum Outcome: Hashable, Sendable {
    /// A text that is a policy: theirs, and in it what mine changed.
    case merged([UInt8])
    /// At least one, in the order of the policy.
    case conflicts([Conflict])
  }

  /// Merges what `mine` and `theirs` made of `base`.
  ///
  /// `choices` says which side wins where, by the pointers of conflicts that were told before.
  package static func merge(
    base: PolicyDocument, mine: PolicyDocument, theirs: PolicyDocument, choices: [String: Side] = [:]
  ) -> Outcome {
    switch choices[""] {
    case .mine: return .merged(mine.text)
    case .theirs: return .merged(theirs.text)
    case nil: break
    }
    if choices.isEmpty {
      if mine.text == base.text { return .merged(theirs.text) }
      if theirs.text == base.text || mine.text == theirs.text { return .merged(mine.text) }
    }
    // The texts were read once, so they are JSON.
    guard let old = try? JSONNode.read(base.text), let left = try? JSONNode.read(mine.text),
      let right = try? JSONNode.read(theirs.text)
    else { return .merged(theirs.text) }
    var merger = TreeMerger(choices: choices)
    let wanted = merger.merge(old, left, right, .policy) ?? right
    guard merger.conflicts.isEmpty else { return .conflicts(merger.conflicts) }
    var tree = TextTree(theirs.text, right)
    tree.become(tree.root, wanted)
    let text = Replacement.apply(tree.replacements, to: theirs.text)
    do throws(PolicyRejection) {
      _ = try PolicyDocument.read(text)
      return .merged(text)
    } catch {
      return .conflicts(
        error.problems.filter { $0.weight == .error }.map { conflict($0, old, left, right, choices) })
    }
  }

  /// The same, where one side wins all conflicts.
  package static func merge(
    base: PolicyDocument, mine: PolicyDocument, theirs: PolicyDocument, preferring side: Side
  ) -> [UInt8] {
    var choices: [String: Side] = [:]
    // Conflicts that the reader finds come after the others, a round each.
    for _ in 0..<8 {
      switch merge(base: base, mine: mine, theirs: theirs, choices: choices) {
      case .merged(let text): return text
      case .conflicts(let conflicts):
        for conflict in conflicts { choices[conflict.pointer] = side }
      }
    }
    return side == .mine ? mine.text : theirs.text
  }

  /// What the reader says of a merged text, as a conflict of the smallest value that a side can win.
  private static func conflict(
    _ problem: PolicyProblem, _ base: JSONNode, _ mine: JSONNode, _ theirs: JSONNode, _ choices: [String: Side]
  ) -> Conflict {
    var pointer = ""
    var shape = PolicyShape.policy
    var (old, left, right): (JSONNode?, JSONNode?, JSONNode?) = (base, mine, theirs)
    for key in Pointer.steps(problem.pointer) {
      guard shape.mergesByMember else { break }
      pointer += "/" + Pointer.token(key.string)
      (old, left, right) = (old?[key], left?[key], right?[key])
      shape = shape.child(key)
    }
    if choices[pointer] != nil || TreeMerger.isSame(left, right, shape) {
      (pointer, old, left, right) = ("", nil, nil, nil)
    }
    return Conflict(
      pointer: pointer, base: old.map(shortened), mine: left.map(shortened), theirs: right.map(shortened),
      message: problem.message, help: problem.help, isRefusal: true)
  }

  static func shortened(_ node: JSONNode) -> String {
    let bytes = node.compact
    let most = 200
    guard bytes.count > most else { return String(decoding: bytes, as: UTF8.self) }
    var end = most
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }
}

extension PolicyMerge.Conflict {
  /// What it is about, as a person calls it: `git/push`, `default of git`.
  package var subject: String {
    var steps = Pointer.steps(pointer)[...]
    var server: ExactText?
    if steps.first == "servers" {
      steps = steps.dropFirst()
      server = steps.popFirst()
      guard let server else { return "servers" }
      if steps.isEmpty { return "server \(server)" }
    }
    let suffix = server.map { " of \($0)" } ?? ""
    guard let section = steps.popFirst() else { return "policy" }
    guard let key = steps.first, section != "all_tools" else { return section.string + suffix }
    switch section {
    case "tools": return (server.map { "\($0)/" } ?? "") + key.string
    default: return "\(section) \(key)\(suffix)"
    }
  }
}

extension Pointer {
  /// The keys and indexes that a pointer names.
  package static func steps(_ pointer: String) -> [ExactText] {
    pointer.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst().map { token in
      var out: [UInt8] = []
      var isEscaped = false
      for byte in token {
        if isEscaped {
          out.append(byte == 0x31 ? 0x2F : 0x7E)
          isEscaped = false
        } else if byte == 0x7E {
          isEscaped = true
        } else {
          out.append(byte)
        }
      }
      return ExactText(String(decoding: out, as: UTF8.self))
    }
  }
}
