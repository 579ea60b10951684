internal import Policy

/// How often each of the rules of one tool has decided since the console's start.
struct RuleHits: Hashable, Sendable {
  struct Hit: Hashable, Sendable {
    var rule: String
    var verdict: Verdict
    var count: Int
  }

  /// More rules of one tool are not told apart.
  static let most = 8

  /// As they came.
  private(set) var hits: [Hit] = []

  mutating func count(_ calls: Int, rule: String, verdict: Verdict) {
    let calls = min(max(0, calls), 1 << 40)
    if let place = hits.firstIndex(where: { $0.verdict == verdict && $0.rule.utf8.elementsEqual(rule.utf8) }) {
      hits[place].count = min(hits[place].count + calls, 1 << 60)
    } else if hits.count < Self.most {
      hits.append(Hit(rule: rule, verdict: verdict, count: calls))
    }
  }
}
