import JSONText
import Policy
import SeededChance
import Testing

/// Random policies under every kind of edit.
struct RuleEditPropertyTests {
  typealias Path = [String]

  /// A key or a scalar of a text, with the path that leads to it.
  struct Atom {
    var path: Path
    var range: Range<Int>
    var bytes: String
  }

  static func atoms(_ text: [UInt8]) throws -> [Atom] {
    var found: [Atom] = []
    func add(_ path: Path, _ range: Range<Int>) {
      found.append(Atom(path: path, range: range, bytes: String(decoding: text[range], as: UTF8.self)))
    }
    func walk(_ node: JSONNode, _ path: Path) {
      switch node.content {
      case .object(let members):
        for member in members {
          add(path + [member.key.string], member.keyRange)
          walk(member.value, path + [member.key.string])
        }
      case .array(let elements):
        for (index, element) in elements.enumerated() { walk(element, path + ["\(index)"]) }
      case .null, .bool, .number, .string: add(path, node.range)
      }
    }
    walk(try JSONNode.read(text), [])
    return found
  }

  /// What an edit may change: values, and an element of a list that goes, so that later ones move up.
  struct Touched {
    var paths: [Path] = []
    var removed: (list: Path, index: Int)?
    var lists: [Path] = []
  }

  static func touched(by edit: PolicyEdit) -> Touched {
    func level(_ server: ExactText?) -> Path { server.map { ["servers", $0.string] } ?? [] }
    var touched = Touched()
    switch edit {
    case .batch(let edits, _): touched.paths = edits.flatMap { Self.touched(by: $0).paths }
    case .setDefault(let server, _): touched.paths = [level(server) + ["default"]]
    case .layOut: break
    case .setMode: touched.paths = [["mode"]]
    case .setDescription: touched.paths = [["description"]]
    case .removeServer(let server): touched.paths = [["servers", server.string]]
    case .hide(let server, _), .unhide(let server, _): touched.paths = [level(server) + ["hide"]]
    case .setRule(let server, let tool, _):
      let rule = level(server) + ["tools", NamePattern.key(for: tool).string]
      touched.paths = [level(server) + ["hide"], ["hide"]] + ["action", "limits", "rate_limit"].map { rule + [$0] }
      if case .setRule(_, _, .inherit) = edit { touched.paths.append(rule) }
    case .change(let place, let change):
      let rule =
        level(place.server) + (place.section == .allTools ? [] : [place.section.rawValue])
        + [place.section == .allTools ? "all_tools" : place.key.string]
      func member(_ key: String...) { touched.paths.append(rule + key) }
      switch change {
      case .action: member("action")
      case .reason: member("reason")
      case .expires: member("expires")
      case .matchSchema: member("match_schema")
      case .approval: member("approval")
      case .addLimit, .changeLimit, .removeLimit, .moveLimit:
        member("limits")
        member("rate_limit")
      case .addEntry(let list, _): member(list.rawValue, "new")
      case .changeEntry(let list, let index, _): member(list.rawValue, "\(index)")
      case .removeEntry(let list, let index): touched.removed = (rule + [list.rawValue], index)
      case .setCondition(let list, let entry, let index, _):
        member(list.rawValue, "\(entry)", "conditions", index.map { "\($0)" } ?? "new")
      case .removeCondition(let list, let entry, let index):
        touched.removed = (rule + [list.rawValue, "\(entry)", "conditions"], index)
      case .remove: touched.paths.append(rule)
      case .rename(let key):
        touched.paths.append(rule)
        touched.paths.append(rule.dropLast() + [key.string])
      case .become: touched.paths.append(rule)
      case .copy: touched.paths.append(rule)
      }
    }
    return touched
  }

  /// The atoms that the edit must keep, and that nothing else may join.
  static func untouched(_ before: [Atom], _ after: [Atom], _ touched: Touched) -> (before: [Atom], after: [Atom]) {
    var (before, after) = (before, after)
    if let (list, index) = touched.removed {
      before.removeAll { element($0.path, list) == index }
      for place in after.indices {
        if let old = Self.element(after[place].path, list), old >= index {
          after[place].path[list.count] = "\(old + 1)"
        }
      }
    }
    var paths = touched.paths
    // What is added to a list is its last element.
    for path in paths where path.last == "new" {
      let list = Array(path.dropLast())
      let count = before.compactMap { Self.element($0.path, list) }.max().map { $0 + 1 } ?? 0
      paths.append(list + ["\(count)"])
    }
    let had = Set(before.map(\.path))
    let has = Set(after.map(\.path))
    func isTouched(_ atom: Atom) -> Bool {
      if paths.contains(where: { atom.path.starts(with: $0) }) { return true }
      // What leads to the place may come and go with it.
      let leads = (paths + (touched.removed.map { [$0.list + ["x"]] } ?? [])).contains { $0.starts(with: atom.path) }
      return leads && !(had.contains(atom.path) && has.contains(atom.path))
    }
    return (before.filter { !isTouched($0) }, after.filter { !isTouched($0) })
  }

  private static func element(_ path: Path, _ list: Path) -> Int? {
    path.starts(with: list) && path.count > list.count ? Int(path[list.count]) : nil
  }

  /// Every byte of what is not touched is as it was, and so is what stands between two neighbours that are not touched.
  static func expectUntouched(_ old: [UInt8], _ new: [UInt8], _ touched: Touched, _ story: String) throws {
    let (before, after) = (try atoms(old), try atoms(new))
    let (left, right) = untouched(before, after, touched)
    let comment = "\(story) on \(String(decoding: old, as: UTF8.self)) gave \(String(decoding: new, as: UTF8.self))"
    #expect(left.map(\.path) == right.map(\.path), "\(comment)")
    #expect(left.map(\.bytes) == right.map(\.bytes), "\(comment)")
    guard left.count == right.count else { return }
    let leftStarts = Set(zip(before, before.dropFirst()).map { [$0.range.upperBound, $1.range.lowerBound] })
    let rightStarts = Set(zip(after, after.dropFirst()).map { [$0.range.upperBound, $1.range.lowerBound] })
    for index in left.indices.dropLast() {
      let (gap, other) = (
        left[index].range.upperBound..<left[index + 1].range.lowerBound,
        right[index].range.upperBound..<right[index + 1].range.lowerBound
      )
      guard leftStarts.contains([gap.lowerBound, gap.upperBound]),
        rightStarts.contains([other.lowerBound, other.upperBound])
      else { continue }
      // An empty object or array between them may have got or lost what it had.
      let isEmpty = [old[gap], new[other]].contains { bytes in
        bytes.contains { "{}[]".utf8.contains($0) }
      }
      if !isEmpty { #expect(old[gap].elementsEqual(new[other]), "\(comment)") }
    }
    #expect(old.prefix { $0 != 0x7B } == new.prefix { $0 != 0x7B })
    #expect(old.reversed().prefix { $0 != 0x7D } == new.reversed().prefix { $0 != 0x7D })
  }

  @Test(arguments: UInt64(1)...60)
  func everyEditTouchesOnlyItsPlace(seed: UInt64) throws {
    var chance = Chance(seed)
    let base = try policy(RandomPolicy.document(&chance, seed))
    var draft = PolicyDraft(base: base)
    var texts = [base.text]
    for _ in 0..<25 {
      let edit = RandomPolicy.plainEdit(&chance)
      let before = draft
      do {
        try draft.apply(edit)
      } catch {
        #expect(draft == before)
        #expect(!error.message.isEmpty)
        continue
      }
      if draft.current.text != texts.last { texts.append(draft.current.text) } else { #expect(draft == before) }
      try Self.expectUntouched(before.current.text, draft.current.text, Self.touched(by: edit), "\(edit)")
      try Self.expectSaid(edit, draft.current.text)
      if Self.isRepeatable(edit) {
        let once = draft
        try draft.apply(edit)
        #expect(draft.current == once.current, "\(edit)")
        #expect(draft.undoTitle == once.undoTitle)
      }
      if let inverse = try Self.inverse(of: edit, in: before.current.text) {
        var back = draft
        try back.apply(inverse)
        let (old, new) = (try JSONNode.read(before.current.text), try JSONNode.read(back.current.text))
        #expect(old.means(new), "\(edit) and \(inverse) on \(String(decoding: before.current.text, as: UTF8.self))")
      }
      // What was one line stays one line, and the end of the file is the author's.
      #expect(draft.current.text.contains(0x0A) == base.text.contains(0x0A))
    }
    for text in texts.reversed() {
      #expect(draft.current.text == text)
      _ = draft.undo()
    }
    for text in texts {
      #expect(draft.current.text == text)
      _ = draft.redo()
    }
  }

  /// What takes an edit back, where that is one edit: the value that stood there, or none.
  static func inverse(of edit: PolicyEdit, in text: [UInt8]) throws -> PolicyEdit? {
    let root = try JSONNode.read(text)
    switch edit {
    case .setMode: return .setMode(root["mode"]?.string.flatMap(PolicyMode.init))
    case .setDescription: return .setDescription(root["description"]?.string)
    case .setDefault(let server, _):
      guard let level = server.map({ root["servers"]?[$0] }) ?? root else { return nil }
      return .setDefault(server: server, level["default"]?.string.flatMap(DefaultSetting.init))
    case .change(let place, let change):
      let level = place.server.map { root["servers"]?[$0] } ?? root
      let section = level?[ExactText(place.section.rawValue)]
      guard let rule = place.section == .allTools ? section : section?[place.key] else { return nil }
      switch change {
      case .action: return .change(place, .action(rule["action"]?.string.flatMap(RuleAction.init)))
      case .reason: return .change(place, .reason(rule["reason"]?.string))
      case .expires: return .change(place, .expires(rule["expires"]?.string))
      case .matchSchema: return .change(place, .matchSchema(rule["match_schema"]?.bool))
      case .addEntry(let list, _):
        return .change(place, .removeEntry(list, rule[ExactText(list.rawValue)]?.elements?.count ?? 0))
      case .moveLimit(let index, let other): return .change(place, .moveLimit(other, to: index))
      case .rename(let key):
        var renamed = place
        renamed.key = key
        return .change(renamed, .rename(place.key))
      default: return nil
      }
    default: return nil
    }
  }

  static func isRepeatable(_ edit: PolicyEdit) -> Bool {
    // To allow a rule that allows already takes its limits off.
    if case .setRule(_, _, .allow) = edit { return false }
    guard case .change(_, let change) = edit else { return true }
    return switch change {
    case .addLimit, .removeLimit, .addEntry, .removeEntry, .removeCondition, .rename, .moveLimit: false
    case .setCondition(_, _, let index, _): index != nil
    default: true
    }
  }

  // MARK: What an edit says

  /// The text says what was asked.
  static func expectSaid(_ edit: PolicyEdit, _ text: [UInt8]) throws {
    let root = try JSONNode.read(text)
    func level(_ server: ExactText?) -> JSONNode? { server.map { root["servers"]?[$0] } ?? root }
    func expect(_ found: JSONNode?, _ wanted: JSONNode?) {
      let isSame = found.map { found in wanted.map { found.means($0) } ?? false } ?? (wanted == nil)
      #expect(isSame, "\(edit) left \(String(decoding: text, as: UTF8.self))")
    }
    func word(_ text: String?) -> JSONNode? { text.map { RandomPolicy.text($0) } }
    switch edit {
    case .setRule, .layOut, .batch: break
    case .setDefault(let server, let setting): expect(level(server)?["default"], word(setting?.rawValue))
    case .setMode(let mode): expect(root["mode"], word(mode?.rawValue))
    case .setDescription(let text): expect(root["description"], word(text))
    case .removeServer(let server): expect(root["servers"]?[server], nil)
    case .hide(let server, let pattern):
      #expect(level(server)?["hide"]?.elements?.count { $0.text == pattern } == 1)
    case .unhide(let server, let pattern):
      #expect(level(server)?["hide"]?.elements?.contains { $0.text == pattern } != true)
    case .change(let place, let change):
      let section = level(place.server)?[ExactText(place.section.rawValue)]
      let rule = place.section == .allTools ? section : section?[place.key]
      switch change {
      case .action(let action): expect(rule?["action"], word(action?.rawValue))
      case .reason(let text): expect(rule?["reason"], word(text))
      case .expires(let text): expect(rule?["expires"], word(text))
      case .matchSchema(let value): expect(rule?["match_schema"], value.map { JSONNode(.bool($0)) })
      case .approval(let terms):
        let found = rule?["approval"]
        #expect(terms != nil || found == nil)
        #expect(found?["hold"]?.integer ?? 45 == terms?.hold ?? 45)
        #expect(found?["on_no_approver"]?.string ?? "wait" == terms?.onNoApprover.rawValue ?? "wait")
      case .addLimit(let terms): expectLimit(rule?["limits"]?.elements?.last, terms, edit)
      case .changeLimit(let index, let terms):
        if let limits = rule?["limits"]?.elements, rule?["rate_limit"] == nil {
          expectLimit(limits[index], terms, edit)
        }
      case .removeLimit: #expect(rule?["limits"]?.elements?.isEmpty != true)
      case .addEntry(let list, let terms):
        expect(rule?[ExactText(list.rawValue)]?.elements?.last, RandomPolicy.node(terms, list))
      case .changeEntry(let list, let index, let terms):
        expect(rule?[ExactText(list.rawValue)]?.elements?[index], RandomPolicy.node(terms, list))
      case .setCondition(let list, let entry, let index, let terms):
        let conditions = rule?[ExactText(list.rawValue)]?.elements?[entry]["conditions"]?.elements ?? []
        let condition = index.map { conditions[$0] } ?? conditions.last
        expect(
          condition,
          RandomPolicy.object([
            ("path", RandomPolicy.text(terms.path)), ("op", RandomPolicy.text(terms.op)), ("value", terms.value),
          ]))
      case .removeEntry, .removeCondition: break
      case .remove: expect(rule, nil)
      case .rename(let key):
        #expect(section?[key] != nil)
        #expect(rule == nil || key == place.key)
      case .become(let value): expect(rule, value)
      case .moveLimit(let index, let other):
        #expect(index == other || rule?["rate_limit"] == nil)
        #expect(index == other || other < rule?["limits"]?.elements?.count ?? 0)
      case .copy: #expect(rule != nil)
      }
    }
  }

  /// A limit, with what goes without saying.
  private static func expectLimit(_ found: JSONNode?, _ terms: LimitTerms, _ edit: PolicyEdit) {
    func filled(_ key: ExactText, _ usual: String?) -> String? {
      guard case .string(let text)? = found?[key]?.content else { return usual }
      return text.string
    }
    func number(_ node: JSONNode?) -> Double? {
      if case .number(let number)? = node?.content { return Double(number.text) }
      return ["minute": 60, "hour": 3600, "day": 86400][node?.string ?? ""]
    }
    let windows: [String: Double] = ["minute": 60, "hour": 3600]
    #expect(number(found?["window"]) == windows[terms.window] ?? Double(terms.window), "\(edit)")
    #expect(number(found?["max"]) == Double(terms.max), "\(edit)")
    #expect(filled("counter", nil) == terms.counter, "\(edit)")
    #expect(filled("scope", "grant") == terms.scope ?? "grant", "\(edit)")
    #expect(filled("cost", nil) == terms.cost, "\(edit)")
    #expect(filled("align", "sliding") == terms.align ?? "sliding", "\(edit)")
    #expect(filled("count", "forwarded") == terms.count ?? "forwarded", "\(edit)")
    #expect(filled("expires", nil) == terms.expires, "\(edit)")
  }
}
