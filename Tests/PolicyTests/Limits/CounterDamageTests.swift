import JSONText
import Policy
import SeededChance
import Testing

/// Files of counts that are not as they were written.
struct CounterDamageTests {
  static let policy = #"""
    {"version":"1","tools":{"*":{"limits":[{"window":"hour","max":3},
      {"counter":"\#(String(repeating: "é", count: 500))","window":60,"max":9,"cost":"args.n[0][\"a b\"]","scope":"server"},
      {"window":5,"max":8,"scope":"session"}]}}}
    """#

  /// Some calls that were written down.
  static func written(_ tools: Int = 20) throws -> (PolicyEngine, Counters, KeptFiles) {
    let engine = try engine(policy)
    var (counters, files) = (Counters(), KeptFiles())
    files.begin(&counters)
    let arguments = try json(#"{"n":[{"a b":0.25}]}"#)
    for index in 0..<tools {
      _ = engine.judge(
        call("tool \(index % 7)"), counters: &counters, at: Moment(seconds: index), arguments: { arguments })
      files.keep(&counters)
    }
    return (engine, counters, files)
  }

  /// What a snapshot holds, whatever places the counts have.
  static func contents(_ counters: Counters) -> [UInt8] { KeptFiles.snapshot(counters, number: 1).body }

  @Test func theSameIsReadEveryTime() throws {
    var (_, counters, files) = try Self.written()
    let once = files.restore().counters
    #expect(Self.contents(once) == Self.contents(files.restore().counters))
    #expect(Self.contents(once) == Self.contents(counters))
    #expect(once.count == 8, "seven tools' counts and a shared one, and none of a session")
    files.begin(&counters, isWhole: true)
    #expect(Self.contents(files.restore().counters) == Self.contents(once))
  }

  /// What stands before the damage counts, nothing of what stands behind it, and the damage is told.
  @Test(arguments: UInt64(1)...8)
  func damageEndsAFile(seed: UInt64) throws {
    var chance = Chance(seed)
    let (_, _, files) = try Self.written()
    for _ in 0..<100 {
      var damaged = files
      let place = chance.below(files.journals[0].body.count)
      damaged.journals[0].body[place] ^= 1 << UInt8(chance.below(8))
      let (counters, ends) = damaged.restore()
      let cell = place / CounterCell.size
      #expect(ends == [.damaged(missing: files.journals[0].header.count - cell)])
      var cut = files
      cut.journals[0] = cut.journals[0].cut(cell * CounterCell.size)
      #expect(Self.contents(counters) == Self.contents(cut.restore().counters))
    }
  }

  @Test func cellsOfAnotherPlaceOrFileAreDamage() throws {
    let (_, _, files) = try Self.written()
    var swapped = files
    let (first, second) = (files.journals[0].body[0..<32], files.journals[0].body[32..<64])
    swapped.journals[0].body.replaceSubrange(0..<64, with: second + first)
    #expect(swapped.restore().ends == [.damaged(missing: files.journals[0].header.count)])
    var other = files
    other.journals[0].header.seed += 1
    #expect(other.restore().counters.count == 0)
  }

  /// What is written behind the cells that were finished counts, too: its calls may not have been sent.
  @Test func whatWasNotFinishedCounts() throws {
    let (_, counters, files) = try Self.written()
    var early = files
    early.journals[0].header.count = 0
    early.journals[0].header.latest = nil
    let (restored, ends) = early.restore()
    #expect(ends == [.whole])
    #expect(Self.contents(restored) == Self.contents(counters))
  }

  /// Whatever bytes there are, also such as bear the right check, they are read in time and nothing traps.
  @Test(arguments: UInt64(1)...20)
  func anyBytesAreRead(seed: UInt64) throws {
    var chance = Chance(seed)
    let (engine, _, files) = try Self.written()
    var hostile = files
    let header = hostile.journals[0].header
    var cells = files.journals[0].body
    for _ in 0..<chance.below(40) {
      let cell = chance.below(cells.count / 32) * 32
      let word = cell + 4 + chance.below(4) * 7
      for byte in word..<min(word + 1 + chance.below(8), cell + 32) {
        cells[byte] = chance.pick([0, 1, 2, 3, 4, 5, 0x7F, 0x80, 0xFF])
      }
    }
    // Seals the cells anew.
    hostile.journals[0].body = []
    for start in stride(from: 0, to: cells.count, by: 32) {
      func word(_ index: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(cells[start + 8 * index + $1]) << UInt64(8 * $1) }
      }
      var cell = CounterCell(head: word(0), word(1), word(2), word(3))
      cell.seal(header.seed, at: start / 32)
      hostile.journals[0].append([cell])
    }
    hostile.journals[0].header.count = chance.pick([0, cells.count / 32, .max])
    hostile.journals[0].header.latest = chance.pick([nil, .min, .max])
    hostile.snapshot = chance.happens(oneIn: 2) ? hostile.journals[0] : nil
    var counters = hostile.restore().counters
    let arguments = try json(#"{"n":[{"a b":1}]}"#)
    for time in [Int64.min, 0, 30_000_000, .max] {
      _ = engine.judge(
        call("tool 1"), counters: &counters, at: Moment(microseconds: time), arguments: { arguments })
    }
    #expect(Self.contents(counters).count <= 2 * cells.count)
  }

  /// More counts than can be kept, of windows that do not end: what there is no place for is told.
  @Test func thereAreNeverTooManyCounts() throws {
    let engine = try engine(#"{"version":"1","tools":{"*":{"limits":[{"window":"day","max":3}]}}}"#)
    var restoration = CounterRestoration()
    for part in 0..<3 {
      var (counters, files) = (Counters(), KeptFiles())
      files.begin(&counters)
      for index in 0..<12_000 {
        _ = engine.decide(call("\(part) \(index)"), counters: &counters, at: Moment(seconds: part))
        if index % 100 == 99 { files.keep(&counters) }
      }
      restoration.begin(files.journals[0].header)
      let body = files.journals[0].body
      let isRead = restoration.take(body.span)
      let end = restoration.end()
      #expect(isRead && end == .whole)
    }
    let refused = restoration.refused
    #expect(refused == 36_000 - Counters.capacity)
    let counters = restoration.finish()
    #expect(counters.count == Counters.capacity)
  }

  /// Nobody takes what is noted: it stays bounded, and says that it is not all.
  @Test func whatIsNotTakenIsBounded() throws {
    let engine = try engine(#"{"version":"1","tools":{"*":{"limits":[{"window":"day","max":100000}]}}}"#)
    var counters = Counters()
    counters.journal.begin()
    for index in 0..<2 * CounterJournal.most {
      _ = engine.decide(call("\(index % 3)"), counters: &counters, at: Moment(seconds: 1))
    }
    #expect(counters.journal.isIncomplete)
    #expect(counters.journal.cells.count == CounterJournal.most)
    counters.journal.begin()
    #expect(!counters.journal.isIncomplete)
  }

  @Test func headersAreReadStrictly() throws {
    let header = CounterHeader(.snapshot, lane: 3, number: 17, seed: .max, latest: -5, count: 9)
    let bytes = header.bytes
    #expect(Self.read(bytes) == header)
    for place in bytes.indices.prefix(CounterHeader.latestPlace) {
      var changed = bytes
      changed[place] ^= 1
      let isVersion = (8..<16).contains(place)
      #expect(Self.refusal(changed) == (isVersion && place > 8 ? .later : .foreign), "byte \(place)")
    }
    for place in CounterHeader.latestPlace..<CounterHeader.countPlace {
      var changed = bytes
      changed[place] ^= 1
      #expect(Self.read(changed)?.latest == .some(nil))
    }
    #expect(Self.refusal(Array(bytes.dropLast())) == .foreign)
    #expect(Self.refusal([]) == .foreign)
  }

  static func read(_ bytes: [UInt8]) -> CounterHeader? { try? CounterHeader(bytes.span) }

  static func refusal(_ bytes: [UInt8]) -> CounterHeader.Refusal? {
    do throws(CounterHeader.Refusal) {
      _ = try CounterHeader(bytes.span)
      return nil
    } catch {
      return error
    }
  }
}
