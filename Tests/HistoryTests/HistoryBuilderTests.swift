import ControlWire
import History
import JSONText
import Policy
import SeededChance
import Testing

struct HistoryBuilderTests {
  @Test func rowsSayWhatTheLinesSaid() {
    var made = Made(9)
    var builder = HistoryBuilder()
    var offset = 0
    for _ in 0..<12_000 {
      let line = made.next()
      builder.take(line.span, at: offset)
      offset += line.count + 1
    }
    let rows = builder.blocks.flatMap { block in (0..<block.count).map { HistoryRow(builder.texts, block, $0) } }
    #expect(builder.blocks.count > 1)
    #expect(builder.blocks.allSatisfy { $0.fits(builder.texts) })
    #expect(rows.count == made.events.count)
    for (row, (sequence, time, event)) in zip(rows, made.events) {
      var event = event
      event.argumentsDigest = nil
      event.decision.retryAfter = nil
      #expect(row.sequence == sequence && row.time == time && row.event == event)
      let result = made.results[sequence]
      #expect(row.end.outcome == result?.outcome && row.endTook == result?.took ?? 0)
      #expect(row.bytes == Int64(result?.bytes ?? 0))
    }
    #expect(Set(builder.texts.shapes).count == builder.texts.shapes.count)
    #expect(builder.texts.sources.count < 200)
  }

  @Test func goesOnWhereItWasLeft() {
    var made = Made(10)
    var whole = HistoryBuilder()
    var parts = HistoryBuilder()
    var late = 0
    var blocks: [HistoryBlock] = []
    for number in 0..<20_000 {
      let line = made.next()
      whole.take(line.span, at: number)
      parts.take(line.span, at: number)
      guard number % 700 == 699 else { continue }
      blocks += parts.blocks.dropLast()
      late += parts.late.count
      parts = HistoryBuilder(parts.texts, last: parts.blocks.last)
    }
    blocks += parts.blocks
    #expect(parts.texts == whole.texts)
    #expect(blocks.map(\.callBytes) == whole.blocks.map(\.callBytes))
    let differing = zip(blocks, whole.blocks).map { a, b in zip(a.ends.outcomes, b.ends.outcomes).count { $0 != $1 } }
    #expect(differing.reduce(0, +) <= late)
  }

  @Test func aResultOfAnEarlierBlockIsGivenOut() {
    var builder = HistoryBuilder()
    let line =
      #"{"seq":9,"time":"2026-11-21T00:00:00.000001Z","event":"result","seq_of_decision":4,"outcome":"ok","took_us":5,"bytes":6}"#
    builder.take(Array(line.utf8).span, at: 0)
    #expect(builder.late.map(\.sequence) == [4])
    #expect(builder.blocks.map(\.count) == [0])
  }

  @Test func readsWhatIsWrittenOtherwise() {
    var builder = HistoryBuilder()
    let line = """
      { "time": "2026-11-21T00:00:00Z", "seq": 3, "event": "decision", "session": "s", "client": "c", "grant": "local",
      "server": "git", "method": "tools/call", "tool": "p\\u0075sh", "verdict": "deny", "enforced": true, "rule": "(default)",
      "took_us": 4, "more": [1] }
      """.replacing("\n", with: " ")
    builder.take(Array(line.utf8).span, at: 77)
    #expect(builder.blocks[0].offsets == [77])
    #expect(builder.texts.shapes.first?.tool == "push")
  }

  @Test(arguments: [
    "", "{", "{}", "null", "\u{0}", "{\"seq\":1}", "{\"seq\":1,\"time\":\"2026\",\"event\":\"decision\"}",
    #"{"time":"2026-11-21T00:00:00Z","event":"record","state":"begun"}"#,
    #"{"seq":99999999999999999999,"time":"2026-11-21T00:00:00.000000Z","event":"decision","session":"s"}"#,
    #"{"seq":1,"time":"2026-11-21T00:00:00.000000Z","event":"tick","counts":[1]}"#,
  ])
  func passesOverWhatIsNoDecision(_ line: String) {
    var builder = HistoryBuilder()
    builder.take(Array(line.utf8).span, at: 0)
    #expect(builder.blocks.map(\.count) == [0])
    #expect(builder.late.isEmpty)
  }

  @Test func bytesAreReadBackAndNothingElseIs() {
    var made = Made(11)
    var builder = HistoryBuilder()
    for number in 0..<900 { builder.take(made.next().span, at: number) }
    let block = builder.blocks[0]
    var read = HistoryBlock(calls: block.callBytes)
    read?.ends = HistoryBlock.Ends(block.ends.encoded, rows: block.count) ?? HistoryBlock.Ends()
    #expect(read == block)
    #expect(HistoryBlock(calls: Array(block.callBytes.dropLast())) == nil)
    #expect(HistoryBlock.Ends(block.ends.encoded, rows: block.count - 1) == nil)
    var wrong = block.ends.encoded
    wrong[wrong.count - 1] = 99
    #expect(HistoryBlock.Ends(wrong, rows: block.count) == nil)
    var texts = HistoryTexts()
    texts.reasons = []
    for kind in HistoryTexts.Kind.allCases {
      let isAdded = texts.add(kind, from: 0, builder.texts.encoded(kind, from: 0))
      #expect(isAdded)
    }
    #expect(texts == builder.texts)
    let isMisplaced = texts.add(.reasons, from: 0, Array("[]".utf8))
    let isOdd = texts.add(.shapes, from: texts.shapes.count, Array("[[1]]".utf8))
    #expect(!isMisplaced && !isOdd)
  }
}
