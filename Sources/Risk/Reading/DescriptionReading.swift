/// What a description says: the verb that its first sentence leads with, the verbs joined to it, and later promises.
struct DescriptionReading: Sendable {
  /// Further text is not read: what matters stands in front, and the time for a tool is bounded.
  private static let bytes = 4 * 1024

  let text: [UInt8]
  let tokens: [Token]
  let entries: [Lexicon.Entry]
  /// Everything that is spoken of, wherever.
  private(set) var topics: Topics = []
  /// What the first sentence speaks of.
  private(set) var leadTopics: Topics = []
  /// The verb that the first sentence leads with.
  private(set) var lead: Int?
  /// It says that only reading statements are taken, or that nothing is changed.
  private(set) var claimsReadOnly = false
  private var firstSentence = 0..<0

  init(_ description: String) {
    text = Array(description.utf8.prefix(Self.bytes))
    tokens = Tokenizer.words(of: text)
    entries = tokens.map { token in
      guard let word = token.word else { return Lexicon.Entry() }
      let entry = Lexicon.shared[word]
      // `PostgreSQL` is a subject; `createBranch` is not the verb of a sentence.
      return token.isIdentifier ? Lexicon.Entry(verb: nil, topics: entry.topics) : entry
    }
    firstSentence = 0..<(tokens.indices.dropFirst().first { tokens[$0].gap == .sentence } ?? tokens.count)
    for index in entries.indices {
      topics.formUnion(entries[index].topics)
      if firstSentence.contains(index) { leadTopics.formUnion(entries[index].topics) }
    }
    findLead()
    findClaim()
  }

  var isEmpty: Bool { tokens.isEmpty }
  var leadVerb: Verb? { lead.flatMap { entries[$0].verb } }
  var leadWord: Word? { lead.flatMap { tokens[$0].word } }

  func spelling(_ range: Range<Int>) -> String {
    guard let first = range.first, let last = range.last else { return "" }
    return String(decoding: text[tokens[first].range.lowerBound..<tokens[last].range.upperBound], as: UTF8.self)
  }

  /// The words that a text begins with.
  func firstWords(_ count: Int) -> some Sequence<Word> { tokens.prefix(count).lazy.compactMap(\.word) }

  /// Words that follow one of the first sentence.
  func words(after index: Int, count: Int) -> [Word] {
    tokens[(index + 1)..<max(index + 1, min(index + 1 + count, firstSentence.upperBound))].compactMap(\.word)
  }

  /// Topics of the words that follow the lead, as far as its object may reach.
  func objectTopics(within count: Int = 6) -> Topics {
    guard let lead else { return [] }
    return entries[min(lead + 1, firstSentence.upperBound)..<min(lead + 1 + count, firstSentence.upperBound)]
      .reduce(into: []) { $0.formUnion($1.topics) }
  }

  /// Topics of the lead's object alone: what follows it up to the first preposition.
  var nearObjectTopics: Topics {
    guard let lead else { return [] }
    var topics: Topics = []
    for index in (lead + 1)..<max(lead + 1, min(lead + 9, firstSentence.upperBound)) {
      if tokens[index].gap >= .clause || entries[index].topics.contains(.preposition) { break }
      topics.formUnion(entries[index].topics)
    }
    return topics
  }

  private static let files: Set<Word> = ["file", "files", "disk", "folder", "directory"]
  private static let waysToFiles: Set<Word> = [
    "path", "paths", "link", "reference", "relative", "url", "access", "refers", "related", "similar", "pointer",
  ]

  /// The words by which the first sentence says that what is read ends in a file: "renders the map to an image file".
  var keptInFile: Range<Int>? {
    guard let lead else { return nil }
    for index in firstSentence where index > lead + 1 {
      guard let word = tokens[index].word, word == Self.to || word == Self.into else { continue }
      if tokens[index - 1].word.map(Self.waysToFiles.contains) ?? false { continue }
      for place in (index + 1)..<max(index + 1, min(index + 5, firstSentence.upperBound)) {
        if tokens[place].gap >= .clause || entries[place].topics.contains(.preposition) { break }
        if let word = tokens[place].word, Self.files.contains(word) { return index..<place + 1 }
      }
    }
    return nil
  }

  /// The lead resolves something to something else.
  var isLookup: Bool {
    guard let lead, let word = tokens[lead].word, word == "resolve" || word == "resolves" else { return false }
    return !objectTopics(within: 8).isDisjoint(with: .reference)
  }

  /// The first word, where it stands as a verb does and is in no list: "Exercises an option".
  var unknownVerb: Int? {
    guard tokens.count > 2, entries[0].verb == nil, entries[0].topics.isEmpty, !tokens[0].isIdentifier,
      tokens[1].gap == .blank, entries[1].topics.contains(.determiner)
    else { return nil }
    guard let lead else { return 0 }
    return tokens[1...lead].contains { $0.gap >= .clause } ? 0 : nil
  }

  /// Looks for a verb at the front of the first clause, then of the next ones near the start: "START HERE: lists ...".
  private mutating func findLead() {
    var index = 0
    while index < min(tokens.count, 40) {
      if let found = leadOfClause(from: index) {
        lead = found
        if !firstSentence.contains(found) { firstSentence = found..<end(ofSentence: found) }
        return
      }
      index += 1
      while index < tokens.count, tokens[index].gap < .clause { index += 1 }
      // Later sentences are read as later sentences unless the first one says nothing at all.
      if index < tokens.count, tokens[index].gap == .sentence, hasVerb(firstSentence) { return }
    }
  }

  private func leadOfClause(from start: Int) -> Int? {
    for index in start..<min(tokens.count, start + 24) {
      if index > start, tokens[index].gap >= .clause { return nil }
      // Two words with a hyphen are one adjective: "read-only query".
      let isHyphened = index + 1 < tokens.count && tokens[index + 1].gap == .hyphen
      if verb(index) != nil, !isHyphened, !isNegated(index) { return index }
      if !entries[index].topics.contains(.filler), !tokens[index].isIdentifier, !isHyphened { return nil }
    }
    return nil
  }

  private func end(ofSentence start: Int) -> Int {
    tokens.indices.dropFirst(start + 1).first { tokens[$0].gap == .sentence } ?? tokens.count
  }

  private func hasVerb(_ range: Range<Int>) -> Bool { range.contains { verb($0) != nil } }

  /// The verb that a word is; words in capitals are keywords or headings.
  private func verb(_ index: Int) -> Verb? {
    tokens[index].isUpperCase && tokens[index].range.count > 1 ? nil : entries[index].verb
  }

  /// What follows "read-only" where only a part or a state of the tool is.
  private static let parts: Set<Word> = ["mode", "action", "actions", "inspection", "preflight", "write"]

  // A literal is made a word anew at each use: these are made once.
  private static let write: Word = "write"
  private static let readOnly: Word = "readonly"
  private static let must: Word = "must"
  private static let to: Word = "to"
  private static let into: Word = "into"
  private static let or: Word = "or"
  private static let of: Word = "of"
  private static let forWord: Word = "for"
  private static let accepts: Word = "accepts"

  private mutating func findClaim() {
    var claims = false
    for index in tokens.indices.dropFirst() {
      let here = entries[index].topics
      let before = entries[index - 1].topics
      // "read-write": both are done
      if tokens[index].gap == .hyphen, tokens[index].word == Self.write, before.contains(.readingStatement) { return }
      let reads = { (topics: Topics) in topics.contains(.readingStatement) }
      let only = { (topics: Topics) in topics.contains(.exclusively) }
      let isPhrase = (reads(before) && only(here)) || (only(before) && reads(here))
      if isPhrase || tokens[index].word == Self.readOnly, !isNegated(index - 1) {
        let next = tokens.indices.contains(index + 1) ? tokens[index + 1].word : nil
        claims = claims || !(next.map(Self.parts.contains) ?? false)
      }
      // "only SELECT", "SELECT queries only", "must start with SELECT"
      if tokens[index].isUpperCase, reads(here) {
        let near = entries[max(0, index - 4)..<min(entries.count, index + 5)]
        let isMust = tokens[max(0, index - 4)..<index].contains { $0.word == Self.must }
        if isMust || near.contains(where: { only($0.topics) }) { claims = true }
      }
    }
    claimsReadOnly = claims
  }

  /// Says whether a word that turns the meaning round stands shortly before.
  func isNegated(_ index: Int) -> Bool {
    var place = index
    for _ in 0..<4 where place > 0 {
      if tokens[place].gap >= .clause { return false }
      place -= 1
      if entries[place].topics.contains(.negation) { return true }
    }
    return false
  }

  /// The places of the verbs that the first sentence says the tool does: the lead and those joined to it.
  var actsOfFirstSentence: [Int] {
    guard let lead else { return [] }
    return firstSentence.filter { $0 == lead || ($0 > lead && verb($0) != nil && isJoined($0) && !isNegated($0)) }
  }

  /// Verbs that a list's items begin with: "- DeleteCluster", "- create: makes a ...".
  func listedActions() -> [(spelling: String, verb: Verb)] {
    var actions: [(String, Verb)] = []
    for index in tokens.indices where tokens[index].gap == .sentence && actions.count < 32 {
      let start = tokens[index].range.lowerBound
      let isItem = text[max(0, start - 4)..<start].contains { $0 == 0x2D || $0 == 0x2A }
      let isAction = tokens[index].isIdentifier || (index + 1 < tokens.count && tokens[index + 1].gap == .clause)
      guard isItem, isAction else { continue }
      let word = spelling(index..<index + 1)
      if let verb = NameReading(word).verb, verb.weight == .clear { actions.append((word, verb)) }
    }
    return actions
  }

  /// Clear verbs that the first sentences say one after the other: "operations for creating, listing and deleting".
  func namedActs() -> [(spelling: String, verb: Verb)] {
    var acts: [(String, Verb)] = []
    for index in tokens.indices.dropFirst().prefix(160) where acts.count < 16 {
      guard let verb = verb(index), verb.weight == .clear, verb.form != .third, !isNegated(index) else { continue }
      let before = entries[index - 1].topics
      let isAct = isJoined(index) || before.contains(.promise) || tokens[index - 1].word == Self.forWord
      if isAct, tokens[index].gap < .clause { acts.append((spelling(index..<index + 1), verb)) }
    }
    return acts
  }

  // MARK: Findings

  /// `hasClearName`: the tool's name has a verb that a light one of the description must not outvote.
  func report(to findings: inout Findings, hasClearName: Bool) {
    if let lead, let verb = entries[lead].verb {
      let isLight = hasClearName && entries[lead].topics.contains(.light)
      let strength =
        isLight ? Weights.leadLight : verb.weight == .clear ? Weights.leadClear : Weights.leadVague
      findings.add(.description, spelling(lead..<lead + 1), verb.category, strength)
      reportJoined(to: lead, form: verb.form, &findings)
    } else {
      reportInner(&findings)
    }
    if let unknownVerb {
      findings.add(.description, spelling(unknownVerb..<unknownVerb + 1), .write, Weights.unknownVerb)
    }
    reportLater(&findings)
    reportFinal(&findings)
  }

  /// "creates, updates and deletes": verbs of the same form after a comma, a slash or an "and".
  private func reportJoined(to lead: Int, form: Verb.Form, _ findings: inout Findings) {
    for index in firstSentence where index > lead {
      guard let verb = verb(index), verb.form == form, isJoined(index), !isNegated(index) else { continue }
      // "(follow-ups, check-ins)" are things.
      if index + 1 < tokens.count, tokens[index + 1].gap == .hyphen { continue }
      // "lists users and updates" may mean things called updates, "the view and edit restrictions" are nouns too;
      // "and updates the user" is an act.
      let hasObject = index + 1 < entries.count && entries[index + 1].topics.contains(.determiner)
      // "Investigate one by name, email or phone": these are nouns.
      if !hasObject, verb.weight == .vague, form == .base, entries[lead].verb?.category == .read,
        entries[(lead + 1)..<index].contains(where: { $0.topics.contains(.preposition) })
      {
        continue
      }
      let isNoun = form == .third || isAfterNounVerb(index, lead: lead)
      let isReading = entries[lead].verb?.category == .read
      let mayBeNoun = isNoun || entries[index].topics.contains(.nounToo)
      // "Read or update settings": nothing stands between the two that could be an object.
      let isOneOfTwo = isCoordinated(lead, index) || isAlternative(lead, index)
      let isClear = isOneOfTwo || verb.weight == .clear && (hasObject || !mayBeNoun || !isReading)
      let strength = isClear ? Weights.joinedClear : Weights.joinedVague
      findings.add(.description, spelling(index..<index + 1), verb.category, strength)
    }
  }

  /// Whether two words have only verbs and what joins them between them, and an object follows.
  private func isCoordinated(_ lead: Int, _ index: Int) -> Bool {
    guard verb(index)?.form == verb(lead)?.form, index + 1 < tokens.count, tokens[index + 1].gap <= .hyphen else {
      return false
    }
    let isJoined = tokens[lead + 1].gap == .mark || entries[lead + 1].topics.contains(.conjunction)
    return isJoined && ((lead + 1)..<index).allSatisfy { verb($0) != nil || entries[$0].topics.contains(.conjunction) }
  }

  /// "Get information about models or set the default": after an "or" stands another act, not another thing.
  private func isAlternative(_ lead: Int, _ index: Int) -> Bool {
    guard tokens[index - 1].word == Self.or, verb(index)?.weight == .clear, index + 1 < tokens.count,
      tokens[index + 1].gap == .blank, !entries[index + 1].topics.contains(.preposition)
    else { return false }
    return !(lead + 1..<index).contains { entries[$0].topics.contains(.preposition) || tokens[$0].word == Self.of }
  }

  /// "the current view and edit restrictions": before the "and" stands a word that could be a verb and is none.
  private func isAfterNounVerb(_ index: Int, lead: Int) -> Bool {
    guard index - 2 > lead, entries[index - 1].topics.contains(.conjunction) else { return false }
    return verb(index - 2) != nil && !isJoined(index - 2)
  }

  private func isJoined(_ index: Int) -> Bool {
    if tokens[index].gap == .mark { return true }
    return index > 0 && entries[index - 1].topics.contains(.conjunction)
  }

  /// The first sentence does not begin with a verb: "SQL tool that executes statements".
  private func reportInner(_ findings: inout Findings) {
    for index in firstSentence.prefix(40).dropFirst() {
      guard let verb = verb(index), !isNegated(index) else { continue }
      let before = entries[index - 1].topics
      guard before.contains(.promise) || before.contains(.filler) || before.contains(.conjunction) || verb.form != .base
      else { continue }
      let strength = verb.weight == .clear ? Weights.innerClear : Weights.innerVague
      findings.add(.description, spelling(index..<index + 1), verb.category, strength)
    }
  }

  /// A later sentence that promises an effect: "Also deletes ...", "This will overwrite ...".
  ///
  /// An imperative there is advice to the caller, not the tool's doing.
  private func reportLater(_ findings: inout Findings) {
    var spent: [Category: Int] = [:]
    var isOpening = true
    for index in tokens.indices where index >= firstSentence.upperBound {
      if tokens[index].gap == .sentence { isOpening = true }
      defer { if !entries[index].topics.contains(.filler) { isOpening = false } }
      guard let verb = verb(index), verb.category != .read else { continue }
      let promised = index > 0 && tokens[index].gap < .clause && entries[index - 1].topics.contains(.promise)
      let says = verb.form == .third ? isOpening || promised : verb.form == .base && promised && isFirmPromise(index)
      // "Accepts a list of names" tells of the arguments.
      guard says, !isNegated(index), tokens[index].word != Self.accepts else { continue }
      let strength = verb.weight == .clear ? Weights.laterClear : Weights.laterVague
      guard spent[verb.category, default: 0] + strength <= Weights.laterMost else { continue }
      spent[verb.category, default: 0] += strength
      findings.add(.description, spelling(index..<index + 1), verb.category, strength)
    }
  }

  /// "will delete" speaks of the tool, "to delete" may speak of anything.
  private func isFirmPromise(_ index: Int) -> Bool {
    guard index > 0, let word = tokens[index - 1].word else { return false }
    return word == "will" || word == "also" || word == "automatically"
  }

  private func reportFinal(_ findings: inout Findings) {
    guard let index = entries.indices.first(where: { entries[$0].topics.contains(.final) }) else { return }
    // "cannot be undone" needs no check for a negation; "non-destructive" does.
    let isDenied = tokens[index].gap == .hyphen || (isNegated(index) && tokens[index].word != "undone")
    if !isDenied { findings.add(.description, spelling(index..<index + 1), .destructive, Weights.final) }
  }
}
