/// Numbers of the record, as people read them.
package enum HistoryWords {
  /// `850us`, `4.2ms`, `1.7s`, `3m12s`, `2h05m`.
  package static func span(_ microseconds: Int64) -> String {
    switch microseconds {
    case ..<1_000: "\(max(0, microseconds))us"
    case ..<1_000_000: "\(tenths(microseconds, 1_000))ms"
    case ..<60_000_000: "\(tenths(microseconds, 1_000_000))s"
    case ..<3_600_000_000: "\(microseconds / 60_000_000)m\(two(microseconds / 1_000_000 % 60))s"
    default: "\(microseconds / 3_600_000_000)h\(two(microseconds / 60_000_000 % 60))m"
    }
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// With one digit behind the point below 100.
  private static func tenths(_ number: Int64, _ unit: Int64) -> String {
    if number >= 100 * unit { return "\(number / unit)" }
    return "\(number / unit).\(number % unit * 10 / unit)"
  }

  /// `1,234,567`.
  package static func count(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
