/// Verbs whose object, and what becomes of it, say whether they change anything.
extension MeaningReading {
  // MARK: Making

  /// To generate a report is reading, to generate an image is not.
  ///
  /// A download that is handed over is reading, one that is kept is not. Where nothing tells, it is not.
  func reportMaking(_ findings: inout Findings) {
    if let main = name.main, name.verb?.category == .read, name.entries[main].topics.contains(.maker) {
      if !isMereWording(name.topics, making: name.parts[main].word) {
        findings.add(.name, name.spelling(main), .write, Weights.made)
      }
    } else if let lead = description.lead, description.entries[lead].topics.contains(.maker),
      description.leadVerb?.category == .read, !name.asks, !isMereWording([], making: baseForm(of: lead))
    {
      findings.add(.description, description.spelling(lead..<lead + 1), .write, Weights.made)
    }
    if description.leadVerb?.category == .read, !isPlainLead, let words = description.keptInFile {
      findings.add(.description, description.spelling(words), .write, Weights.outputFile)
    }
    reportOperating(&findings)
    reportIdioms(&findings)
  }

  private func baseForm(of lead: Int) -> Word? {
    guard let word = description.leadWord else { return nil }
    return Self.keepers.first { $0.forms.contains(word) }?.base
  }

  private static let keepers: [(base: Word, forms: Set<Word>)] = [
    ("download", ["download", "downloads", "downloading"]), ("export", ["export", "exports", "exporting"]),
  ]

  /// Whether what is made is only text that is handed over.
  private func isMereWording(_ named: Topics, making verb: Word?) -> Bool {
    let object = named.union(description.nearObjectTopics)
    let isKept = Self.keepers.contains { $0.base == verb }
    if description.leadTopics.contains(.place) { return false }
    if isKept { return description.topics.contains(.handing) || named.contains(.wording) }
    if !named.isDisjoint(with: .wording) { return true }
    return object.contains(.wording) && !object.contains(.artifact)
  }

  // MARK: Operating

  /// Acts upon a page or a device, whatever they mean elsewhere.
  private static let acts: Set<Word> = [
    "select", "uncheck", "move", "drag", "drop", "open", "resize", "handle", "focus", "highlight", "close", "annotate",
    "upload", "manage", "fill", "scroll", "submit", "emulate",
  ]

  private static let drops: Set<Word> = ["drop", "drops"]

  private func reportOperating(_ findings: inout Findings) {
    guard let main = name.main, let verb = name.parts[main].word, Self.acts.contains(verb) else { return }
    let found = name.spelling(main)
    if verb == "drag" {
      findings.excuse(.destructive, as: .execute) { Self.drops.contains(Word($0.found.utf8) ?? Word()) }
    }
    if name.topics.contains(.surface) || (verb == "select" && description.leadTopics.contains(.surface)) {
      findings.excuse(.destructive, as: .execute) { Word($0.found.utf8) == "drop" }
      findings.add(.name, found, .execute, Weights.operated)
    } else if verb == "select",
      name.topics.union(description.leadTopics).isDisjoint(with: [.question, .writingLanguage])
    {
      findings.add(.name, found, .write, Weights.made)
    }
  }

  // MARK: Idioms

  private func reportIdioms(_ findings: inout Findings) {
    let words = name.parts.map(\.word)
    if let main = name.main, let verb = words[main] {
      // `check_in`, `check_off_item`
      if verb == "check", main + 1 < words.count, let next = words[main + 1], Self.particles.contains(next) {
        findings.add(.name, name.spelling(main), .write, Weights.operated)
      }
      for idiom in Idiom.all where idiom.verb == verb {
        guard let object = words.indices.first(where: { $0 > main && words[$0].map(idiom.objects.contains) ?? false })
        else { continue }
        findings.add(.name, "\(name.spelling(main)) \(name.spelling(object))", idiom.category, Weights.operated)
      }
    }
    guard let lead = description.lead, let verb = description.leadWord else { return }
    for idiom in Idiom.all where idiom.isInText && (idiom.verb == verb || idiom.third == verb) {
      let near = description.tokens[(lead + 1)...].prefix(6).prefix { $0.gap < .clause }
      guard let object = near.first(where: { $0.word.map(idiom.objects.contains) ?? false })?.word,
        let place = description.tokens.indices.first(where: { $0 > lead && description.tokens[$0].word == object })
      else { continue }
      findings.add(.description, description.spelling(lead..<place + 1), idiom.category, Weights.operated)
    }
  }

  private static let particles: Set<Word> = ["in", "out", "off"]

  // MARK: References

  /// Resolving a name is looking it up; resolving an issue is not.
  func reportReferences(_ findings: inout Findings) {
    let isNamed = name.main.map { name.parts[$0].word == "resolve" && name.topics.contains(.reference) } ?? true
    let isTold = description.lead == nil || description.isLookup || description.leadVerb?.category == .read
    guard isNamed, isTold else { return }
    findings.excuse(.write, as: .read) { Word($0.found.utf8) == "resolve" || Word($0.found.utf8) == "resolves" }
  }
}
