internal import ControlWire
internal import JSONText
internal import Policy

/// Counts decisions by tool and rule, from the lines of the log: no call waits for it.
///
/// It is for subscribers that do not get every decision, and nobody counts where there is none.
package struct CallTally: Sendable {
  /// One count, as it will be told: the member `count` and the end of the object are missing.
  package struct Count: Hashable, Sendable {
    var prefix: [UInt8]
    var verdict: Int
    var count = 0
  }

  /// So many are told apart between two ticks, and remembered beyond.
  package static let capacity = 8_192
  /// Names that make more bytes than this are not told apart.
  private static let longest = 1_024

  private let capacity: Int
  private var rows: [Count] = []
  private var places: [Int: Int] = [:]
  /// Rows that count something now.
  private var changed: [Int] = []
  /// By verdict, what no row counts.
  private var rest = [Int](repeating: 0, count: Verdict.allCases.count)
  private var key: [UInt8] = []

  package init(capacity: Int = CallTally.capacity) { self.capacity = capacity }

  /// Counts a line of the log, without its end.
  package mutating func add(_ entry: StreamEntry, _ line: Span<UInt8>) {
    guard case .decision(let verdict) = entry.kind else { return }
    guard let found = DecisionLine(line), writeKey(found, line) else { return rest[verdict.index] += 1 }
    let hash = unsafe key.withUnsafeBytes { bytes in
      var hasher = Hasher()
      unsafe hasher.combine(bytes: bytes)
      return hasher.finalize()
    }
    let place: Int
    if let known = places[hash] {
      guard rows[known].prefix == key else { return rest[verdict.index] += 1 }
      place = known
    } else {
      guard rows.count < capacity else { return rest[verdict.index] += 1 }
      place = rows.count
      rows.append(Count(prefix: Array(key), verdict: verdict.index))
      places[hash] = place
    }
    if rows[place].count == 0 { changed.append(place) }
    rows[place].count += 1
  }

  /// What was counted since this was last asked.
  package mutating func take() -> [Count] {
    var counts = changed.map { rows[$0] }
    for place in changed { rows[place].count = 0 }
    changed.removeAll(keepingCapacity: true)
    for verdict in rest.indices where rest[verdict] > 0 {
      counts.append(Count(prefix: Self.restPrefix(verdict), verdict: verdict, count: rest[verdict]))
      rest[verdict] = 0
    }
    if rows.count >= capacity {
      // Names of long ago make room for those of now.
      rows = []
      places = [:]
    }
    return counts
  }

  /// Forgets everything.
  package mutating func reset() {
    guard !rows.isEmpty || rest.contains(where: { $0 > 0 }) else { return }
    self = CallTally(capacity: capacity)
  }

  static func restPrefix(_ verdict: Int) -> [UInt8] {
    Array("{\"verdict\":\"\(Verdict.allCases[verdict].rawValue)\"".utf8)
  }

  /// False for what is too long.
  private mutating func writeKey(_ line: DecisionLine, _ bytes: Span<UInt8>) -> Bool {
    // URIs and names of prompts are as many as a peer likes: of these only the method is told.
    let isTool = line.tool != nil && Self.isToolCall(line.method, bytes)
    let name = isTool ? line.tool ?? line.method : line.method
    guard line.server.count + name.count + line.rule.count <= Self.longest else { return false }
    key.removeAll(keepingCapacity: true)
    add("{\"server\":\"", line.server, bytes)
    add(isTool ? "\",\"tool\":\"" : "\",\"method\":\"", name, bytes)
    add("\",\"rule\":\"", line.rule, bytes)
    key.append(contentsOf: "\",\"verdict\":\"".utf8)
    key.append(contentsOf: line.verdict.rawValue.utf8)
    key.append(0x22)
    return true
  }

  private static let toolCall = Array("tools/call".utf8)

  private static func isToolCall(_ method: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard method.count == toolCall.count else { return false }
    for offset in toolCall.indices where bytes[method.lowerBound + offset] != toolCall[offset] { return false }
    return true
  }

  /// What a line says stands in it as it is told on.
  private mutating func add(_ text: StaticString, _ range: Range<Int>, _ bytes: Span<UInt8>) {
    unsafe key.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe key.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
    }
  }
}
