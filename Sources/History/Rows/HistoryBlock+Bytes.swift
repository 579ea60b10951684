/// Columns as bytes, one behind the other, numbers with their lowest byte first.
extension HistoryBlock {
  /// What is known of the decisions themselves.
  package var callBytes: [UInt8] {
    var bytes = ByteColumns()
    bytes.append(times)
    bytes.append(sequences)
    bytes.append(sources)
    bytes.append(shapes)
    bytes.append(reasons)
    bytes.append(took)
    bytes.append(offsets)
    bytes.append(arguments)
    return bytes.bytes
  }

  private static let bytesOfCall = 2 * 8 + 5 * 4 + 1

  /// Reads what `callBytes` gives; nil for anything else.
  package init?(calls bytes: [UInt8]) {
    let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: Self.bytesOfCall)
    guard rest == 0, count <= Self.mostRows else { return nil }
    var reader = ByteColumns(bytes)
    times = reader.next(count)
    sequences = reader.next(count)
    sources = reader.next(count)
    shapes = reader.next(count)
    reasons = reader.next(count)
    took = reader.next(count)
    offsets = reader.next(count)
    arguments = reader.next(count)
  }
}

extension HistoryBlock.Ends {
  package var encoded: [UInt8] {
    var bytes = ByteColumns()
    bytes.append(took)
    bytes.append(self.bytes)
    bytes.append(outcomes)
    bytes.append(answers)
    return bytes.bytes
  }

  private static let bytesOfEnd = 2 * 8 + 2

  /// Reads what `encoded` gives; nil for anything else.
  package init?(_ bytes: [UInt8], rows: Int) {
    guard bytes.count == rows * Self.bytesOfEnd else { return nil }
    var reader = ByteColumns(bytes)
    took = reader.next(rows)
    self.bytes = reader.next(rows)
    outcomes = reader.next(rows)
    answers = reader.next(rows)
    guard outcomes.allSatisfy({ HistoryEnd(rawValue: $0) != nil }),
      answers.allSatisfy({ HistoryAnswer(rawValue: $0) != nil })
    else { return nil }
  }
}

/// Arrays of numbers in bytes.
private struct ByteColumns {
  private(set) var bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ column: [Number]) {
    let little = Number(1).littleEndian == 1 ? column : column.map(\.littleEndian)
    unsafe little.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// The next column; what the bytes do not have is 0.
  mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(_ count: Int) -> [Number] {
    let size = min(count * MemoryLayout<Number>.size, bytes.count - place)
    var column = [Number](repeating: 0, count: count)
    unsafe column.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[place..<place + size]))
      }
    }
    place += size
    return Number(1).littleEndian == 1 ? column : column.map { Number(littleEndian: $0) }
  }
}
