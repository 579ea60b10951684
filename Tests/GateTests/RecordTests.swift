import ControlWire
import Gate
import JSONText
import Policy
import Store
import System
import Testing

/// A record that fails when it is told to, and asks what was written meanwhile.
final class Sink: RecordSink {
  private(set) var lines: [JSONNode] = []
  private var waiting: [JSONNode] = []
  private(set) var lost: UInt64 = 0
  private(set) var commits = 0
  private(set) var hurries = 0
  private(set) var settled = 0
  var isFull = false
  var lastSequence: UInt64 { 41 }
  var state: RecordState? { nil }

  func append(_ line: Span<UInt8>) {
    let text = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
    guard let node = try? JSONNode.read(text) else {
      Issue.record("no JSON: \(String(decoding: text, as: UTF8.self))")
      return
    }
    waiting.append(node)
  }

  func commit() throws(SystemError) {
    commits += 1
    if isFull { throw SystemError("write the record", code: 28) }
    lines += waiting
    waiting = []
  }

  func discard() {
    lost += UInt64(waiting.count)
    waiting = []
  }

  func use(_ sync: RecordSync) {}
  func hurry() { hurries += 1 }
  func settle() throws(SystemError) { settled = lines.count }

  func has(_ tool: String) -> Bool { lines.contains { $0["tool"]?.string == tool && $0["verdict"]?.string == "allow" } }
}

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(1)))
  struct RecordTests {
    init() { Loop.startThread() }

    @Test("P5: what is recorded is what is told, and goes on from the record's last number") @LoopActor
    func P5_everyNumberedEventIsRecorded() async throws {
      let sink = Sink()
      let rig = try Rig(record: sink)
      defer { rig.close() }
      let watcher = try await rig.subscriber()
      let client = try rig.session()
      try await client.initialize()
      for _ in 0..<20 {
        client.call("echo")
        _ = try await client.answer()
      }
      client.endInput()
      _ = await client.exit()
      var told = 0
      while true {
        switch await watcher.next() {
        case .session(let event) where event.state == .closed: told += 1
        case .decision, .result, .session, .server, .policy, .toolsChanged:
          told += 1
          continue
        default: continue
        }
        break
      }
      #expect(told >= 44)
      #expect(await eventually { sink.lines.count > told })
      let numbers = sink.lines.map { $0["seq"]?.integer }
      #expect(numbers == (0..<numbers.count).map { 42 + $0 })
      #expect(sink.lines.filter { $0["event"]?.string == "result" }.count == 20)
      // Results ride along with the next decision.
      #expect(sink.commits < 40)
    }

    @Test("P5: a full disk denies, tells it, and is over when there is room") @LoopActor
    func P5_aFullDiskDenies() async throws {
      let sink = Sink()
      let rig = try Rig(record: sink)
      defer { rig.close() }
      let watcher = try await rig.subscriber()
      let client = try rig.session()
      try await client.initialize()
      client.call("echo")
      #expect(try await client.answer()["result"]?["isError"] == nil)
      sink.isFull = true
      for _ in 0..<3 {
        client.call("echo")
        let result = try await client.answer()["result"]
        #expect(result?["isError"]?.bool == true)
        #expect(result?["_meta"]?["gatehouse/decision"]?["rule"]?.string == "(record)")
        let text = result?["content"]?.elements?.first?["text"]?.string ?? ""
        #expect(text.contains("cannot write the record: No space left on device"))
      }
      client.request("ping")
      #expect(try await client.answer()["result"] != nil)
      watcher.send(.snapshot(id: 5))
      sink.isFull = false
      client.call("echo", #"{"again":true}"#)
      #expect(try await client.answer()["result"]?["isError"] == nil)

      var seen: [String] = []
      var denied = 0
      while seen.count < 3 {
        switch await watcher.next() {
        case .record(let event):
          seen.append(event.state.rawValue)
          if event.state == .resumed { #expect(event.lost >= 3) } else { #expect(event.isDenying) }
        case .decision(let event) where event.decision.rule == "(record)": denied += 1
        case .snapshot(let snapshot, _):
          seen.append("snapshot")
          #expect(snapshot.record?.detail == "cannot write the record: No space left on device")
        default: continue
        }
      }
      #expect(Set(seen) == ["failing", "snapshot", "resumed"])
      #expect(denied == 3)
      #expect(sink.lines.count { $0["event"]?.string == "decision" } == 2)
      #expect(!sink.lines.contains { $0["event"]?.string == "record" })
    }

    @Test @LoopActor func whereItMayFailCallsGoOnAndTheLossIsTold() async throws {
      let sink = Sink()
      let rig = try Rig(record: sink, onFailure: .continue)
      defer { rig.close() }
      let watcher = try await rig.subscriber()
      let client = try rig.session()
      try await client.initialize()
      sink.isFull = true
      for _ in 0..<3 {
        client.call("echo")
        #expect(try await client.answer()["result"]?["isError"] == nil)
      }
      sink.isFull = false
      client.call("echo")
      _ = try await client.answer()
      var states: [RecordEvent.State] = []
      while states.last != .resumed {
        guard case .record(let event) = await watcher.next() else { continue }
        states.append(event.state)
        #expect(!event.isDenying)
        if event.state == .resumed { #expect(event.lost >= 3) }
      }
      #expect(states == [.failing, .resumed])
    }

    @Test("P5: a state folder that is none denies, and is taken once it is one") @LoopActor
    func P5_aRecordThatCannotBeOpenedDenies() async throws {
      let folder = try TemporaryFolder.make("gatehouse-gate-tests")
      // In the way of the folder of the segments.
      try SafeFile.replace("\(folder)/record", with: [])
      let rig = try Rig(in: folder)
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      client.call("echo")
      let denied = try await client.answer()["result"]
      #expect(denied?["_meta"]?["gatehouse/decision"]?["rule"]?.string == "(record)")
      try SafeFile.remove("\(folder)/record")
      client.call("echo")
      #expect(try await client.answer()["result"]?["isError"] == nil)
      let text = try SafeFile.read("\(folder)/record/0-000001.jsonl", limit: 1 << 20)
      #expect(String(decoding: text, as: UTF8.self).contains(#""tool":"echo""#))
    }

    @Test("an idle gate removes what is too old, of its own and of a gate that is dead") @LoopActor
    func anIdleGateTidiesItsRecord() async throws {
      let folder = try TemporaryFolder.make("gatehouse-gate-tests")
      let records = "\(folder)/record"
      let today = Clock.now()
      do {
        // Each gate has a lane, and began a file each day; the second died a week ago.
        let lanes = [try StateLane.claim(in: folder), try StateLane.claim(in: folder)]
        for day in (0...10 as ClosedRange<Int64>).reversed() {
          for lane in lanes where lane.number == 0 || day >= 7 {
            var options = RecordOptions(folder: records, lane: lane.number, build: "b")
            let time = today.advanced(byMicroseconds: -day * 86_400_000_000 - 60_000_000)
            options.now = { time }
            let writer = try RecordWriter(options)
            let line = #"{"seq":\#(writer.lastSequence + 1),"time":"\#(time.rfc3339)","event":"x"}"#
            writer.append(Array(line.utf8).span)
            try writer.commit()
          }
        }
      }
      let rig = try Rig(in: folder, tidyPauses: 50_000...50_000)
      defer { rig.close() }
      await pause(microseconds: 200_000)
      #expect(try SafeFile.names(in: records).count == 16, "nothing is to go yet")
      try SafeFile.replace("\(folder)/config.json", with: Array(#"{"record": {"keep_days": 3}}"#.utf8))
      let control = try Control(rig)
      control.send(.reload(id: 1))
      #expect(
        await eventually {
          let names = Set((try? SafeFile.names(in: records)) ?? [])
          return names.isDisjoint(with: ["0-000001.jsonl", "0-000007.jsonl", "1-000004.jsonl"])
        })
      let report = try RecordVerifier.verify(records)
      #expect(report.isWhole && report.lanes.map(\.begins?.number) == [9, 5])
      // Nothing is to go any more, so nothing is written.
      let names = try SafeFile.names(in: records).sorted()
      #expect(names.first == "0-000009.jsonl" && names.last == "1-000005.jsonl")
      await pause(microseconds: 300_000)
      #expect(try SafeFile.names(in: records).sorted() == names)
    }

    @Test @LoopActor func whereManyCallsComeTheyNeedNotWaitUntilLinesAreWritten() async throws {
      let sink = Sink()
      let rig = try Rig(record: sink)
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      client.call("echo")
      _ = try await client.answer()
      #expect(await eventually { sink.settled == sink.lines.count && sink.has("echo") })
      #expect(sink.hurries == 0)
      client.send(
        (100..<400).map { id in
          #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo","arguments":{}}}"#
        }.joined(separator: "\n"))
      for _ in 0..<300 { _ = try await client.answer() }
      #expect(await eventually { sink.hurries > 0 && sink.settled == sink.lines.count && sink.settled > 600 })
    }

    @Test @LoopActor func writingIsTriedOnceInATurn() async throws {
      let sink = Sink()
      let rig = try Rig(record: sink)
      defer { rig.close() }
      let client = try rig.session()
      try await client.initialize()
      sink.isFull = true
      client.call("echo")
      _ = try await client.answer()
      await pause(microseconds: 50_000)
      let before = sink.commits
      // As one piece they are read together.
      client.send(
        (100..<200).map { id in
          #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo","arguments":{}}}"#
        }.joined(separator: "\n"))
      for _ in 0..<100 { #expect(try await client.answer()["result"]?["isError"]?.bool == true) }
      #expect(sink.commits - before <= 6)
    }
  }
}
