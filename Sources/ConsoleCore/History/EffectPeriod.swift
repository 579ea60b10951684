internal import Filters

/// How far back in the record the effect of unsaved edits is looked for.
package struct EffectPeriod: Hashable, Sendable {
  /// In microseconds; nil for the whole record.
  package let length: Int64?

  package static let standard = EffectPeriod(length: 7 * day)
  /// Those that a key goes through.
  package static let usual = [
    EffectPeriod(length: hour), EffectPeriod(length: day), standard, EffectPeriod(length: 30 * day),
    EffectPeriod(length: nil),
  ]

  private static let hour: Int64 = 3_600_000_000
  private static let day: Int64 = 24 * hour

  private init(length: Int64?) { self.length = length }

  /// Reads `90s`, `5m`, `1h`, `7d` or `all`; nil for anything else.
  package init?(_ text: String) {
    if text == "all" {
      length = nil
      return
    }
    guard text.utf8.last.map({ $0 >= 0x61 }) ?? false, let span = FilterText.span(text), span > 0 else { return nil }
    length = span
  }

  /// The next of the usual ones that reaches further back; the shortest after the longest.
  var next: EffectPeriod {
    guard let length else { return Self.usual[0] }
    return Self.usual.first { $0.length.map { $0 > length } ?? true } ?? Self.usual[0]
  }

  /// `7 days`, `whole record`.
  var short: String {
    guard let length else { return "whole record" }
    for (name, unit) in [("day", Self.day), ("hour", Self.hour), ("minute", 60_000_000), ("second", 1_000_000)]
    where length % unit == 0 {
      return Format.count(Int(length / unit), name)
    }
    return Format.span(microseconds: length)
  }

  /// `the last 7 days`, `the whole record`.
  var words: String {
    guard length != nil else { return "the whole record" }
    return "the last \(short.hasPrefix("1 ") ? String(short.dropFirst(2)) : short)"
  }
}
