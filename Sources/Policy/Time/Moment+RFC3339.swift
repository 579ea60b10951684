extension Moment {
  /// The moment as RFC 3339 in UTC with microseconds: `2026-11-20T14:03:59.000120Z`.
  package var rfc3339: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27)
    appendRFC3339(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends what `rfc3339` is, without making a string.
  package func appendRFC3339(to bytes: inout [UInt8]) {
    let (second, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let (day, ofDay) = second.flooredDivision(by: 86_400)
    let date = CivilDate(daysSinceEpoch: day)
    Self.append(date.year, 4, then: 0x2D, to: &bytes)
    Self.append(date.month, 2, then: 0x2D, to: &bytes)
    Self.append(date.day, 2, then: 0x54, to: &bytes)
    Self.append(ofDay / 3600, 2, then: 0x3A, to: &bytes)
    Self.append(ofDay / 60 % 60, 2, then: 0x3A, to: &bytes)
    Self.append(ofDay % 60, 2, then: 0x2E, to: &bytes)
    Self.append(fraction, 6, then: 0x5A, to: &bytes)
  }

  /// The time of day in UTC, `14:03:59`.
  package var timeOfDay: String { String(rfc3339.dropFirst(11).prefix(8)) }

  /// Reads a time of RFC 3339: `2026-11-20T14:03:59Z`, `2026-11-20t16:03:59.5+02:00`.
  ///
  /// A fraction may have up to nine digits or be missing. Nil for anything else, among it days that no calendar has,
  /// leap seconds, and times without an offset.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74,
      let year = Self.digits(bytes[0..<4]), let month = Self.digits(bytes[5..<7]),
      let day = Self.digits(bytes[8..<10]), let time = Self.hourAndMinute(bytes[11..<16]), bytes[16] == 0x3A,
      let second = Self.digits(bytes[17..<19]), second < 60,
      1...12 ~= month, day >= 1, day <= CivilDate.days(of: month, in: year)
    else { return nil }
    var rest = bytes[19...]
    var fraction: Int64 = 0
    if rest.first == 0x2E {
      let written = rest.dropFirst().prefix { 0x30...0x39 ~= $0 }
      guard 1...9 ~= written.count, let value = Self.digits(written) else { return nil }
      fraction = value
      for _ in 0..<max(0, 6 - written.count) { fraction *= 10 }
      for _ in 0..<max(0, written.count - 6) { fraction /= 10 }
      rest = rest.dropFirst(1 + written.count)
    }
    guard let offset = Self.offset(rest) else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    self.init(microseconds: (days * 86_400 + time + second - offset) * 1_000_000 + fraction)
  }

  /// `Z`, `+02:00`: how many seconds the written time is ahead of UTC.
  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let sign = bytes.first else { return nil }
    switch sign {
    case 0x5A, 0x7A: return bytes.count == 1 ? 0 : nil
    case 0x2B: return hourAndMinute(bytes.dropFirst())
    case 0x2D: return hourAndMinute(bytes.dropFirst()).map { -$0 }
    default: return nil
    }
  }

  /// The seconds of `14:03`.
  private static func hourAndMinute(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let start = bytes.startIndex
    guard bytes.count == 5, bytes[start + 2] == 0x3A, let hour = digits(bytes[start..<start + 2]), hour < 24,
      let minute = digits(bytes[start + 3..<start + 5]), minute < 60
    else { return nil }
    return hour * 3600 + minute * 60
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for byte in bytes {
      guard 0x30...0x39 ~= byte else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    return value
  }

  /// Appends a number with at least `width` digits, and the character behind it.
  private static func append(_ value: Int64, _ width: Int, then end: UInt8, to bytes: inout [UInt8]) {
    var scale: Int64 = 1
    for _ in 1..<width { scale *= 10 }
    var rest = value
    if rest < 0 || rest >= scale * 10 {  // years outside of 0 to 9999: no clock of ours shows them
      bytes.append(contentsOf: String(rest).utf8)
    } else {
      while scale > 0 {
        bytes.append(0x30 + UInt8(truncatingIfNeeded: rest / scale))
        rest %= scale
        scale /= 10
      }
    }
    bytes.append(end)
  }
}

/// A day of the Gregorian calendar, by the arithmetic of 400-year eras that begin in March.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSinceEpoch days: Int64) {
    let (era, ofEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * ofYear + 2) / 153
    day = ofYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// How many days a month has.
  static func days(of month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  var daysSinceEpoch: Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
    return era * 146_097 + ofEra - 719_468
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
