import Foundation
import Policy
import Testing

/// Times as people write them into a policy.
struct MomentTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01t00:00:00z", 0),
    ("1970-01-01T00:00:01.5Z", 1_500_000),
    ("1970-01-01T00:00:00.123456789Z", 123_456),
    ("1970-01-01T02:00:00+02:00", 0),
    ("1969-12-31T18:30:00.000001-05:30", 1),
    ("1970-01-01T00:00:00-00:00", 0),
    ("1970-01-01T00:00:00+23:59", -86_340_000_000),
    ("2000-02-29T00:00:00Z", 951_782_400_000_000),
    ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
    ("0000-02-29T00:00:00Z", -62_162_121_600_000_000),
    ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
  ])
  func isRead(_ text: String, _ microseconds: Int64) {
    #expect(Moment(rfc3339: text) == Moment(microseconds: microseconds))
  }

  @Test(arguments: [
    "", "2026-11-20", "2026-11-20T14:03:59", "2026-11-20 14:03:59Z", "2026-11-20T14:03Z", "2026-11-20T14:03:59.Z",
    "2026-11-20T14:03:59.1234567890Z", "2026-11-20T24:00:00Z", "2026-11-20T23:60:00Z", "2026-11-20T23:59:60Z",
    "2026-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-00-10T00:00:00Z", "2026-13-10T00:00:00Z", "2026-12-00T00:00:00Z", "2026-12-32T00:00:00Z",
    "2026-11-20T14:03:59+0200", "2026-11-20T14:03:59+2:00", "2026-11-20T14:03:59+24:00", "2026-11-20T14:03:59+02:60",
    "2026-11-20T14:03:59+02:00Z", "2026-11-20T14:03:59ZZ", "+026-11-20T14:03:59Z", "2026-11-20T14:03:59Z ",
    " 2026-11-20T14:03:59Z", "2026-11-20T14:03:59\u{2212}02:00", "２026-11-20T14:03:59Z", "2026-11-20T1-:03:59Z",
  ])
  func isNoTime(_ text: String) { #expect(Moment(rfc3339: text) == nil) }

  @Test func everyDayOfFourCenturiesIsAsFoundationSays() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for year in stride(from: 1896, through: 2405, by: 1) {
      for month in 1...12 {
        let date = try #require(calendar.date(from: DateComponents(year: year, month: month, day: 1)))
        let days = try #require(calendar.range(of: .day, in: .month, for: date)).count
        for day in [1, 27, 28, 29, 30, 31] {
          let moment = Moment(rfc3339: String(format: "%04d-%02d-%02dT00:00:00Z", year, month, day))
          let seconds = Int64(date.timeIntervalSince1970) + Int64(day - 1) * 86_400
          #expect(moment == (day <= days ? Moment(microseconds: seconds * 1_000_000) : nil))
        }
      }
    }
  }
}
