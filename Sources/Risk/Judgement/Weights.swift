/// How strongly each kind of sign speaks, of 100.
enum Weights {
  // MARK: The name
  static let nameClear = 78
  static let nameVague = 45
  /// Joined by "and" or "or" to the main verb.
  static let nameJoinedClear = 70
  static let nameJoinedVague = 35
  /// Grown together with what follows: `getstatus`.
  static let nameFused = 60
  static let namePredicate = 70
  static let nameInformation = 40
  static let nameManual = 74
  /// A verb that is only the subject of a manual, or of a query.
  static let nameSubject = 30
  /// No word of the name is known: what cannot be understood is not called harmless.
  static let nameUnknown = 40

  // MARK: The description
  static let leadClear = 72
  static let leadVague = 45
  static let joinedClear = 62
  static let joinedVague = 30
  /// A lead that leaves the meaning to the words after it, where the name has a clear verb of its own.
  static let leadLight = 15
  /// A verb further on in the first sentence, where the sentence does not begin with one.
  static let innerClear = 42
  static let innerVague = 18
  /// A promise in a later sentence: "also deletes".
  static let laterClear = 30
  static let laterVague = 8
  /// All later promises of one category together.
  static let laterMost = 48
  static let final = 45

  // MARK: The schema
  static let choiceClear = 76
  static let choiceVague = 30
  /// The name asks a question; the choice is a part of it.
  static let choiceAsked = 20
  /// The name checks something, the choice is what is checked.
  static let choiceChecked = 8
  /// A switch that is called like an act: `delete_source`.
  static let effectSwitch = 58
  static let choiceWords = 50
  /// There is a choice, and the description tells its actions in a sentence.
  static let choiceNamed = 57
  static let anyStatement = 66
  static let anyCommand = 58
  static let anyRequest = 66
  static let outputFile = 58
  static let rehearsal = 40
  static let content = 20
  static let sum = 25

  // MARK: Meaning
  /// What is made stays somewhere, or nobody knows: `generate_image`.
  static let made = 46
  /// A page or a device is operated.
  static let operated = 60
  /// The first word stands where a verb does, and is none that is known.
  static let unknownVerb = 35
  static let money = 80
  static let moneyByContext = 64

  // MARK: Thresholds

  /// What a category that changes the world must reach against the tool's own claim to read.
  ///
  /// Words that only may mean reading (`generate`, `check`) do not add up to a clear one.
  static func threshold(againstReading strength: Int, best: Int) -> Int {
    if best >= nameFused, strength >= 70 { return 55 }
    return strength >= 40 ? 29 : 1
  }
  /// From here on a worse category wins over a stronger one.
  static let worstCounts = 55
}
