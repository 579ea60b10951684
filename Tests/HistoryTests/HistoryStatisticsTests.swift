import ControlWire
import History
import JSONText
import Policy
import SeededChance
import Testing

struct HistoryStatisticsTests {
  private func statistics(_ made: inout Made, _ count: Int) -> HistoryStatistics {
    var builder = HistoryBuilder()
    for number in 0..<count { builder.take(made.next().span, at: number) }
    var statistics = HistoryStatistics()
    var texts = HistoryStatistics.ForTexts(builder.texts)
    for block in builder.blocks { statistics.add(block, 0..<block.count, &texts) }
    return statistics
  }

  @Test(arguments: 1...5)
  func numbersAreThoseOfCountingOneByOne(_ seed: UInt64) throws {
    var made = Made(seed)
    let statistics = statistics(&made, 9_000)
    let events = made.events
    #expect(statistics.total.calls == events.count)
    for verdict in Verdict.allCases {
      #expect(statistics.total.count(verdict) == events.count { $0.event.decision.verdict == verdict })
    }
    #expect(statistics.total.observed == events.count { !$0.event.decision.isEnforced })
    #expect(statistics.total.latency.count == made.results.count)
    let failures: Set<ResultEvent.Outcome> = [.error, .toolError, .lost]
    #expect(statistics.total.failed == made.results.values.count { failures.contains($0.outcome) })
    #expect(statistics.total.bytes == made.results.values.reduce(0) { $0 + Int64($1.bytes) })
    for line in statistics.lines(.tool) {
      let calls = events.filter { $0.event.server == line.server && ($0.event.tool ?? $0.event.method) == line.name }
      #expect(line.counts.calls == calls.count)
      #expect(line.counts.latency.longest == calls.compactMap { made.results[$0.sequence]?.took }.max() ?? 0)
    }
    #expect(statistics.lines(.client).map(\.counts.calls).reduce(0, +) == events.count)
    for line in statistics.lines(.rule) {
      #expect(line.counts.calls == events.count { $0.event.decision.rule == line.name.string })
    }
    let sorted = statistics.lines(.server).map(\.counts.calls)
    #expect(sorted == sorted.sorted(by: >))
    let minutes = Dictionary(grouping: events) { $0.time.microseconds / 60_000_000 }.mapValues(\.count)
    let busiest = try #require(statistics.busiest)
    #expect(busiest.calls == minutes.values.max())
    #expect(minutes[busiest.minute.microseconds / 60_000_000] == busiest.calls)
    #expect(statistics.first == events.first?.time && statistics.last == events.last?.time)
  }

  /// `cafe` with an accent of its own is another tool than the one with the letter.
  @Test func namesAreToldApartByTheirBytes() {
    var made = Made(3)
    let statistics = statistics(&made, 9_000)
    let names = statistics.lines(.tool).filter { $0.name.string == "café" }.map { Array($0.name.utf8).count }
    #expect(Set(names) == [5, 6])
  }

  @Test(arguments: [1, 31, 32, 33, 63, 64, 65, 1_000, 999_999, 86_400_000_000, 1 << 40])
  func aPercentileIsNearToWhatItIs(_ took: Int) throws {
    var latency = LatencyHistogram()
    latency.add(Int64(took))
    latency.add(Int64.max)
    let found = try #require(latency.percentile(50))
    #expect(abs(Double(found) - Double(took)) <= 0.02 * Double(took))
    #expect(latency.percentile(100) == latency.percentile(99))
  }

  @Test func percentilesAreThoseOfTheSortedValues() throws {
    var chance = Chance(8)
    var latency = LatencyHistogram()
    var values: [Int64] = []
    #expect(latency.percentile(50) == nil)
    for _ in 0..<5_000 {
      let value = Int64(chance.below(1 << (1 + chance.below(30))))
      values.append(value)
      latency.add(value)
    }
    values.sort()
    for percent in [1, 50, 90, 95, 99, 100] {
      let exact = Double(values[max(0, (values.count * percent + 99) / 100 - 1)])
      let found = Double(try #require(latency.percentile(percent)))
      #expect(abs(found - exact) <= 0.02 * exact + 1, "\(percent)")
    }
    #expect(latency.longest == values.last)
  }
}
