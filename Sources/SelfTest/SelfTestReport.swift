package import AttackCorpus
internal import JSONText

/// What became of every attack.
package struct SelfTestReport: Sendable {
  package struct Row: Sendable {
    package enum Proxy: String, Sendable {
      /// It answered an honest call after the attack.
      case answers
      case hangs
      case died
      /// It does not speak the protocol version that the attack needs.
      case notRun = "not run"
    }

    package let attack: Attack
    /// What happened that the policy denies.
    package let seen: [Seen]
    package let proxy: Proxy

    package var gotThrough: Bool { !seen.isEmpty }
  }

  package private(set) var rows: [Row] = []

  package init() {}

  mutating func add(_ row: Row) { rows.append(row) }

  package var run: Int { rows.count { $0.proxy != .notRun } }
  package var through: Int { rows.count(where: \.gotThrough) }

  /// The last line: `0 of 132 attacks got through`.
  package var summary: String { "\(through) of \(run) attacks got through" }

  // MARK: Text

  package func text(isVerbose: Bool) -> String {
    var lines = [Self.row("CLASS", "ATTACKS", "GOT THROUGH", "THEN DEAD")]
    for category in Attack.Category.allCases {
      let here = rows.filter { $0.attack.category == category && $0.proxy != .notRun }
      guard !here.isEmpty else { continue }
      let dead = here.count { $0.proxy == .hangs || $0.proxy == .died }
      lines.append(
        Self.row(category.rawValue, "\(here.count)", "\(here.count(where: \.gotThrough))", dead == 0 ? "-" : "\(dead)"))
    }
    if isVerbose {
      lines.append("")
      for row in rows {
        let outcome = row.gotThrough ? "GOT THROUGH" : row.proxy == .notRun ? "not run" : "stopped"
        lines.append("\(row.attack.name) (\(row.attack.points)): it \(row.attack.tries): \(outcome)")
      }
    }
    let through = rows.filter(\.gotThrough)
    if !through.isEmpty { lines += ["", "What got through:"] }
    for row in through {
      lines.append("  \(row.attack.name) (\(row.attack.points)): it \(row.attack.tries)")
      lines += row.seen.map { "    \($0.act), as \($0.reader) takes it" }
    }
    for (state, words) in [
      (Row.Proxy.died, "After these the proxy was gone:"), (.hangs, "After these no honest call was answered:"),
      (.notRun, "Not run, because the proxy does not speak the version:"),
    ] {
      let names = rows.filter { $0.proxy == state }.map(\.attack.name)
      if !names.isEmpty { lines += ["", words, "  " + names.joined(separator: ", ")] }
    }
    lines += ["", summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ cells: String...) -> String {
    let widths = [26, 9, 13, 11]
    return zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      return index == 0 ? cell.0 + space : space + cell.0
    }.joined()
  }

  // MARK: JSON

  package var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("attacks", run)
    writer.member("through", through)
    writer.member("dead", rows.count { $0.proxy == .hangs || $0.proxy == .died })
    writer.key("results")
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      writer.member("name", row.attack.name)
      writer.member("class", row.attack.category.rawValue)
      writer.member("points", row.attack.points)
      writer.member("tries", row.attack.tries)
      writer.member("version", row.attack.era.rawValue)
      writer.member("through", row.gotThrough)
      writer.member("proxy", row.proxy.rawValue)
      writer.key("seen")
      writer.beginArray()
      for seen in row.seen {
        writer.beginObject()
        writer.member("act", seen.act)
        writer.member("reader", seen.reader)
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}
