internal import ControlWire
internal import Policy
internal import Risk

extension Verdict {
  var glyph: String {
    switch self {
    case .allow: "✓"
    case .deny: "✗"
    case .limit: "≈"
    case .ask: "?"
    case .hide: "∅"
    }
  }

  var role: Role {
    switch self {
    case .allow: .decisionAllow
    case .deny: .decisionDeny
    case .limit: .decisionLimit
    case .ask: .decisionAsk
    case .hide: .decisionHide
    }
  }
}

extension Severity {
  /// Four letters.
  var badge: String {
    switch self {
    case .low: "LOW "
    case .medium: "MED "
    case .high: "HIGH"
    case .critical: "CRIT"
    }
  }

  var letter: String { String(badge.prefix(1)) }

  var role: Role {
    switch self {
    case .low: .riskLow
    case .medium: .riskMedium
    case .high: .riskHigh
    case .critical: .riskCritical
    }
  }
}

extension Category {
  /// Four letters.
  var badge: String {
    switch self {
    case .read: "READ"
    case .write: "WRIT"
    case .execute: "EXEC"
    case .destructive: "DEST"
    case .financial: "FIN "
    }
  }
}

extension Catalogue.Mark {
  var glyph: String {
    switch self {
    case .none: " "
    case .added: "+"
    case .changed: "~"
    case .removed: "-"
    }
  }

  var role: Role {
    switch self {
    case .none: .text
    case .added: .diffAdd
    case .changed: .diffChange
    case .removed: .diffDelete
    }
  }
}

extension Standing {
  /// The conditions of the rule itself, without those of `all_tools`.
  var ownConditions: [Condition] { conditions.filter { $0.pointer.utf8.starts(with: "\(rule)/".utf8) } }

  /// The summary as a list has room for: `allow if` where there are conditions, which the rule pane tells.
  var mark: String {
    let isConditional = summary != plainSummary
    return isConditional ? "\(plainSummary) if" : summary
  }

  /// The summary without what stands for conditions, as `10/min (all tools 100/day)`.
  private var plainSummary: String {
    var groups = summary.split(separator: "(").map { group in
      group.split(separator: ",").map { part in part.drop { $0 == " " }.prefix { $0 != ")" } }
        .filter { !$0.hasPrefix("checked") && !$0.hasPrefix("may ask") }
        .joined(separator: ", ")
    }
    guard !groups.isEmpty else { return summary }
    var text = groups.removeFirst()
    while text.hasSuffix(" ") { text.removeLast() }
    for group in groups where group != "all tools allow" { text += " (\(group))" }
    return text
  }

  /// The rule as a sentence about a tool.
  var inWords: String {
    let calls = conditions.isEmpty ? "calls" : "calls that meet the conditions"
    switch verdict {
    case .allow: return conditions.isEmpty ? "every call goes through" : "\(calls) go through"
    case .deny: return "every call is denied"
    case .limit: return "\(calls) go through up to \(plainSummary); more are denied until they fit"
    case .ask where conditions.isEmpty:
      return "every call waits for a person to approve it"
    case .ask: return "\(calls) wait for a person to approve them"
    case .hide: return "the tool is not listed, and calling it is answered as unknown"
    }
  }

  /// What an agent reads when it calls; nil if nothing of ours.
  var told: String? {
    let zero = limits.first { $0.max == 0 }
    switch verdict {
    case .allow: return nil
    case .limit:
      guard let limit = limits.first else {
        return "once a limit of all tools is reached: a denial with the time to wait"
      }
      return "once it is over: [gatehouse] denied: \(words(of: limit)). Rule \(limit.pointer). Retry after N s."
    case .deny where zero != nil: return zero.map { "[gatehouse] denied: \(words(of: $0)). Rule \($0.pointer)." }
    case .deny: return "[gatehouse] denied: \(reason ?? "the policy denies it"). Rule \(rule)."
    case .ask:
      guard summary.hasPrefix("ask") else {
        return "as long as nobody has decided: to call again with the same arguments"
      }
      let isForAll = source == .pattern("all_tools")
      return GoverningRule.Part.toldWhileWaiting(
        reason ?? "a person must approve \(isForAll ? "every tool call" : "this tool")", rule: rule)
    case .hide: return "Unknown tool"
    }
  }

  /// What the engine says when the limit is reached.
  private func words(of limit: Limit) -> String {
    let window = Int(limit.window) == nil ? limit.window : "\(limit.window) seconds"
    let text = limit.max == 0 ? "the limit is 0 per \(window)" : "rate limit of \(limit.max) per \(window) reached"
    return reason.map { "\(text): \($0)" } ?? text
  }
}

extension ResultEvent.Outcome {
  var words: String {
    switch self {
    case .ok: "ok"
    case .error: "error"
    case .toolError: "tool error"
    case .cancelled: "cancelled"
    case .lost: "lost"
    }
  }
}

extension Snapshot.Server.State {
  var glyph: String {
    switch self {
    case .running: "●"
    case .idle: "·"
    case .failed: "✗"
    }
  }

  var role: Role {
    switch self {
    case .running: .decisionAllow
    case .idle: .dim
    case .failed: .decisionDeny
    }
  }
}

/// A row of bars, the highest one full.
enum Sparkline {
  private static let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  static func spans(_ bars: [(total: Int, denied: Int)]) -> [TextSpan] {
    let most = max(1, bars.map(\.total).max() ?? 1)
    return bars.map { bar in
      guard bar.total > 0 else { return TextSpan("▁", .dim) }
      let level = min(levels.count - 1, bar.total * levels.count / (most + 1))
      return TextSpan(
        levels[level], bar.denied * 2 > bar.total ? .sparkHigh : bar.denied > 0 ? .sparkMiddle : .sparkLow)
    }
  }
}
