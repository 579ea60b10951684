/// What a tool's name says: which of its words is the verb, and what the others are about.
///
/// Names come as `verb_object`, `server_verb_object` and `object_verb`; a verb in the place of an object is a noun
/// (`get_run`, `list_deployments`).
struct NameReading: Sendable {
  let text: [UInt8]
  let parts: [Token]
  let entries: [Lexicon.Entry]
  /// Which part is the verb.
  private(set) var main: Int?
  private(set) var verb: Verb?
  private(set) var isFused = false
  /// All parts' topics but the verb's.
  private(set) var topics: Topics = []

  init(_ name: String) {
    text = Array(name.utf8.prefix(256))
    parts = Tokenizer.parts(of: text)
    entries = parts.map { $0.word.map { Lexicon.shared[$0] } ?? Lexicon.Entry() }
    findMain()
    for (index, entry) in entries.enumerated() where index != main { topics.formUnion(entry.topics) }
  }

  /// Whether the verb is one that asks and hardly ever does anything else.
  var asks: Bool {
    if isPredicate { return true }
    guard let main, verb?.category == .read else { return false }
    return isClear(main) || parts[main].word == "check"
  }

  func spelling(_ index: Int) -> String {
    String(decoding: text[parts[index].range], as: UTF8.self)
  }

  private func base(_ index: Int) -> Verb? {
    guard entries.indices.contains(index), let verb = entries[index].verb, verb.form == .base else { return nil }
    return verb
  }

  /// A question that is answered by yes or no, such as `is_door_open`.
  private var isPredicate: Bool { entries.count > 1 && entries[0].topics.contains(.predicate) }

  private mutating func findMain() {
    if isPredicate { return }
    let clear = entries.indices.filter { isClear($0) }
    let last = entries.count - 1
    if let first = clear.first, let end = clear.last {
      main = first
      let opensVaguely = first > 0 && base(0) != nil && !isSubject(before: first)
      if opensVaguely, first != last || isActOnList(first) {
        // `generate_run_timeline`: a vague verb in front owns a noun in the middle. `comment_delete`: not one at the end.
        main = 0
      } else if end == last, end != first, prefers(end, to: first) {
        main = end
      } else if first > 0, base(first)?.category == .read, let before = parts[first - 1].word,
        Self.starters.contains(before), base(first - 1) != nil
      {
        main = first - 1
      } else if first == 0, clear.count > 1, clear[1] == 1, parts[0].word == "compute" {
        // The product of that name: `compute_restart_instance`.
        main = 1
      }
    } else if base(0) != nil {
      main = 0
    } else if let act = entries.indices.dropLast().first(where: {
      base($0).map { $0.weight == .clear && $0.category != .read } ?? false || isStarter($0)
    }) {
      // `crm_update_quote`, `radio_trigger_scan`
      main = act
    } else if entries.count > 1 {
      // `order_cancel`, then `jira_link_to_epic`.
      main = base(last) != nil ? last : entries.indices.first { base($0) != nil }
    }
    findWaiting()
    verb = main.flatMap { base($0) }
    findPermission()
    if verb == nil { findFused() }
  }

  /// Verbs that make what follows them a thing: `trigger_crawl` does not crawl.
  private static let starters: Set<Word> = ["trigger", "launch", "schedule", "initiate", "enqueue", "abort", "cancel"]

  private func isStarter(_ index: Int) -> Bool {
    base(index) != nil && (parts[index].word.map { Self.starters.contains($0) } ?? false)
  }

  /// `access_list_users`: both words read, and the first one says where.
  private func isSubject(before first: Int) -> Bool {
    guard first == 1, first < entries.count - 1, base(0)?.category == .read, !entries[0].topics.contains(.maker),
      let word = parts[first].word
    else { return false }
    return Self.leads.contains(word)
  }

  /// `wait_for_running_build`: what is waited for is no verb.
  private mutating func findWaiting() {
    guard let wait = parts.indices.dropLast().first(where: { parts[$0].word == "wait" && parts[$0 + 1].word == "for" })
    else { return }
    main = wait
  }

  /// `bucket_access_allow`, `allow_address`: in descriptions the same word only introduces what a tool does.
  private mutating func findPermission() {
    guard verb.map({ $0.category == .read && $0.weight == .vague }) ?? true,
      let place = [parts.indices.first, parts.indices.last].compactMap({ $0 })
        .first(where: { parts[$0].word == "allow" || parts[$0].word == "permit" })
    else { return }
    main = place
    verb = Verb(category: .write, weight: .clear, form: .base)
  }

  private static let actsOnLists: Set<Word> = [
    "archive", "watch", "share", "copy", "close", "lock", "restore", "sync", "reset", "clear", "empty", "import",
    "load",
    "refresh", "join", "leave",
  ]

  /// `archive_list` archives a list; `tag_list` lists tags.
  private func isActOnList(_ last: Int) -> Bool {
    guard last == 1, parts[last].word == "list", let word = parts[0].word else { return false }
    return Self.actsOnLists.contains(word)
  }

  /// A clear verb, and in a place where it is one.
  private func isClear(_ index: Int) -> Bool {
    base(index)?.weight == .clear && (index == 0 || !entries[index].topics.contains(.nounToo))
  }

  /// Whether of two clear verbs the one at the end is the verb, and the one before it part of a product's or a
  /// subject's name.
  private func prefers(_ end: Int, to first: Int) -> Bool {
    guard let word = parts[end].word, let before = parts[first].word else { return false }
    // `deploy_logs_get`
    if Self.ends.contains(word) { return true }
    // `search_index_delete`, but not `list_pending_delete`
    return base(first)?.category == .read && base(end)?.category != .read && !Self.leads.contains(before)
  }

  private mutating func findFused() {
    for index in entries.indices {
      guard let opening = Lexicon.shared.opening(of: text[parts[index].range]) else { continue }
      main = index
      verb = opening.verb
      isFused = true
      return
    }
  }

  /// Verbs so much used for reading that what follows is their object, whatever it is called.
  private static let leads: Set<Word> = ["get", "list", "describe", "fetch", "show", "retrieve", "is", "count"]

  /// Verbs that are never the last word of an object.
  private static let ends: Set<Word> = ["get", "fetch", "retrieve", "describe"]

  /// A manual about what its other words say: `deploy_app_help`.
  var isManual: Bool { entries.last?.topics.contains(.manual) ?? false }

  // MARK: Findings

  func report(to findings: inout Findings, as field: Finding.Field = .name) {
    if let main, let verb {
      let found = spelling(main)
      let isSubject = isManual && verb.category != .read && main != entries.count - 1
      let strength =
        isSubject
        ? Weights.nameSubject
        : isFused ? Weights.nameFused : isClear(main) ? Weights.nameClear : Weights.nameVague
      if isSubject { findings.add(field, spelling(entries.count - 1), .read, Weights.nameManual) }
      findings.add(field, found, verb.category, strength)
      reportJoined(to: main, field, &findings)
    } else if isPredicate {
      findings.add(field, spelling(0), .read, Weights.namePredicate)
    }
    if verb == nil || verb?.weight == .vague, let last = entries.indices.last,
      entries[last].topics.contains(.information), last != main || verb?.category != .read
    {
      findings.add(field, spelling(last), .read, Weights.nameInformation)
    }
  }

  private func reportJoined(to main: Int, _ field: Finding.Field, _ findings: inout Findings) {
    for index in entries.indices.dropFirst() where index > main {
      guard entries[index - 1].topics.contains(.conjunction), let verb = base(index) else { continue }
      let strength = verb.weight == .clear ? Weights.nameJoinedClear : Weights.nameJoinedVague
      findings.add(field, spelling(index), verb.category, strength)
    }
  }
}
