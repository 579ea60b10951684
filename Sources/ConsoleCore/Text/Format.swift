package import Policy

/// Numbers and times as people read them.
package enum Format {
  /// `1204` is `1,204`.
  package static func count(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value.magnitude).utf8)
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// `1 tool`, `2 tools`, `0 tools`.
  package static func count(_ value: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? one : many ?? one + "s")"
  }

  /// A short span of time: `0.08ms`, `12ms`, `1.2s`, `2m05s`.
  package static func span(microseconds: Int64) -> String {
    let value = max(0, microseconds)
    switch value {
    case ..<10_000: return "\(value / 1000).\(padded(value % 1000 / 10, 2))ms"
    case ..<1_000_000: return "\(value / 1000)ms"
    case ..<60_000_000: return "\(value / 1_000_000).\(value % 1_000_000 / 100_000)s"
    default: return "\(value / 60_000_000)m\(padded(value / 1_000_000 % 60, 2))s"
    }
  }

  /// Minutes and seconds: `0:07`, `12:30`, `3:00:00`.
  package static func timer(microseconds: Int64) -> String {
    let seconds = max(0, microseconds) / 1_000_000
    let hours = seconds / 3600
    let rest = "\(hours > 0 ? padded(seconds / 60 % 60, 2) : String(seconds / 60)):\(padded(seconds % 60, 2))"
    return hours > 0 ? "\(hours):\(rest)" : rest
  }

  /// The time of day: `11:42:07`, with milliseconds `11:42:07.123`.
  package static func clock(_ moment: Moment, secondsFromGMT: Int, milliseconds: Bool = false) -> String {
    let day: Int64 = 86_400_000_000
    let shifted = moment.advanced(byMicroseconds: Int64(clamping: secondsFromGMT).multiplied(1_000_000)).microseconds
    let inDay = ((shifted % day) + day) % day
    let seconds = inDay / 1_000_000
    let text = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return milliseconds ? "\(text).\(padded(inDay / 1000 % 1000, 3))" : text
  }

  /// The number with zeros before it, to some digits.
  static func padded(_ value: Int64, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}

extension Int64 {
  /// The product, held at the ends of the range.
  func multiplied(_ other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
