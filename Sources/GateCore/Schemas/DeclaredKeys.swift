internal import JSONText

/// The names of arguments that a server's tools declare, by the spelling in which careless readers compare them.
///
/// It answers without memory and nearly always at once that a key of a call is spelled as every tool declares it, or is no
/// tool's; only where it doubts must the tool's own schema be looked at. A table with open addressing.
struct DeclaredKeys: Sendable {
  private struct Entry {
    var hash: UInt64
    /// Where the one spelling stands in `texts`; nil where tools spell it in different ways.
    var spelling: Range<Int>?
  }

  /// Names past this many, or longer than this, are doubted always.
  static let mostKeys = 50_000
  static let longest = 256

  /// Places in `entries` from 1 on, or 0 for a free slot.
  ///
  /// There are at least twice as many as entries.
  private var slots: [Int32] = []
  private var entries: [Entry] = []
  private var texts: [UInt8] = []
  private var isOverfull = false

  var count: Int { entries.count }

  mutating func add(_ key: ExactText) {
    let bytes = Array(key.utf8)
    guard bytes.count <= Self.longest, entries.count < Self.mostKeys else {
      isOverfull = true
      return
    }
    let hash = FoldedKey.hash(bytes)
    if let known = place(of: hash) {
      if let spelling = entries[known].spelling, !texts[spelling].elementsEqual(bytes) { entries[known].spelling = nil }
      return
    }
    let start = texts.count
    texts += bytes
    entries.append(Entry(hash: hash, spelling: start..<texts.count))
    if entries.count * 2 > slots.count { grow() } else { insert(entries.count) }
  }

  /// Whether a key might be one that some tool declares in another spelling.
  func doubts(_ noted: JSONCursor.NotedKey, _ line: Span<UInt8>) -> Bool {
    if isOverfull { return true }
    guard let known = place(of: noted.hash) else { return false }
    guard let spelling = entries[known].spelling, !noted.key.hasEscapes else { return true }
    let body = noted.key.body
    guard spelling.count == body.count else { return true }
    for offset in 0..<body.count where texts[spelling.lowerBound + offset] != line[body.lowerBound + offset] {
      return true
    }
    return false
  }

  private func place(of hash: UInt64) -> Int? {
    guard !slots.isEmpty else { return nil }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
    while slots[slot] != 0 {
      let entry = Int(slots[slot]) - 1
      if entries[entry].hash == hash { return entry }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: max(16, slots.count * 2))
    for number in 1...entries.count { insert(number) }
  }

  private mutating func insert(_ number: Int) {
    let mask = slots.count - 1
    let hash = entries[number - 1].hash
    var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = Int32(truncatingIfNeeded: number)
  }
}
