import JSONText
import Policy
import SeededChance
import Testing

/// Random policies, laid out at random, under random edits.
struct EditPropertyTests {
  static let servers: [ExactText?] = [nil, "git", "a/b", "new"]
  static let tools: [ExactText] = ["push", "pull", "é", "a*b", "q\"", "back\\slash", "x"]

  static func edit(_ chance: inout Chance, depth: Int = 0) -> PolicyEdit {
    if depth == 0, chance.happens(oneIn: 6) {
      return .batch((0..<chance.below(6)).map { _ in edit(&chance, depth: 1) }, title: "several")
    }
    let server = chance.pick(RandomPolicy.servers)
    if chance.happens(oneIn: 6) { return .setDefault(server: server, chance.pick([.allow, .deny, nil])) }
    let limit = RuleSetting.limit(
      max: chance.pick([0, 3, 10, 100]), window: chance.pick(["minute", "day", "90"]),
      scope: chance.pick(["grant", "session"]))
    return .setRule(
      server: server, tool: chance.pick(RandomPolicy.tools), chance.pick([.allow, .deny, limit, .hide, .inherit]))
  }

  // MARK: What must hold

  /// The values of a policy that no edit of these tools may touch, as they are written.
  static func untouched(_ text: [UInt8], by edits: [PolicyEdit]) throws -> [String: String] {
    var touched: Set<String> = []
    func note(_ edit: PolicyEdit) {
      switch edit {
      case .batch(let edits, _): edits.forEach(note)
      case .setDefault(let server, _): touched.insert("\(server?.string ?? "")|default")
      case .setRule(let server, let tool, _):
        touched.insert("\(server?.string ?? "")|tools|\(NamePattern.key(for: tool).string)")
        touched.formUnion(["|hide", "\(server?.string ?? "")|hide"])
      case .change, .hide, .unhide, .setMode, .setDescription, .removeServer, .layOut: break  // not among these edits
      }
    }
    edits.forEach(note)
    var found: [String: String] = [:]
    func walk(_ node: JSONNode, _ prefix: String) {
      for member in node.members ?? [] {
        let path = "\(prefix)|\(member.key)"
        switch member.key {
        case "tools":
          for rule in member.value.members ?? [] {
            found["\(path)|\(rule.key)"] = String(
              decoding: text[rule.keyRange.lowerBound..<rule.value.range.upperBound], as: UTF8.self)
          }
        case "servers" where prefix.isEmpty:
          for server in member.value.members ?? [] { walk(server.value, server.key.string) }
        default:
          found[path] = String(
            decoding: text[member.keyRange.lowerBound..<member.value.range.upperBound], as: UTF8.self)
        }
      }
    }
    walk(try JSONNode.read(text), "")
    return found.filter { !touched.contains($0.key) }
  }

  @Test(arguments: UInt64(1)...60)
  func editsTouchOnlyTheirPlace(seed: UInt64) throws {
    var chance = Chance(seed)
    let text = RandomPolicy.document(&chance, seed)
    let base = try policy(text)
    var draft = PolicyDraft(base: base)
    var texts = [base.text]
    var done: [PolicyEdit] = []
    for _ in 0..<12 {
      let edit = Self.edit(&chance)
      let before = draft
      do {
        try draft.apply(edit)
      } catch {
        #expect(draft == before)
        continue
      }
      if draft.current.text != texts.last {
        texts.append(draft.current.text)
        done.append(edit)
      } else {
        #expect(draft == before)
      }
      try Self.expectMeaning(edit, draft, before)
      let kept = try Self.untouched(base.text, by: done)
      let now = try Self.untouched(draft.current.text, by: done)
      #expect(kept.allSatisfy { now[$0.key] == $0.value }, "\(edit) on \(text)")
      #expect(now.count == kept.count, "\(edit) on \(text)")
      #expect(draft.current.text.contains(0x0A) == base.text.contains(0x0A), "\(edit) on \(text)")
      #expect(draft.current.text.last == base.text.last)
      // A random walk back and forth in the history, then to its end again.
      for _ in 0..<chance.below(4) {
        if chance.happens(oneIn: 2) { _ = draft.undo() } else { _ = draft.redo() }
        #expect(texts.contains(draft.current.text))
      }
      while draft.redo() != nil {}
      #expect(draft.current.text == texts.last)
      #expect(draft.editCount <= texts.count - 1)
    }
    for text in texts.reversed() {
      #expect(draft.current.text == text)
      _ = draft.undo()
    }
    #expect(draft.isDirty == false)
    #expect(draft.editCount == 0)
    #expect(draft.changes.isEmpty)
    #expect(draft.diff.isEmpty)
  }

  /// Bytes changed at random: what is accepted can be edited, and nothing traps.
  @Test(arguments: UInt64(1)...40)
  func damagedTextsAreRefusedOrWork(seed: UInt64) throws {
    var chance = Chance(seed)
    let text = Array(RandomPolicy.document(&chance, seed).utf8)
    var accepted = 0
    for _ in 0..<60 {
      var damaged = text
      for _ in 0...chance.below(3) {
        let place = chance.below(damaged.count)
        switch chance.below(4) {
        case 0: damaged[place] = UInt8(chance.below(256))
        case 1: damaged.remove(at: place)
        case 2: damaged.insert(chance.pick(Array("{}[],:\"*\\ \n0e-".utf8)), at: place)
        default: damaged.insert(contentsOf: damaged[place...].prefix(chance.below(9)), at: place)
        }
      }
      do {
        let document = try PolicyDocument.read(damaged)
        accepted += 1
        var draft = PolicyDraft(base: document)
        try? draft.apply(Self.edit(&chance))
        _ = (draft.changes, draft.diff, draft.undo())
        #expect(draft.current == document)
      } catch {
        #expect(error.problems.contains { $0.weight == .error })
      }
    }
    #expect(accepted < 60)
  }

  /// A single edit does what it is called.
  static func expectMeaning(_ edit: PolicyEdit, _ draft: PolicyDraft, _ before: PolicyDraft) throws {
    guard case .setRule(let server, let tool, let setting) = edit else { return }
    // A server that no policy names stands for the top level.
    let name = server ?? "nobody's server"
    let standing = draft.engine.standing(server: name, tool: tool)
    let allDenied =
      standing.source == .pattern("all_tools") || standing.summary.contains("(all tools") || standing.verdict == .hide
    switch setting {
    case .hide: #expect(standing.verdict == .hide)
    case .deny: #expect(standing.verdict == .deny || allDenied)
    case .requireApproval: #expect(standing.verdict == .ask || allDenied)
    case .allow: #expect(standing.source == .explicit || allDenied)
    case .limit(let max, _, _):
      #expect(standing.limits.contains { $0.max == Amount(max) } || allDenied)
    case .inherit: #expect(standing.source != .explicit || server != nil)
    }
  }

  @Test(arguments: UInt64(1)...100)
  func diffsLeadFromOneTextToTheOther(seed: UInt64) throws {
    var chance = Chance(seed)
    let old = (0..<chance.below(60)).map { _ in chance.pick(["a", "b", "c", "{", "}", "\(chance.below(40))"]) }
    var new = old
    for _ in 0..<chance.below(12) {
      let place = chance.below(new.count + 1)
      switch chance.below(3) {
      case 0: new.insert(chance.pick(["a", "{", "new"]), at: place)
      case 1 where place < new.count: new.remove(at: place)
      default: if place < new.count { new[place] = "other" }
      }
    }
    let ends = (chance.pick(["", "\n"]), chance.pick(["", "\n"]))
    let left = Array((old.joined(separator: "\n") + ends.0).utf8)
    let right = Array((new.joined(separator: "\n") + ends.1).utf8)
    let diff = DiffLine.unified(left, right)
    #expect(Self.patched(left, diff) == String(decoding: right, as: UTF8.self))
    #expect(diff.isEmpty == (left == right))
  }

  /// Applies a diff as a person would: context and deletions must be there.
  static func patched(_ old: [UInt8], _ diff: [DiffLine]) -> String {
    var rest = String(decoding: old, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    if rest.last == "" { rest.removeLast() }
    var result: [String] = []
    var position = 0
    var endsBare: Bool?
    for (index, line) in diff.enumerated() {
      switch line.kind {
      case .hunk:
        guard let start = line.text.split(whereSeparator: { " -,".contains($0) }).dropFirst().first.flatMap({ Int($0) })
        else { return "no hunk" }
        let isEmpty = line.text.contains(",0 +")
        let target = isEmpty ? start : start - 1
        guard target >= position, target <= rest.count else { return "a hunk in the wrong place" }
        result += rest[position..<target]
        position = target
      case .context, .delete:
        if line.text.hasPrefix("\\ no line end") {
          if diff[index - 1].kind != .delete { endsBare = true }
          continue
        }
        guard position < rest.count, rest[position] == line.text else { return "another line" }
        if line.kind == .context { result.append(line.text) }
        position += 1
      case .add: result.append(line.text)
      }
    }
    let tail = rest[position...]
    result += tail
    let bare = tail.isEmpty && !diff.isEmpty ? endsBare ?? false : old.last != 0x0A
    return result.joined(separator: "\n") + (bare || result.isEmpty ? "" : "\n")
  }
}
