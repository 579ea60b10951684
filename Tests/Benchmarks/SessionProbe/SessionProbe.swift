import AllocationCount
import GateCore
import Glibc
import JSONText
import MCPWire
import Policy

/// Measures what one call costs inside the gate, without input and output.
///
/// `SessionProbe` prints times and allocations; `SessionProbe run CALLS IN_FLIGHT BYTES` does nothing but calls, for
/// callgrind and perf; `SessionProbe allocations` ends with 1 if a call asks for more memory than it may.
@main
enum SessionProbe {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case nil: try printAll()
    case "run":
      let numbers = words.dropFirst().compactMap { Int($0) }
      guard numbers.count == 3, numbers.allSatisfy({ $0 > 0 }) else { fail("run wants CALLS IN_FLIGHT BYTES") }
      let traffic = try Traffic(inFlight: numbers[1], bytes: numbers[2])
      for _ in 0..<max(1, numbers[0] / numbers[1]) { traffic.round() }
    case "allocations": try checkAllocations()
    default: fail("wants nothing, `run CALLS IN_FLIGHT BYTES` or `allocations`")
    }
  }

  static func fail(_ reason: String) -> Never {
    print("session: \(reason)")
    exit(1)
  }

  // MARK: Memory

  /// How often a call and its answer may ask for memory.
  private static let mostAllocations = 0.5

  static func checkAllocations() throws {
    let before = allocation_count()
    let some = Array(repeating: before, count: 100 + Int(before % 2))
    guard allocation_count() > before, some.count >= 100 else { fail("allocations are not counted here") }
    let found = try allocations(inFlight: 64)
    guard found <= mostAllocations else {
      fail("a call asks for memory \(rounded(found)) times, and may \(rounded(mostAllocations)) times")
    }
    print("a call and its answer asked for memory \(rounded(found)) times")
  }

  static func allocations(inFlight: Int) throws -> Double {
    let traffic = try Traffic(inFlight: inFlight, bytes: 300)
    for _ in 0..<2_000 / inFlight { traffic.round() }
    let rounds = 2_000 / inFlight
    let before = allocation_count()
    for _ in 0..<rounds { traffic.round() }
    return Double(allocation_count() - before) / Double(rounds * inFlight)
  }

  // MARK: Time

  static func printAll() throws {
    print("Nanoseconds of a processor for one tools/call and its answer, with a policy of 5,000 tools and a limit:")
    print("framing, reading, judging, rebuilding and the events of the stream; medians of \(batches) batches.")
    print("")
    for (inFlight, bytes) in [(1, 300), (64, 300), (1, 4_096), (4, 1_000_000)] {
      let traffic = try Traffic(inFlight: inFlight, bytes: bytes)
      let rounds = max(1, 4_000_000 / (inFlight * (bytes + 700)))
      let time = median(rounds) { for _ in 0..<rounds { traffic.round() } } / Double(inFlight)
      printRow("\(bytes) bytes, \(inFlight) in flight", time, of: nil)
    }
    try printPins()
    let allocated = try [1, 64].map { rounded(try allocations(inFlight: $0)) }
    print("allocations a call: \(allocated[0]) with 1 in flight, \(allocated[1]) with 64")
    print("")
    print("Parts of it, 300 bytes:")
    try printParts()
  }

  /// What pins cost a call, in turns: of one of 5,000 pinned tools, beside one of which nobody has been told.
  static func printPins() throws {
    let (bare, pinned) = (
      try Traffic(inFlight: 1, bytes: 300, pins: 0), try Traffic(inFlight: 1, bytes: 300, pins: 5_000)
    )
    var ratios: [Double] = []
    var times: [Double] = []
    for _ in 0..<5 {
      let without = median(4_000) { for _ in 0..<4_000 { bare.round() } }
      times.append(median(4_000) { for _ in 0..<4_000 { pinned.round() } })
      ratios.append(times[times.count - 1] / without)
    }
    printRow("300 bytes, 5,000 pinned tools", times.sorted()[2])
    let ratio = (ratios.sorted()[2] * 100).rounded() / 100
    print("  that is \(ratio) times a call of a tool that nobody has listed and so has no pin")
  }

  static func printParts() throws {
    let rounds = 20_000
    let call = Traffic.call(id: 4_711, bytes: 300)
    let answer = Traffic.answer(id: 4_711, bytes: 300)
    var framer = LineFramer()
    printRow(
      "framing both",
      median(rounds) {
        for _ in 0..<rounds {
          framer.feed(call.span)
          guard framer.next() != nil, framer.next() == nil else { fail("no line") }
          framer.feed(answer.span)
          guard framer.next() != nil, framer.next() == nil else { fail("no line") }
        }
      })
    let callLine = Array(call.dropLast())
    let answerLine = Array(answer.dropLast())
    var reader = MessageReader()
    printRow(
      "reading the call",
      median(rounds) {
        for _ in 0..<rounds {
          guard let message = try? reader.read(callLine.span, from: .client), message.kind == .request else {
            fail("unread")
          }
        }
      })
    printRow(
      "reading the answer",
      median(rounds) {
        for _ in 0..<rounds {
          guard let message = try? reader.read(answerLine.span, from: .server), message.kind == .result else {
            fail("unread")
          }
        }
      })
    let engine = try Traffic.engine()
    var counters = Counters()
    let wanted = Call(server: "echo", target: .tool("echo"), session: "abc-1", client: "probe")
    var now: Int64 = 1_700_000_000_000_000
    printRow(
      "judging",
      median(rounds) {
        for _ in 0..<rounds {
          now += 5
          let judgement = engine.judge(wanted, counters: &counters, at: Moment(microseconds: now))
          guard judgement.decision.verdict == .allow else { fail("not allowed") }
        }
      })
    guard let request = try? reader.read(callLine.span, from: .client), let arguments = request.arguments,
      let result = try? reader.read(answerLine.span, from: .server)
    else { fail("unread") }
    var out: [UInt8] = []
    printRow(
      "rebuilding both",
      median(rounds) {
        for round in 0..<rounds {
          out.removeAll(keepingCapacity: true)
          out.appendRequest(request, callLine.span, id: UInt64(round))
          out.appendAnswer(result, answerLine.span, id: "4711")
        }
      })
    printRow(
      "digest of the arguments",
      median(rounds) {
        for _ in 0..<rounds {
          out.removeAll(keepingCapacity: true)
          out.appendCompact(callLine.span, arguments)
          guard ContentDigest(of: out.span).hexadecimal.utf8.count == 64 else { fail("no digest") }
        }
      })
  }

  static let batches = 15

  /// How long one round takes, in nanoseconds; `work` does `rounds` of them.
  static func median(_ rounds: Int, _ work: () -> Void) -> Double {
    work()
    let times = (0..<batches).map { _ in
      let start = processorTime
      work()
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

  static func printRow(_ name: String, _ time: Double, of whole: Double? = nil) {
    let number = String(Int(time.rounded()))
    print("  " + name + String(repeating: " ", count: max(1, 40 - name.utf8.count - number.utf8.count)) + number)
  }

  static func rounded(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
