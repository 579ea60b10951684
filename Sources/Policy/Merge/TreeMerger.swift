import JSONText

/// Merges the trees of three policies; it goes as deep as the format knows its values, which is a few steps.
struct TreeMerger {
  let choices: [String: PolicyMerge.Side]
  private(set) var conflicts: [PolicyMerge.Conflict] = []
  private var path: [String] = []

  init(choices: [String: PolicyMerge.Side]) { self.choices = choices }

  private func pointer(_ more: String = "") -> String { path.joined() + more }

  /// The merged value, nil for none; theirs where there is a conflict.
  mutating func merge(
    _ base: JSONNode?, _ mine: JSONNode?, _ theirs: JSONNode?, _ shape: PolicyShape
  ) -> JSONNode? {
    if let side = choices[pointer()] { return side == .mine ? mine : theirs }
    if Self.isSame(mine, theirs, shape) || Self.isSame(mine, base, shape) { return theirs }
    if Self.isSame(theirs, base, shape) { return mine }
    if shape == .hide { return Self.mergedSet(base, mine, theirs) }
    if shape.mergesByMember, let left = mine?.members, let right = theirs?.members,
      let old = base?.members ?? (shape.isContainer ? [] : nil)
    {
      return mergeMembers(old, left, right, shape)
    }
    note(pointer(), base, mine, theirs)
    return theirs
  }

  private mutating func note(_ pointer: String, _ base: JSONNode?, _ mine: JSONNode?, _ theirs: JSONNode?) {
    conflicts.append(
      PolicyMerge.Conflict(
        pointer: pointer, base: base.map(PolicyMerge.shortened), mine: mine.map(PolicyMerge.shortened),
        theirs: theirs.map(PolicyMerge.shortened), message: "both sides changed `\(pointer)`",
        help: "keep one of the two"))
  }

  private mutating func mergeMembers(
    _ base: [JSONMember], _ mine: [JSONMember], _ theirs: [JSONMember], _ shape: PolicyShape
  ) -> JSONNode {
    let old = Self.table(base)
    let left = Self.table(mine)
    let right = Self.table(theirs)
    var merged: [JSONMember] = []
    let isRule = shape == .rule
    for key in theirs.map(\.key) + mine.map(\.key).filter({ right[$0] == nil }) {
      // Both forms of a limit are one value.
      if isRule, key == "limits" || key == "rate_limit" { continue }
      path.append("/" + Pointer.token(key.string))
      let value = merge(old[key], left[key], right[key], shape.child(key))
      path.removeLast()
      if let value { merged.append(JSONMember(key: key, value: value)) }
    }
    if isRule { merged += mergedLimits(old, left, right) }
    return JSONNode(.object(merged))
  }

  private static func table(_ members: [JSONMember]) -> [ExactText: JSONNode] {
    Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  private mutating func mergedLimits(
    _ base: [ExactText: JSONNode], _ mine: [ExactText: JSONNode], _ theirs: [ExactText: JSONNode]
  ) -> [JSONMember] {
    let keys: [ExactText] = ["rate_limit", "limits"]
    func members(_ side: [ExactText: JSONNode]) -> [JSONMember] {
      keys.compactMap { key in side[key].map { JSONMember(key: key, value: $0) } }
    }
    let (old, left, right) = (Self.limits(base), Self.limits(mine), Self.limits(theirs))
    let name = mine["limits"] ?? theirs["limits"] == nil ? "/rate_limit" : "/limits"
    if let side = choices[pointer("/limits")] ?? choices[pointer("/rate_limit")] {
      return members(side == .mine ? mine : theirs)
    }
    if left == right || left == old { return members(theirs) }
    if right == old { return members(mine) }
    func value(_ side: [ExactText: JSONNode]) -> JSONNode? { side["limits"] ?? side["rate_limit"] }
    note(pointer(name), value(base), value(mine), value(theirs))
    return members(theirs)
  }

  /// The limits of a rule in their long form, without what goes without saying.
  private static func limits(_ rule: [ExactText: JSONNode]) -> [JSONMeaning] {
    let short = rule["rate_limit"].map { [LimitDefaults.long($0)] } ?? []
    return (short + (rule["limits"]?.elements ?? [])).map { JSONMeaning(LimitDefaults.plain($0)) }
  }

  /// Theirs without what mine took out, and then what mine put in.
  private static func mergedSet(_ base: JSONNode?, _ mine: JSONNode?, _ theirs: JSONNode?) -> JSONNode? {
    let old = texts(base)
    let left = texts(mine)
    let right = texts(theirs)
    let removed = old.subtracting(left)
    let added = left.subtracting(old).subtracting(right)
    let kept = (theirs?.elements ?? []).filter { $0.text.map { !removed.contains($0) } ?? true }
    let new = (mine?.elements ?? []).filter { $0.text.map { added.contains($0) } ?? false }
    let elements = kept + new
    return elements.isEmpty && (mine == nil || theirs == nil) ? nil : JSONNode(.array(elements))
  }

  private static func texts(_ node: JSONNode?) -> Set<ExactText> { Set((node?.elements ?? []).compactMap(\.text)) }

  /// Whether two values say the same; either may be missing.
  static func isSame(_ left: JSONNode?, _ right: JSONNode?, _ shape: PolicyShape) -> Bool {
    if shape == .hide { return texts(left) == texts(right) }
    guard let left, let right else { return left == nil && right == nil }
    guard shape.mergesByMember, let members = left.members, let others = right.members else { return left.means(right) }
    let (old, new) = (table(members), table(others))
    if shape == .rule, limits(old) != limits(new) { return false }
    return Set(old.keys).union(new.keys).allSatisfy { key in
      shape == .rule && (key == "limits" || key == "rate_limit") || isSame(old[key], new[key], shape.child(key))
    }
  }
}

extension PolicyShape {
  /// Whether two changes come together member by member.
  var mergesByMember: Bool { isContainer || self == .rule || self == .approval }
}
