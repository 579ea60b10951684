package import ControlWire
internal import JSONText
package import Policy

/// What the gate last said of the counts of the tool whose limits are being written.
package struct LimitCounts: Hashable, Sendable {
  package var tool: ToolName
  package var answer: CountersAnswer?
  /// When the answer came.
  package var since = Moment(microseconds: 0)
  /// When the gate is asked again.
  package var next: Moment

  static let interval: Int64 = 1_000_000
}

extension ConsoleState {
  private var limitEditor: LimitEditor? { if case .limit(let editor) = overlay { editor } else { nil } }

  /// When the counts are asked for again; nil while nobody looks at them.
  var nextCounts: Moment? { gate.isUp ? limitEditor?.counts?.next : nil }

  /// Asks for the counts of the tool whose limits are open: when they are opened, and once a second after that.
  mutating func refreshCounts() -> [ConsoleEffect] {
    guard gate.isUp, var editor = limitEditor, editor.targets.count == 1, let tool = editor.targets.first?.tool else {
      return []
    }
    if editor.counts?.tool != tool { editor.counts = nil }
    guard editor.counts.map({ $0.next <= now }) ?? true else { return [] }
    var counts = editor.counts ?? LimitCounts(tool: tool, next: now)
    counts.next = now.advanced(byMicroseconds: LimitCounts.interval)
    editor.counts = counts
    overlay = .limit(editor)
    return [.send(.counters(server: tool.server, tool: tool.tool, id: nil))]
  }

  mutating func take(_ answer: CountersAnswer) {
    guard var editor = limitEditor, var counts = editor.counts,
      counts.tool == ToolName(server: answer.server, tool: answer.tool)
    else { return }
    counts.answer = answer
    counts.since = now
    editor.counts = counts
    overlay = .limit(editor)
  }

  /// How far the limit under the cursor is used up now: `session 7f3a: 9 of 10, less in 0:21`.
  func countWords(_ editor: LimitEditor) -> [String] {
    guard let counts = editor.counts, let answer = counts.answer, gate.isUp, let target = editor.targets.first,
      editor.targets.count == 1, let row = editor.current, let origin = row.origins.first ?? nil
    else { return [] }
    let rule = "\((target.copied ?? target.address).pointer)/limits/\(origin)"
    let mine = answer.counts.filter { ExactText($0.rule) == ExactText(rule) }
    guard !mine.isEmpty else { return ["nothing is counted at the moment"] }
    let passed = now.microseconds(since: counts.since)
    var words = mine.prefix(3).map { count in
      let who =
        switch count.scope {
        case .global: "all together"
        case .grant, .session, .server: "\(count.scope.rawValue) \(safe(count.holder?.string ?? "", limit: 40))"
        }
      let rest = count.lessIn.map { max(0, $0 - passed) }
      let end = rest.map { $0 > 0 ? ", less in \(Format.timer(microseconds: $0 + 999_999))" : "" } ?? ""
      return "\(who): \(safe(count.used, limit: 40)) of \(safe(count.max, limit: 40))\(end)"
    }
    let more = mine.count - words.count + answer.untold
    if more > 0 { words.append("and \(Format.count(more)) more") }
    return words
  }
}
