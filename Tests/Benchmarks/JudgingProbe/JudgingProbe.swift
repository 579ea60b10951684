import AllocationCount
import Glibc
import JSONText
import MCPWire
import Policy

/// Measures what a judgement costs: `JudgingProbe` for its time, `JudgingProbe allocations` for its memory, which is none.
@main
enum JudgingProbe {
  static func main() throws {
    switch CommandLine.arguments.dropFirst().first {
    case nil: try printTimes()
    case "allocations": try checkAllocations()
    default: fail("wants nothing, or `allocations`")
    }
  }

  static func fail(_ reason: String) -> Never {
    print("judging: \(reason)")
    exit(1)
  }

  // MARK: Memory

  /// Ends the program with 1 if one of a thousand judgements of any kind asks for memory.
  static func checkAllocations() throws {
    let before = allocation_count()
    let some = Array(repeating: before, count: 100 + Int(before % 2))
    guard allocation_count() > before, some.count >= 100 else { fail("allocations are not counted here") }
    var failures = 0
    for limitsAllTools in [false, true] {
      let engine = try Workload.engine(limitsAllTools: limitsAllTools)
      for kind in Workload.cases where !kind.readsArguments {
        let found = allocations(engine, kind)
        guard found > 0 else { continue }
        failures += 1
        print("judging: \(kind.name): \(found) allocations in 1,000 judgements")
      }
    }
    if failures > 0 { exit(1) }
    let kinds = Workload.cases.count { !$0.readsArguments }
    print("1,000 judgements of each of \(kinds) kinds asked for no memory")
  }

  static func allocations(_ engine: PolicyEngine, _ kind: Workload.Case) -> Int64 {
    var counters = Counters()
    counters.journal.begin()
    let calls = Workload.calls(kind)
    var now: Int64 = 1_700_000_000_000_000
    var found: Int64 = 0
    for round in 0..<1_300 {
      now += kind.step
      let before = allocation_count()
      let judgement = engine.judge(calls[round % 3], counters: &counters, at: Moment(microseconds: now))
      writeDown(&counters)
      let after = allocation_count()
      // Until then counts are made, and get the memory that they need.
      guard round >= 300 else { continue }
      found += after - before
      if judgement.decision.verdict != kind.verdict { fail("\(kind.name) became \(judgement.decision)") }
    }
    return found
  }

  // MARK: Time

  static func printTimes() throws {
    let engines = try [false, true].map(Workload.engine)
    let limit = Workload.cases.first { $0.name == "limit" } ?? Workload.cases[0]
    let (plain, kept) = (judging(engines[0], limit), judging(engines[0], limit, isKept: true))
    print(
      "To note two counts of a call for a file, and make them ready for it, takes \(Int((kept - plain).rounded())) ns.")
    print("To read 30,000 counts again takes \(try millisecondsToRestore(30_000)) ms.")
    print("")
    let table = Dictionary(uniqueKeysWithValues: Workload.names.map { ($0, $0.utf8.count) })
    print(
      "Nanoseconds of a processor with a policy of 5,000 tools; medians of \(batches) batches. \"read\" is what the gate needs to read the"
    )
    print("call itself (300 bytes), \"look-up\" one name in a dictionary of 5,000; limits of all tools are four more.")
    print("Who looks into the arguments reads them into a tree first, which is part of it.")
    print("")
    printRow(["", "judged", "of read", "+ all tools'", "of read", "read", "look-up"])
    for kind in Workload.cases {
      let line = Workload.line(kind)
      var reader = MessageReader()
      let reading = median { rounds in
        for _ in 0..<rounds where !read(line, with: &reader) { fail("the call cannot be read") }
      }
      let lookUp = median { rounds in
        var sum = 0
        for _ in 0..<rounds { sum += table[kind.tool] ?? 1 }
        if sum == 0 { fail("nothing was looked up") }
      }
      let judged = engines.map { judging($0, kind) }
      printRow(
        [kind.name]
          + judged.flatMap { [String(Int($0.rounded())), "\(Int(($0 / reading * 100).rounded())) %"] }
          + [reading, lookUp].map { String(Int($0.rounded())) })
    }
  }

  static let batches = 15

  /// What the gate does before it passes a call on that was counted, but for the copying itself.
  static func writeDown(_ counters: inout Counters) {
    guard counters.hasNews else { return }
    counters.journal.seal(7, from: 0)
    counters.journal.clear()
    _ = counters.takeLatest()
  }

  /// How long it takes to have so many counts again, each with three times.
  static func millisecondsToRestore(_ count: Int) throws -> Int {
    let text = #"{"version":"1","tools":{"*":{"limits":[{"window":"day","max":9}]}}}"#
    let engine = PolicyEngine(try PolicyDocument.read(Array(text.utf8)))
    var counters = Counters()
    for index in 0..<3 * count {
      let call = Call(server: "git", target: .tool(ExactText("a_tool_with_a_name_\(index % count)")), session: "1")
      _ = engine.judge(call, counters: &counters, at: Moment(microseconds: Int64(index)))
    }
    var (snapshot, cells, bytes) = (counters.snapshot(), [CounterCell](), [UInt8]())
    while snapshot.appendNext(to: &cells) {}
    for index in cells.indices {
      cells[index].seal(7, at: index)
      cells[index].append(to: &bytes)
    }
    let start = processorTime
    var restoration = CounterRestoration()
    restoration.begin(CounterHeader(.snapshot, lane: 0, number: 1, seed: 7, count: cells.count))
    let isRead = restoration.take(bytes.span)
    let restored = restoration.finish().count
    if !isRead || restored != count { fail("\(restored) counts were read again") }
    return Int((processorTime - start + 500_000) / 1_000_000)
  }

  static func judging(_ engine: PolicyEngine, _ kind: Workload.Case, isKept: Bool = false) -> Double {
    var counters = Counters()
    if isKept { counters.journal.begin() }
    let calls = Workload.calls(kind)
    let text = Array(Workload.arguments(filling: 200).utf8)
    var now: Int64 = 1_700_000_000_000_000
    return median { rounds in
      var agreed = 0
      for round in 0..<rounds {
        now += kind.step
        let judgement = engine.judge(
          calls[round % 3], counters: &counters, at: Moment(microseconds: now), arguments: { try? JSONNode.read(text) })
        if isKept { writeDown(&counters) }
        if judgement.decision.verdict == kind.verdict { agreed += 1 }
      }
      if agreed < rounds - 3 { fail("\(kind.name): other verdicts") }
    }
  }

  static func read(_ line: [UInt8], with reader: inout MessageReader) -> Bool {
    (try? reader.read(line.span, from: .client)) != nil
  }

  /// How long one round takes, in nanoseconds; `work` does as many as it is told.
  static func median(of work: (Int) -> Void) -> Double {
    let rounds = 20_000
    work(rounds)
    let times = (0..<batches).map { _ in
      let start = processorTime
      work(rounds)
      return Double(processorTime - start) / Double(rounds)
    }
    return times.sorted()[batches / 2]
  }

  /// What this program has used of a processor, so that what else runs changes little.
  static var processorTime: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  static func printRow(_ cells: [String]) {
    let widths = [22, 8, 9, 14, 9, 8, 9]
    let padded = zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      return index == 0 ? cell.0 + space : space + cell.0
    }
    print(padded.joined())
  }
}
