/// What changed in counts since it was last taken, as cells.
///
/// Keys have numbers, which are told anew in each file, so that a file can be read by itself. What ends with a session
/// is not noted: no session outlives its gate.
package struct CounterJournal: Sendable {
  /// So many cells are noted at most; what comes after is lost, and is found in a snapshot only.
  package static let most = 8_192

  /// What was noted and not taken yet.
  package private(set) var cells: [CounterCell] = []
  /// Whether cells are missing behind those that are there.
  package private(set) var isIncomplete = false
  /// Whether anything is noted.
  package private(set) var isOn = false
  /// Counts the files, so that a number of one is not taken for one of another.
  private var file: UInt32 = 0
  private var keys: UInt32 = 0
  private var scratch: [UInt8] = []

  init() {}

  /// Notes from here on for a new file; what was not taken is forgotten.
  package mutating func begin() {
    file = file == .max ? 1 : file + 1
    isOn = true
    keys = 0
    isIncomplete = false
    cells.removeAll(keepingCapacity: true)
  }

  /// Notes nothing more.
  package mutating func end() {
    begin()
    isOn = false
  }

  /// Makes the cells ready to be written, the first of them at a place of a file.
  package mutating func seal(_ seed: UInt64, from place: Int) {
    for index in cells.indices { cells[index].seal(seed, at: place + index) }
  }

  /// Forgets the cells, which were written.
  package mutating func clear() { cells.removeAll(keepingCapacity: true) }

  /// What a count knows of its number: the file and the number in it.
  typealias Mark = UInt64

  /// Stands in a mark for the number of a count that is not noted.
  private static let unnoted = UInt64(UInt32.max)

  /// Notes an amount of a count that has its number in this file; false if it has none, and then its key is asked for.
  ///
  /// Apart from the other, because to hand over a key costs more than all this.
  mutating func note(_ kind: CounterCell.Kind, _ mark: Mark, at time: Int64, _ amount: Int128) -> Bool {
    guard mark >> 32 == UInt64(file) else { return false }
    if mark & 0xFFFF_FFFF != Self.unnoted { append(kind, mark, at: time, amount) }
    return true
  }

  /// Notes an amount of a count that has no number in this file yet.
  mutating func note(_ kind: CounterCell.Kind, _ key: CounterKey, _ mark: inout Mark, at time: Int64, _ amount: Int128)
  {
    if key.endsWithSession {
      mark = UInt64(file) << 32 | Self.unnoted
    } else if number(key, &mark) {
      append(kind, mark, at: time, amount)
    }
  }

  private mutating func append(_ kind: CounterCell.Kind, _ mark: Mark, at time: Int64, _ amount: Int128) {
    // Calls that were read together are one entry.
    if kind == .add, !cells.isEmpty, cells[cells.count - 1].add(mark, at: time, amount) { return }
    if cells.count < Self.most {
      cells.append(CounterCell(kind, UInt32(truncatingIfNeeded: mark), at: time, amount))
    } else {
      isIncomplete = true
    }
  }

  private mutating func number(_ key: CounterKey, _ mark: inout Mark) -> Bool {
    scratch.removeAll(keepingCapacity: true)
    key.append(to: &scratch)
    guard cells.count + CounterCell.count(ofKey: scratch.count) < Self.most else {
      isIncomplete = true
      return false
    }
    CounterCell.append(key: scratch, number: keys, to: &cells)
    mark = UInt64(file) << 32 | UInt64(keys)
    keys += 1
    return true
  }
}

extension CounterCell {
  /// How many cells a key of so many bytes takes.
  static func count(ofKey bytes: Int) -> Int { 1 + (bytes + textSize - 1) / textSize }

  /// Appends a key: its number and length, then its text.
  static func append(key: [UInt8], number: UInt32, to cells: inout [CounterCell]) {
    cells.append(CounterCell(.key, number, UInt64(key.count)))
    var start = 0
    while start < key.count {
      let end = min(start + textSize, key.count)
      var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
      for index in start..<end {
        let (word, shift) = ((index - start) / 8, UInt64((index - start) % 8 * 8))
        let byte = UInt64(key[index]) << shift
        switch word {
        case 0: words.0 |= byte
        case 1: words.1 |= byte
        default: words.2 |= byte
        }
      }
      cells.append(CounterCell(.text, number, words.0, words.1, words.2))
      start = end
    }
  }

  /// Appends a cell's text to that of a key that has `length` bytes; false if it is longer.
  func appendText(to bytes: inout [UInt8], upTo length: Int) -> Bool {
    for index in 0..<Self.textSize {
      let word = index < 8 ? first : index < 16 ? second : third
      let byte = UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8))
      if bytes.count < length {
        bytes.append(byte)
      } else if byte != 0 {
        return false
      }
    }
    return true
  }
}
