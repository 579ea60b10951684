import JSONText

extension PolicyDraft {
  /// Takes back one of the unsaved changes as one step; all others stay.
  ///
  /// Where another change cannot be without this one, as the reason of a rule that goes, it goes, too.
  package mutating func drop(_ change: PolicyChange, at time: Moment? = nil) throws(PolicyEditError) {
    become(try without(change), title: "dropped: \(change.sentence)", at: time)
  }

  /// The policy without one of the unsaved changes.
  package func without(_ change: PolicyChange) throws(PolicyEditError) -> PolicyDocument {
    let all = changes
    guard let index = all.firstIndex(of: change), let old = try? JSONNode.read(base.text),
      let new = try? JSONNode.read(current.text)
    else { throw PolicyEditError("this change is no longer there") }
    var others = all
    others.remove(at: index)
    var best: (document: PolicyDocument, kept: Int)?
    for wanted in ChangeDropper(base: old, current: new).candidates(change) {
      guard let document = document(new, becoming: wanted), document != current else { continue }
      let left = PolicyChange.between(base, document)
      // It must go, and of the others as many as possible must stay.
      guard Self.count(of: change, in: left) < Self.count(of: change, in: all) else { continue }
      let kept = Self.shared(left, others)
      if kept > best?.kept ?? -1 { best = (document, kept) }
      if kept == others.count, left.count == others.count { break }
    }
    guard let best else {
      throw PolicyEditError("this change cannot be taken back by itself", help: "undo takes back whole steps")
    }
    return best.document
  }

  private func document(_ root: JSONNode, becoming wanted: JSONNode) -> PolicyDocument? {
    var tree = TextTree(current.text, root)
    tree.become(tree.root, wanted)
    return try? PolicyDocument.read(Replacement.apply(tree.replacements, to: current.text))
  }

  private static func count(of change: PolicyChange, in changes: [PolicyChange]) -> Int {
    changes.count { ExactText($0.sentence) == ExactText(change.sentence) }
  }

  /// How many sentences two lists have in common.
  private static func shared(_ left: [PolicyChange], _ right: [PolicyChange]) -> Int {
    var counts: [ExactText: Int] = [:]
    for change in right { counts[ExactText(change.sentence), default: 0] += 1 }
    return left.count { change in
      let sentence = ExactText(change.sentence)
      guard let count = counts[sentence], count > 0 else { return false }
      counts[sentence] = count - 1
      return true
    }
  }
}

/// Makes policies in which one change is taken back, the smallest step first.
struct ChangeDropper {
  let base: JSONNode
  let current: JSONNode

  /// Which part of a value is put back: all of it, or some members.
  private enum Part {
    case whole
    case members([ExactText])
    case element(Int)
    /// An entry of a set, in or out.
    case entry(ExactText, isHad: Bool)
  }

  func candidates(_ change: PolicyChange) -> [JSONNode] {
    let steps = Pointer.steps(change.pointer)
    var found: [JSONNode] = []
    if steps.last == "hide" {
      for (entry, isHad) in hidden(change, steps) { found.append(restored(steps[...], .entry(entry, isHad: isHad))) }
    }
    // As deep as a rule: above it the format knows no lists but `hide`.
    var shape = PolicyShape.policy
    var list: Int?
    var rule: Int?
    for (index, key) in steps.enumerated() {
      if list == nil, !(shape.mergesByMember || shape == .limit || shape == .rate) { list = index }
      shape = list == nil ? shape.child(key) : .value
      if shape == .rule { rule = index + 1 }
    }
    if let list, list + 1 == steps.count, let index = Int(steps[list].string) {
      found.append(restored(steps[..<list], .element(index)))
    }
    if list == nil { found.append(restored(steps[...], .whole)) }
    guard let rule else { return found }
    if steps.count > rule {
      let member = steps[rule]
      found.append(
        restored(steps[..<rule], .members(member == "limits" || member == "rate_limit" ? Self.limits : [member])))
    }
    found.append(restored(steps[..<rule], .members(["action"])))
    found.append(restored(steps[..<rule], .members(["action"] + Self.limits)))
    found.append(restored(steps[..<rule], .whole))
    return found
  }

  private static let limits: [ExactText] = ["limits", "rate_limit"]

  /// The entries of a list of hidden names that a change may be about, and whether the base had them.
  private func hidden(_ change: PolicyChange, _ steps: [ExactText]) -> [(ExactText, isHad: Bool)] {
    func entries(_ root: JSONNode) -> [ExactText] {
      let list = steps.reduce(Optional(root)) { $0?[$1] }
      return (list?.elements ?? []).compactMap(\.text)
    }
    let (had, has) = (entries(base), entries(current))
    let (before, after) = (Set(had), Set(has))
    let different =
      had.filter { !after.contains($0) }.map { ($0, isHad: true) }
      + has.filter { !before.contains($0) }.map { ($0, isHad: false) }
    let server = steps.first == "servers" && steps.count > 1 ? "\(steps[1])/" : ""
    return different.filter { entry, _ in
      if case .exact(let name)? = try? NamePattern(entry), ExactText(change.subject) == ExactText("\(server)\(name)") {
        return true
      }
      return [change.from, change.to].contains { ExactText($0) == ExactText("`\(entry)`") }
    }
  }

  /// The current policy with what the base has at a place.
  private func restored(_ steps: ArraySlice<ExactText>, _ part: Part) -> JSONNode {
    restored(base, current, steps, part, .policy) ?? current
  }

  private func restored(
    _ old: JSONNode?, _ new: JSONNode?, _ steps: ArraySlice<ExactText>, _ part: Part, _ shape: PolicyShape
  ) -> JSONNode? {
    guard let key = steps.first else { return put(part, old, new) }
    guard let child = restored(old?[key], new?[key], steps.dropFirst(), part, shape.child(key)) else {
      let left = JSONNode(.object((new?.members ?? []).filter { $0.key != key }))
      // What the edits have made and what is empty now goes, too.
      return left.members?.isEmpty == true && old == nil && shape.isContainer ? nil : left
    }
    return Self.setting(key, child, in: new)
  }

  private func put(_ part: Part, _ old: JSONNode?, _ new: JSONNode?) -> JSONNode? {
    switch part {
    case .whole: return old
    case .members(let keys):
      guard let new, let old else { return old }
      return keys.reduce(new) { node, key in
        if let value = old[key] { return Self.setting(key, value, in: node) }
        return JSONNode(.object((node.members ?? []).filter { $0.key != key }))
      }
    case .element(let index):
      let (had, has) = (old?.elements ?? [], new?.elements ?? [])
      var elements = has
      if had.count < has.count {
        if elements.indices.contains(index) { elements.remove(at: index) }
      } else if had.indices.contains(index) {
        if had.count > has.count {
          elements.insert(had[index], at: min(index, elements.count))
        } else {
          elements[index] = had[index]
        }
      }
      return elements.isEmpty && had.isEmpty ? nil : JSONNode(.array(elements))
    case .entry(let entry, let isHad):
      let others = (new?.elements ?? []).filter { $0.text != entry }
      let elements = isHad ? others + [JSONNode(.string(entry))] : others
      return elements.isEmpty && old == nil ? nil : JSONNode(.array(elements))
    }
  }

  private static func setting(_ key: ExactText, _ value: JSONNode, in node: JSONNode?) -> JSONNode {
    var members = node?.members ?? []
    if let index = members.firstIndex(where: { $0.key == key }) {
      members[index].value = value
    } else {
      members.append(JSONMember(key: key, value: value))
    }
    return JSONNode(.object(members))
  }
}
