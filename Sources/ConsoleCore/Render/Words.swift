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
  /// The rule as a sentence about a tool.
  var inWords: String {
    switch verdict {
    case .allow: "every call goes through"
    case .deny: "every call is denied"
    case .limit: "calls go through up to \(summary); more are denied until they fit"
    case .ask: "every call waits for a person"
    case .hide: "the tool is not listed, and calling it is answered as unknown"
    }
  }

  /// What an agent reads when it calls; nil if nothing of ours.
  var told: String? {
    switch verdict {
    case .allow: nil
    case .limit:
      "once it is over: [gatehouse] denied: \(reason ?? "more than \(summary)"). Rule \(rule). Retry after N s."
    case .deny, .ask: "[gatehouse] denied: \(reason ?? "the policy denies it"). Rule \(rule)."
    case .hide: "Unknown tool"
    }
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
