/// Reading verbs that do more than read here, and acting ones that only name a subject.
extension MeaningReading {
  func reportCare(to findings: inout Findings) {
    reportProof(&findings)
    reportNotice(&findings)
    reportKeeping(&findings)
    reportQuestionPut(&findings)
    reportConversion(&findings)
    reportSoftReading(&findings)
    reportPretence(&findings)
    excuseSubjects(&findings)
    excuseInquiries(&findings)
  }

  private var mainWord: Word? { name.main.flatMap { name.parts[$0].word } }

  // MARK: More than reading

  private static let codes: Set<Word> = ["code", "otp", "pin", "passcode", "challenge"]

  /// Verifying with a code that somebody was sent ends a registration or opens a session.
  private func reportProof(_ findings: inout Findings) {
    guard mainWord == Self.verify, let code = schema.words.first(where: Self.codes.contains) else {
      reportNamedProof(&findings)
      return
    }
    findings.add(.inputSchema, code.text, .write, Weights.operated)
  }

  /// `verify_otp`, "Verifies the phone number using an SMS code".
  private func reportNamedProof(_ findings: inout Findings) {
    guard mainWord == Self.verify, let main = name.main else { return }
    let isNamed = name.parts.contains { $0.word.map { $0 == Self.otp || $0 == Self.mfa } ?? false }
    let isTold = description.firstWords(60).contains { $0 == Self.code }
    let isOfPhone = name.parts.contains { $0.word == Self.phone }
    if isNamed || (isTold && isOfPhone) { findings.add(.name, name.spelling(main), .write, Weights.operated) }
  }

  private static let reasons: Set<Word> = [
    "reason", "severity", "evidence", "comment", "message", "details", "body", "steps", "explanation", "justification",
  ]

  /// Who reports with a reason tells somebody; who reports without one is asked.
  private func reportNotice(_ findings: inout Findings) {
    guard mainWord == Self.report, name.main == name.parts.indices.first || name.parts.count > 1,
      name.main != name.parts.indices.last, let reason = schema.words.first(where: Self.reasons.contains)
    else { return }
    findings.add(.inputSchema, reason.text, .write, Weights.operated)
  }

  private static let keepers: Set<Word> = [
    "export", "screenshot", "capture", "download", "dump", "render", "generate", "convert", "snapshot",
  ]

  /// What is exported to a file that the caller names stays there.
  private func reportKeeping(_ findings: inout Findings) {
    guard let main = mainWord, Self.keepers.contains(main) else { return }
    if let file = schema.namedFile { findings.add(.inputSchema, file, .write, Weights.outputFile) }
    if main == Self.export, let place = exportedTo { findings.add(.name, place.text, .write, Weights.outputFile) }
  }

  private static let formats: Set<Word> = [
    "json", "csv", "tsv", "xml", "pdf", "png", "svg", "jpg", "jpeg", "html", "markdown", "md", "excel", "xlsx", "yaml",
    "text", "txt", "latex", "bibtex", "various", "another", "other", "different", "multiple", "string", "base64",
    "formatted", "structured", "one", "any", "clipboard", "a", "an", "the",
  ]

  /// `export_logs_to_warehouse`: where the export goes, if that is no format.
  private var exportedTo: Word? {
    let words = name.parts.compactMap(\.word)
    let place = words.lastIndex(of: Self.to).map { words.index(after: $0) }
    guard let place, words.indices.contains(place), !Self.formats.contains(words[place]) else { return nil }
    return words[place]
  }

  /// A poll is put to people with its answers, or is asked for.
  private func reportQuestionPut(_ findings: inout Findings) {
    guard name.parts.contains(where: { $0.word == Self.poll }), schema.words.contains(Self.question),
      schema.words.contains(Self.options)
    else { return }
    findings.add(.inputSchema, Self.options.text, .write, Weights.operated)
  }

  private static let opened: Set<Word> = ["current", "active", "selected", "open"]

  /// "Converts the current timeline": what is open is changed, not copied.
  private func reportConversion(_ findings: inout Findings) {
    guard let lead = description.lead, let word = description.leadWord,
      word == Self.convert || word == Self.converts,
      let near = description.words(after: lead, count: 2).first(where: Self.opened.contains)
    else { return }
    findings.add(.description, near.text, .write, Weights.operated)
  }

  private static let soft: Set<Word> = [
    "watch", "access", "look", "collect", "gather", "present", "recall", "obtain", "report", "rank", "sort",
    "score", "test", "plan", "sample", "review", "match", "monitor", "trace", "profile", "watches",
    "accesses", "looks", "collects", "gathers", "presents", "recalls", "obtains", "reports", "ranks",
    "sorts", "scores", "tests", "plans", "samples", "reviews", "matches", "monitors", "traces", "profiles",
  ]

  private static let probed: Set<Word> = ["connection", "connectivity", "health", "reachable", "progress"]

  /// Verbs that mean reading with most objects are not enough alone: something must be handed over.
  private func reportSoftReading(_ findings: inout Findings) {
    guard findings.strength(of: .read) > 0, let main = mainWord ?? description.leadWord, Self.soft.contains(main),
      findings.all.allSatisfy({ $0.category != .read || Word($0.found.utf8).map(Self.soft.contains) ?? false }),
      !description.topics.contains(.handing),
      !description.firstWords(12).contains(where: Self.probed.contains),
      name.topics.union(description.nearObjectTopics).isDisjoint(with: .information)
    else { return }
    findings.add(.name, main.text, .write, Weights.made)
  }

  /// "Simulates pressing a key": it is pressed.
  private func reportPretence(_ findings: inout Findings) {
    guard let lead = description.lead, let word = description.leadWord,
      word == Self.simulates || word == Self.simulate,
      let act = description.entries[(lead + 1)...].first?.verb, act.form == .gerund, act.category != .read
    else { return }
    findings.add(.description, description.spelling(lead..<lead + 2), act.category, Weights.operated)
  }

  // MARK: Less than acting

  private static let readers: Set<Word> = [
    "get", "list", "describe", "fetch", "show", "retrieve", "search", "find", "query", "history",
  ]
  private static let plainLeads: Set<Word> = [
    "get", "gets", "list", "lists", "retrieve", "retrieves", "fetch", "fetches", "returns", "return", "query",
    "queries", "search", "searches", "show", "shows", "find", "finds", "describe", "describes", "read", "reads",
  ]

  /// The description begins with a verb that can hardly mean anything but reading.
  var isPlainLead: Bool { description.leadWord.map(Self.plainLeads.contains) ?? false }

  /// The name acts, and the description begins with a verb that may mean anything: what the name says counts.
  func hasActingName(_ findings: Findings) -> Bool {
    guard let main = name.main, let verb = name.verb, !name.isManual,
      verb.category == .execute || verb.weight == .clear || main == 0,
      findings.all.contains(where: { $0.field == .name && $0.category != .read })
    else { return false }
    return !isPlainLead
  }

  /// `withdraw_history`, `resend_list_contacts`: the description begins with reading and says nothing else.
  ///
  /// What stands first in a name and destroys is never taken for a subject.
  private func excuseSubjects(_ findings: inout Findings) {
    guard let main = name.main, let verb = name.verb, verb.category != .read,
      verb.category != .destructive || main > 0, let lead = description.leadWord, Self.plainLeads.contains(lead),
      description.actsOfFirstSentence.allSatisfy({
        description.entries[$0].verb.map { $0.category == .read || $0.weight == .vague } ?? true
      })
    else { return }
    let isRead = name.parts.indices.contains { index in
      guard index != main, let word = name.parts[index].word else { return false }
      // `read_trigger`
      return index > main ? Self.readers.contains(word) : word == lead
    }
    guard isRead else { return }
    for category in Category.allCases where category != .read {
      findings.excuse(category, as: .read) { $0.field == .name || $0.found == "amount" }
    }
  }

  private static let starts: Set<Word> = ["start", "starts", "starting"]

  /// "Runs diagnostics of a profile", `dispatch_status`: what runs, or ran, is only looked at.
  private func excuseInquiries(_ findings: inout Findings) {
    guard let lead = description.lead,
      description.actsOfFirstSentence.allSatisfy({
        $0 == lead || description.entries[$0].verb.map { $0.category == .read || $0.weight == .vague } ?? true
      })
    else { return }
    let object = description.nearObjectTopics
    let isAsked = object.contains(.inquiry) && object.isDisjoint(with: [.process, .program])
    let namesIt = name.verb.map { $0.category == .read } ?? true || name.topics.contains(.inquiry)
    // What is started goes on by itself, and leaves something behind.
    let isStarted = description.leadWord.map(Self.starts.contains) ?? false
    if isAsked, namesIt, !isStarted, description.entries[lead].topics.contains(.light) {
      findings.excuse(.execute, as: .read) {
        Word($0.found.utf8).map { Lexicon.shared[$0].topics.contains(.light) } ?? false
      }
      findings.excuse(.execute, as: .read) {
        $0.field == .description && $0.found == description.spelling(lead..<lead + 1)
      }
    }
    guard description.leadVerb?.category == .read, let main = name.main, let verb = name.verb,
      verb.category == .execute || verb.weight == .vague, verb.category != .read, main + 1 == name.parts.indices.last,
      name.entries.last?.topics.contains(.information) ?? false
    else { return }
    findings.excuse(verb.category, as: .read) { $0.field == .name }
  }

  private static let verify: Word = "verify"
  private static let otp: Word = "otp"
  private static let mfa: Word = "mfa"
  private static let code: Word = "code"
  private static let phone: Word = "phone"
  private static let report: Word = "report"
  private static let poll: Word = "poll"
  private static let question: Word = "question"
  private static let simulate: Word = "simulate"
  private static let simulates: Word = "simulates"
  private static let export: Word = "export"
  private static let to: Word = "to"
  private static let options: Word = "options"
  private static let convert: Word = "convert"
  private static let converts: Word = "converts"
}
