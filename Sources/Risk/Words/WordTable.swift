/// A dictionary from words to what they mean, filled once and then only read.
///
/// Every word of every description is looked up, and most are in no list, so that a miss must cost a few nanoseconds:
/// open addressing in an array that is at most a quarter full.
struct WordTable: Sendable {
  private var slots: [(word: Word, entry: Lexicon.Entry)?] = Array(repeating: nil, count: 1 << 14)
  private(set) var count = 0

  subscript(_ word: Word) -> Lexicon.Entry? {
    var index = word.mixed & (slots.count - 1)
    while let slot = slots[index] {
      if slot.word == word { return slot.entry }
      index = (index + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Changes a word's entry, making an empty one first where there is none.
  mutating func update(_ word: Word, _ change: (inout Lexicon.Entry) -> Void) {
    // INVARIANT: our lists are far shorter than this; a search always ends at an empty slot.
    precondition(count < slots.count / 4, "the word lists have outgrown their table")
    var index = word.mixed & (slots.count - 1)
    while let slot = slots[index], slot.word != word { index = (index + 1) & (slots.count - 1) }
    if slots[index] == nil { count += 1 }
    var entry = slots[index]?.entry ?? Lexicon.Entry()
    change(&entry)
    slots[index] = (word, entry)
  }
}
