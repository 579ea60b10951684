internal import ControlWire

/// Lines, first in, first out, in blocks of memory that are used again.
struct LineQueue: Sendable {
  struct Waiting: Sendable {
    /// In which order it came, over all queues.
    var order: UInt64
    var entry: StreamEntry
  }

  private struct Block: Sendable {
    var text: LineBuffer
    var lines: [Waiting] = []
  }

  private static let blockSize = 64 << 10

  private var blocks: [Block] = []
  /// The first line of the first block.
  private var head = 0
  private(set) var count = 0
  /// The sizes of all lines.
  private(set) var bytes = 0

  var first: Waiting? { count > 0 ? blocks[0].lines[head] : nil }

  /// Takes a line without its end.
  mutating func append(_ entry: StreamEntry, order: UInt64, _ line: Span<UInt8>) {
    let length = line.count + 1
    if blocks.isEmpty || blocks[blocks.count - 1].text.room < length {
      blocks.append(Block(text: LineBuffer(capacity: max(Self.blockSize, length))))
    }
    let last = blocks.count - 1
    var entry = entry
    entry.start = blocks[last].text.count
    entry.length = length
    blocks[last].text.append(line)
    blocks[last].text.append(Self.lineEnd.span)
    blocks[last].lines.append(Waiting(order: order, entry: entry))
    count += 1
    bytes += length
  }

  private static let lineEnd: [UInt8] = [0x0A]

  /// Takes the first line out.
  mutating func removeFirst() -> StreamEntry? {
    guard let first else { return nil }
    count -= 1
    bytes -= first.entry.length
    head += 1
    if head == blocks[0].lines.count {
      head = 0
      if blocks.count > 1 || blocks[0].text.capacity > Self.blockSize {
        blocks.removeFirst()
      } else {
        blocks[0].text.reset()
        blocks[0].lines.removeAll(keepingCapacity: true)
      }
    }
    return first.entry
  }

  /// Takes the first line out, and appends it with its end to some bytes.
  mutating func removeFirst(into bytes: inout [UInt8]) {
    guard let first else { return }
    bytes.append(contentsOf: blocks[0].text.memory[first.entry.start..<first.entry.end])
    _ = removeFirst()
  }
}
