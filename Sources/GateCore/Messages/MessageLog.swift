package import ControlWire
package import JSONText
package import Policy

/// What the servers wrote that was no message of the protocol, the newest of it, within bounds.
///
/// Lines are kept as they came and shown without the secrets of the session that they are of.
package struct MessageLog: Sendable {
  package static let longestLine = 4_096
  /// What one server's lines may take, and those of all together; an estimate of the memory, not of the text.
  package static let mostOfServer = 256 << 10
  package static let mostOfAll = 4 << 20
  /// How many lines are given at once.
  package static let mostLines = 2_000

  fileprivate struct Entry: Sendable {
    var number: UInt64
    var time: Moment
    var session: ExactText
    var source: ServerMessage.Source
    var line: MessageLines.Line
    var secrets: Secrets

    var size: Int { line.bytes.count + 160 }
  }

  fileprivate struct Ring: Sendable {
    /// Entries from `head` on are still there.
    var entries: [Entry] = []
    var head = 0
    var size = 0

    var kept: ArraySlice<Entry> { entries[head...] }

    mutating func drop() {
      size -= entries[head].size
      entries[head].line.bytes = []
      head += 1
      guard head > 64, head > entries.count / 2 else { return }
      entries.removeFirst(head)
      head = 0
    }
  }

  private var rings: [ExactText: Ring] = [:]
  private var size = 0
  private var last: UInt64 = 0

  package init() {}

  package mutating func append(
    _ line: MessageLines.Line, from source: ServerMessage.Source, of server: ExactText, session: ExactText,
    secrets: Secrets, at time: Moment
  ) {
    last += 1
    let entry = Entry(number: last, time: time, session: session, source: source, line: line, secrets: secrets)
    size += entry.size
    var dropped = 0
    rings[server, default: Ring()].take(entry, dropped: &dropped)
    size -= dropped
    while size > Self.mostOfAll, let quietest = quietest(but: server) {
      size -= rings.removeValue(forKey: quietest)?.size ?? 0
    }
  }

  /// The server that has been quiet for the longest time.
  private func quietest(but server: ExactText) -> ExactText? {
    rings.filter { $0.key != server }.min {
      ($0.value.entries.last?.number ?? 0) < ($1.value.entries.last?.number ?? 0)
    }?.key
  }

  /// The last lines of a server, at most `limit` of them, and only those after a line of this number.
  package func messages(of server: ExactText, after number: UInt64?, limit: Int) -> ServerMessages {
    guard let kept = rings[server]?.kept else { return ServerMessages(server: server, missed: 0, messages: []) }
    let wanted = kept.drop { $0.number <= number ?? 0 }
    let given = wanted.suffix(max(0, min(limit, Self.mostLines)))
    return ServerMessages(
      server: server, missed: wanted.count - given.count,
      messages: given.map { entry in
        ServerMessage(
          number: entry.number, time: entry.time, session: entry.session, source: entry.source, text: entry.text,
          isCut: entry.line.isCut)
      })
  }

  /// The last line that a server wrote to its standard error.
  package func lastLine(of server: ExactText) -> String? {
    rings[server]?.kept.last { $0.source == .stderr }?.text
  }
}

extension MessageLog.Ring {
  /// Takes an entry; `dropped` is how much of the older ones went for it.
  fileprivate mutating func take(_ entry: MessageLog.Entry, dropped: inout Int) {
    let before = size + entry.size
    entries.append(entry)
    size = before
    while size > MessageLog.mostOfServer, entries.count - head > 1 { drop() }
    dropped = before - size
  }
}

extension MessageLog.Entry {
  fileprivate var text: String {
    line.isKey
      ? Secrets.mark : String(decoding: secrets.hiding(in: line.bytes, isCut: line.isCut), as: UTF8.self)
  }
}
