/// All words that mean something here, made once from the lists.
struct Lexicon: Sendable {
  struct Entry: Hashable, Sendable {
    var verb: Verb?
    var topics: Topics = []
  }

  static let shared = Lexicon()

  private var entries = WordTable()
  /// Clear verbs that are looked for at the front of a name without word ends: `getstatus`.
  private var openings: [(spelling: [UInt8], verb: Verb)] = []

  private init() {
    for list in VerbLists.all {
      for base in list.words.split(whereSeparator: \.isWhitespace) {
        add(String(base), category: list.category, weight: list.weight)
      }
    }
    for list in TopicLists.all {
      for text in list.words.split(separator: " ") {
        guard let word = Word(text.utf8) else { continue }
        entries.update(word) { $0.topics.formUnion(list.topic) }
      }
    }
    for text in ["get", "list", "fetch", "create", "delete", "update", "remove", "execute"] {
      guard let verb = Word(text.utf8).flatMap({ entries[$0] })?.verb else { continue }
      openings.append((Array(text.utf8), verb))
    }
  }

  private mutating func add(_ base: String, category: Category, weight: Verb.Weight) {
    let forms: [(String, Verb.Form)] = [
      (base, .base), (VerbForms.third(of: base), .third), (VerbForms.gerund(of: base), .gerund),
    ]
    for (text, form) in forms {
      guard let word = Word(text.utf8) else { continue }
      let verb = Verb(category: category, weight: weight, form: form)
      // A base form wins over another verb's third person (`does`); otherwise the first list stands.
      if let known = entries[word]?.verb, known.form == .base || form != .base { continue }
      entries.update(word) { $0.verb = verb }
    }
  }

  subscript(_ word: Word) -> Entry { entries[word] ?? Entry() }

  /// The verb that an unbroken word begins with: at least three letters must follow it.
  func opening(of text: some Collection<UInt8>) -> (verb: Verb, count: Int)? {
    for (spelling, verb) in openings where text.count >= spelling.count + 3 {
      if zip(text, spelling).allSatisfy({ ($0 | 0x20) == $1 }) { return (verb, spelling.count) }
    }
    return nil
  }
}
