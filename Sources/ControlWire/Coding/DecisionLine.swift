internal import JSONText
package import Policy
package import Risk

/// What stands where in the line of a decision that is written as `EventEncoder` writes it.
package struct DecisionLine: Sendable {
  /// Places of texts, without their quotes.
  package var time: Range<Int>
  package var session: Range<Int>
  package var client: Range<Int>
  package var grant: Range<Int>
  package var server: Range<Int>
  package var method: Range<Int>
  package var tool: Range<Int>?
  package var rule: Range<Int>
  package var reason: Range<Int>?
  package var revision: Range<Int>?
  package var digest: Range<Int>?
  /// Where the arguments stand, which nobody has looked at here: they may be no JSON.
  package var arguments: Range<Int>?
  /// Something in them was replaced by a word.
  package var isMasked = false
  package var sequence: Int
  package var severity: Severity?
  package var category: Category?
  package var verdict: Verdict
  package var isEnforced: Bool
  package var retryAfterMilliseconds: Int?
  package var took: Int
  /// Whether all texts are printable ASCII without escapes; anything else has not been looked at closely.
  package var isPlain: Bool

  private static let severities = Severity.allCases
  private static let categories = Category.allCases
  private static let verdicts = Verdict.allCases

  /// Nil for any other line, among them some that are decisions all the same.
  package init?(_ bytes: Span<UInt8>) {
    var line = LineScanner()
    guard line.take("{\"seq\":", bytes), let sequence = line.number(bytes), line.take(",\"time\":\"", bytes),
      let time = line.string(bytes), line.take(",\"event\":\"decision\",\"session\":\"", bytes),
      let session = line.string(bytes), line.take(",\"client\":\"", bytes), let client = line.string(bytes),
      line.take(",\"grant\":\"", bytes), let grant = line.string(bytes), line.take(",\"server\":\"", bytes),
      let server = line.string(bytes), line.take(",\"method\":\"", bytes), let method = line.string(bytes)
    else { return nil }
    self.sequence = sequence
    self.time = time
    self.session = session
    self.client = client
    self.grant = grant
    self.server = server
    self.method = method
    if line.take(",\"tool\":\"", bytes) {
      guard let found = line.string(bytes) else { return nil }
      tool = found
    }
    if line.take(",\"risk\":\"", bytes) {
      guard let word = line.string(bytes), let found = Self.severities.first(where: { $0.rawValue.equals(word, bytes) })
      else { return nil }
      severity = found
    }
    if line.take(",\"category\":\"", bytes) {
      guard let word = line.string(bytes), let found = Self.categories.first(where: { $0.rawValue.equals(word, bytes) })
      else { return nil }
      category = found
    }
    guard line.take(",\"verdict\":\"", bytes), let word = line.string(bytes),
      let verdict = Self.verdicts.first(where: { $0.rawValue.equals(word, bytes) }),
      line.take(",\"enforced\":", bytes)
    else { return nil }
    self.verdict = verdict
    isEnforced = line.take("true", bytes)
    guard isEnforced || line.take("false", bytes), line.take(",\"rule\":\"", bytes), let rule = line.string(bytes)
    else {
      return nil
    }
    self.rule = rule
    if line.take(",\"reason\":\"", bytes) {
      guard let found = line.string(bytes) else { return nil }
      reason = found
    }
    if line.take(",\"retry_after_ms\":", bytes) {
      guard let found = line.number(bytes) else { return nil }
      retryAfterMilliseconds = found
    }
    if line.take(",\"policy\":\"", bytes) {
      guard let found = line.string(bytes) else { return nil }
      revision = found
    }
    guard line.take(",\"took_us\":", bytes), let took = line.number(bytes) else { return nil }
    self.took = took
    if line.take(",\"args_digest\":\"", bytes) {
      guard let found = line.string(bytes) else { return nil }
      digest = found
    }
    isMasked = line.take(",\"args_masked\":true", bytes)
    if line.take(",\"args\":", bytes) {
      guard let found = line.takeAllButBrace(bytes) else { return nil }
      arguments = found
    }
    guard line.take("}", bytes), line.isAtEnd(bytes) else { return nil }
    isPlain = line.isPlain
  }
}

extension String {
  /// Whether the bytes of a range are this text.
  func equals(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    let own = utf8Span.span
    guard own.count == range.count else { return false }
    for index in own.indices where own[index] != bytes[range.lowerBound + index] { return false }
    return true
  }
}
