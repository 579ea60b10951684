internal import ControlWire

/// The arguments of the last calls, for a person who asks what was called and why, and for a record that is to have them.
///
/// They are found by the number of the call's decision. The oldest go when there are too many, or they are too long together.
package struct RecentCalls: Sendable {
  /// What is known of a call's arguments.
  package enum Kept: Hashable, Sendable {
    /// As the client wrote them, blanks included.
    case text([UInt8])
    /// The call had none.
    case absent
    /// They have so many bytes, which is too much to keep.
    case tooLong(Int)
  }

  package static let mostCalls = 10_000
  package static let mostBytes = 4 << 20
  /// Longer ones are not kept.
  package static let longest = 64 << 10
  private static let blockSize = 64 << 10

  private struct Entry: Sendable {
    var sequence: UInt64
    /// Where they begin in the block; those that are not there have a length below zero.
    var start: Int
    var length: Int
    /// How long what the call says of itself is, which stands behind them.
    var meta = 0
    static let absent = -1
  }

  private struct Block: Sendable {
    var text: LineBuffer
    var entries: [Entry] = []
  }

  /// All but the last, the oldest first.
  private var full: [Block] = []
  private var last = Block(text: LineBuffer(capacity: 0))
  private var fullCount = 0

  package init() {}

  package var count: Int { fullCount + last.entries.count }

  /// Bytes of memory for arguments.
  package var bytes: Int { full.reduce(last.text.capacity) { $0 + $1.text.capacity } }

  /// Keeps the arguments of the call that a decision is about, and its `_meta`; numbers only grow.
  @inline(__always)
  package mutating func keep(
    _ sequence: UInt64, _ line: Span<UInt8>, _ arguments: Range<Int>?, meta: Range<Int>? = nil
  ) {
    let length = arguments?.count ?? Entry.absent
    if max(0, length) + (meta?.count ?? 0) > last.text.room || last.entries.count == last.entries.capacity {
      makeRoom(length, meta?.count ?? 0)
    }
    var entry = Entry(sequence: sequence, start: last.text.count, length: length)
    if let arguments, length <= Self.longest {
      last.text.append(line.extracting(arguments))
    } else if length > Self.longest {
      entry.start = -1
    }
    // What is not kept of it is not shown: nothing is judged by it.
    if let meta, entry.start >= 0, meta.count <= last.text.room {
      last.text.append(line.extracting(meta))
      entry.meta = meta.count
    }
    last.entries.append(entry)
  }

  /// Begins another block, in the memory of one that is too old.
  private mutating func makeRoom(_ length: Int, _ meta: Int) {
    // Arguments that are too long take no room, and a `_meta` gets what is left beside them.
    let isKept = length <= Self.longest && (length > last.text.room || meta <= Self.longest - max(0, length))
    guard isKept || last.entries.count == last.entries.capacity else { return }
    guard last.text.capacity > 0 else {
      last.text = LineBuffer(capacity: Self.blockSize)
      last.entries.reserveCapacity(Self.mostEntries)
      return
    }
    fullCount += last.entries.count
    full.append(last)
    var next = Block(text: LineBuffer(capacity: 0))
    while full.count * Self.blockSize >= Self.mostBytes || fullCount > Self.mostCalls {
      next = full.removeFirst()
      fullCount -= next.entries.count
    }
    next.text.reset()
    next.entries.removeAll(keepingCapacity: true)
    if next.text.capacity == 0 {
      next.text = LineBuffer(capacity: Self.blockSize)
      next.entries.reserveCapacity(Self.mostEntries)
    }
    last = next
  }

  /// So many calls share a block at most: as many as have arguments of 64 bytes.
  private static let mostEntries = 1_000

  /// The arguments of a call; nil where it is not, or no longer, kept.
  package subscript(_ sequence: UInt64) -> Kept? {
    entry(of: sequence).map { Self.kept($0, in: $1) }
  }

  private func entry(of sequence: UInt64) -> (Entry, Block)? {
    guard let block = block(of: sequence) else { return nil }
    var low = 0
    var high = block.entries.count
    while low < high {
      let middle = low + (high - low) / 2
      if block.entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    guard low < block.entries.count, block.entries[low].sequence == sequence else { return nil }
    return (block.entries[low], block)
  }

  /// What a call says of itself in its `_meta`; nil where it says nothing, or that is not kept.
  package func meta(of sequence: UInt64) -> [UInt8]? {
    guard let (entry, block) = self.entry(of: sequence), entry.meta > 0, entry.start >= 0 else { return nil }
    let start = entry.start + max(0, entry.length)
    return Array(block.text.memory[start..<start + entry.meta])
  }

  private func block(of sequence: UInt64) -> Block? {
    if let first = last.entries.first, first.sequence <= sequence { return last }
    return full.last { $0.entries.first.map { $0.sequence <= sequence } ?? false }
  }

  private static func kept(_ entry: Entry, in block: Block) -> Kept {
    if entry.length == Entry.absent { return .absent }
    guard entry.start >= 0 else { return .tooLong(entry.length) }
    return .text(Array(block.text.memory[entry.start..<entry.start + entry.length]))
  }
}
