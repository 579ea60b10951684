internal import AttackCorpus
internal import Glibc
internal import JSONText
internal import System

/// One client's session through the proxy.
@LoopActor
final class AttackSession {
  let proxy: ProxyProcess
  private let record: String
  private let patience: Int64
  private var era = Attack.Era.legacy
  private var probes = 0
  /// How much of the record was looked at.
  private var looked = 0

  init(_ proxy: ProxyProcess, record: String, patience: Int64) {
    self.proxy = proxy
    self.record = record
    self.patience = patience
  }

  private var deadline: Int64 { SteadyTime.microseconds + patience }

  // MARK: Honest messages

  /// Begins a session as an honest client does; false if that does not work.
  func greet(_ era: Attack.Era) -> Bool {
    self.era = era
    // Some proxies take their time to start.
    let deadline = deadline + 20_000_000
    switch era {
    case .stateless:
      guard let answer = ask(stateless("server/discover", id: "hello"), "hello", until: deadline),
        answer["result"] != nil
      else { return false }
      _ = ask(stateless("tools/list", id: "tools"), "tools", until: deadline)
    case .legacy, .batches:
      let hello =
        #"{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"\#(era.rawValue)","#
        + #""capabilities":{"sampling":{},"elicitation":{},"roots":{}},"clientInfo":{"name":"selftest","version":"1"}}}"#
      guard let answer = ask(hello, "hello", until: deadline),
        answer["result"]?["protocolVersion"]?.string == era.rawValue
      else { return false }
      let ready = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"# + "\n"
      guard proxy.write(Array(ready.utf8), until: deadline) else { return false }
      _ = ask(#"{"jsonrpc":"2.0","id":"tools","method":"tools/list","params":{}}"#, "tools", until: deadline)
    }
    guard probe(until: deadline) else { return false }
    proxy.forgetLines()
    _ = arrived()
    return true
  }

  private func stateless(_ method: String, id: String, _ params: String = "") -> String {
    let comma = params.isEmpty ? "" : ","
    return
      #"{"jsonrpc":"2.0","id":"\#(id)","method":"\#(method)","params":{\#(params)\#(comma)\#(AttackCorpus.statelessMeta)}}"#
  }

  private func ask(_ request: String, _ id: String, until deadline: Int64) -> JSONNode? {
    guard proxy.write(Array((request + "\n").utf8), until: deadline) else { return nil }
    var found: JSONNode?
    _ = proxy.wait(until: deadline) { line in
      guard let node = try? JSONNode.read(line), node["id"]?.string == id, node["method"] == nil else { return false }
      found = node
      return true
    }
    return found
  }

  /// Makes an honest call, which must be answered honestly.
  private func probe(until deadline: Int64) -> Bool {
    probes += 1
    let id = "live-\(probes)"
    let call =
      switch era {
      case .stateless: stateless("tools/call", id: id, #""name":"allowed","arguments":{}"#)
      case .legacy, .batches:
        #"{"jsonrpc":"2.0","id":"\#(id)","method":"tools/call","params":{"name":"allowed","arguments":{}}}"#
      }
    guard let answer = ask(call, id, until: deadline), let result = answer["result"] else { return false }
    return result["isError"]?.bool != true
  }

  // MARK: Attacks

  func make(_ attack: Attack) -> SelfTestReport.Row {
    proxy.forgetLines()
    let first = probes + 1
    // The second call shows that nothing of the attack is still on its way where messages overtake each other.
    let isAlive = proxy.write(attack.client, until: deadline) && probe(until: deadline) && probe(until: deadline)
    var asked = Attack.asked(in: attack.client)
    for number in first...max(first, probes) { asked["\"live-\(number)\""] = 1 }
    let seen = attack.seen(atServer: arrived()) + attack.seen(atClient: proxy.lines, asked: asked)
    return .init(attack: attack, seen: seen, proxy: isAlive ? .answers : proxy.hasEnded ? .died : .hangs)
  }

  /// What arrived at the server since this was asked last.
  private func arrived() -> [UInt8] {
    guard let file = try? Descriptor.open(record, O_RDONLY), lseek(file.number, off_t(looked), SEEK_SET) >= 0 else {
      return []
    }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe read(file.number, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      text += chunk[..<count]
    }
    looked += text.count
    return text
  }
}
