import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import Store
import System
import Testing

/// All tests of the gate: they run one after the other, for they measure descriptors and times.
@Suite(.serialized) enum GateBehaviour {}

struct Missing: Error {}

func texts(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }
func texts(_ words: String...) -> [[UInt8]] { texts(words) }

/// Something that is told, in order, and waited for.
@LoopActor
final class Signalled<Value: Sendable> {
  private var values: [Value] = []
  private var waiters: [CheckedContinuation<Value, Never>] = []

  init() {}

  func send(_ value: Value) {
    if waiters.isEmpty { values.append(value) } else { waiters.removeFirst().resume(returning: value) }
  }

  func next() async -> Value {
    // A task of the test library lets others in at every `await`, so the look and the wait are one step in here.
    await withCheckedContinuation { waiter in
      if values.isEmpty { waiters.append(waiter) } else { waiter.resume(returning: values.removeFirst()) }
    }
  }
}

@LoopActor
func pause(microseconds: Int64) async {
  let passed = Signalled<Void>()
  Loop.shared.after(microseconds: microseconds) { passed.send(()) }
  await passed.next()
}

/// Waits until something holds, asking again and again, for ten seconds at most.
@LoopActor
func eventually(_ condition: @LoopActor () -> Bool) async -> Bool {
  for _ in 0..<2000 {
    if condition() { return true }
    await pause(microseconds: 5_000)
  }
  return false
}

/// A gate in this very process, over a folder of its own.
@LoopActor
final class Rig {
  let folder: String
  let paths: Paths
  let gate: GateProcess
  private let listener: ControlListener

  static let allowing = #"{"version":"1","default":"allow"}"#

  init(
    policy: String? = Rig.allowing, in folder: String? = nil, record: (any RecordSink)? = nil,
    onFailure: RecordFailurePolicy = .deny, answersFrom source: GateConfiguration.Approvals.Source = .anyone,
    notify: [String]? = nil, tidyPauses: ClosedRange<Int64>? = nil, processes: any ProcessTable = Neighbourhood()
  ) throws {
    Signals.ignoreBrokenPipes()
    if let folder { self.folder = folder } else { self.folder = try TemporaryFolder.make("gatehouse-gate-tests") }
    Leftovers.add(self.folder)
    paths = try Paths(
      environment: ["GATEHOUSE_HOME": self.folder],
      in: Paths.Circumstances(user: ThisProcess.user, home: nil, directory: "/"))
    if let policy { try SafeFile.replace(paths.policy, with: Array(policy.utf8)) }
    try SafeFile.replace("\(self.folder)/server.py", with: Array(Rig.server.utf8))
    var options = ServeOptions(paths: paths, build: "test", isBackground: false, idleExit: nil)
    options.configuration.record.onFailure = onFailure
    options.configuration.approvals.from = source
    options.configuration.approvals.notify = notify
    if let tidyPauses { options.tidyPauses = tidyPauses }
    gate = GateProcess(options, record: record, processes: processes)
    listener = try ControlListener(at: paths.socket, gate: gate)
  }

  func close() {
    gate.stop(hastily: true)
    listener.close()
    try? TemporaryFolder.remove(folder)
  }

  func write(policy: String) throws { try SafeFile.replace(paths.policy, with: Array(policy.utf8)) }

  /// Starts a session over pipes.
  func session(_ words: [String], name: ExactText = "plain") throws -> Client {
    try Client(self, .command(texts(words), name: name))
  }

  /// Starts a session with the small server below.
  func session(_ options: String..., name: ExactText = "plain") throws -> Client {
    try session(["python3", "\(folder)/server.py"] + options, name: name)
  }

  func subscriber() async throws -> Control {
    let control = try Control(self)
    control.send(.subscribe(since: nil, budget: nil, id: 1))
    while await control.next() != .done(id: 1) {}
    return control
  }

  /// The process of a server that runs.
  func pid(ofServer name: ExactText) async throws -> Int32 {
    let control = try Control(self)
    control.send(.subscribe(since: 0, budget: nil, id: nil))
    while true {
      if case .server(let event) = await control.next(), event.server == name, let pid = event.pid {
        control.close()
        return pid
      }
    }
  }

  /// A server of the older era that does what the names of its tools say.
  static let server = #"""
    import json, os, signal, sys, time
    options = sys.argv[1:]
    if "ignore-end" in options:
      signal.signal(signal.SIGTERM, lambda *_: (print("asked to end", file=sys.stderr, flush=True), os._exit(9)))
    def say(message):
      sys.stdout.write(json.dumps(message) + "\n"); sys.stdout.flush()
    tools = [o[5:] for o in options if o.startswith("tool=")] or ["echo", "slow", "die"]
    for line in sys.stdin:
      m = json.loads(line)
      method, id = m.get("method"), m.get("id")
      if method == "initialize":
        say({"jsonrpc": "2.0", "id": id, "result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
          "serverInfo": {"name": "plain", "version": "1"}}})
      elif method == "ping":
        say({"jsonrpc": "2.0", "id": id, "result": {}})
      elif method == "tools/list":
        say({"jsonrpc": "2.0", "id": id, "result": {"tools": [{"name": t, "inputSchema": {"type": "object"}} for t in tools]}})
      elif method == "tools/call":
        name = m["params"]["name"]
        if name == "slow": time.sleep(0.3)
        if name == "die": os.kill(os.getpid(), signal.SIGKILL)
        if name == "stop-reading":
          say({"jsonrpc": "2.0", "id": id, "result": {"content": []}})
          while True: time.sleep(100)
        if name == "flood":
          note = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x" * 50000}})
          while True: sys.stdout.write((note + "\n") * 20)
        say({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": json.dumps(m["params"].get("arguments"))}]}})
    # Short, because a signal that comes just before a sleep does not cut it off.
    while "ignore-end" in options: time.sleep(0.02)
    """#
}

/// The processes as a test wants them to be: this one, and perhaps one above it that holds all pipes.
struct Neighbourhood: ProcessTable {
  var terminal: Int32 = 0
  /// The process above this one; a client, as it has every file open.
  var client: Int32?
  var program: SafeFile.Identity? = SafeFile.identity(of: "/")
  var isVisible = true

  func facts(of pid: Int32) -> ProcessFacts? {
    if pid == client { return ProcessFacts(ProcessIdentity(pid: pid, started: 1), name: "agent", parent: 0) }
    guard isVisible, pid == ThisProcess.pid else { return nil }
    return ProcessFacts(
      ProcessIdentity(pid: pid, started: 2), name: "tests", parent: client ?? 0, terminal: terminal)
  }

  func holds(_ pid: Int32, anyOf files: Set<SafeFile.Identity>) -> Bool? { pid == client && !files.isEmpty }
  var all: [Int32] { [ThisProcess.pid] + (client.map { [$0] } ?? []) }
  func program(of pid: Int32) -> SafeFile.Identity? { pid == ThisProcess.pid ? program : nil }
}

/// One connection to the gate's control socket.
@LoopActor
final class Control {
  private let socket: LineSocket
  private let messages = Signalled<GateEvent>()
  private let end = Signalled<LineSocket.End>()

  /// Connects, says hello and perhaps passes descriptors with a first request.
  init(_ rig: Rig, greeting: Bool = true, first: ControlRequest? = nil, descriptors: [Int32] = []) throws {
    let connection = try UnixSocket.connect(to: rig.paths.socket)
    if greeting {
      _ = try UnixSocket.send(
        ControlRequest.hello(version: 1, build: "test").encoded, descriptors: [], over: connection.number)
    }
    if let first { _ = try UnixSocket.send(first.encoded, descriptors: descriptors, over: connection.number) }
    socket = try LineSocket(connection, longestLine: 64 << 20)
    socket.received = { [messages] line in
      if let message = try? GateMessage.read(line) { messages.send(message.event) }
    }
    socket.ended = { [end] in end.send($0) }
  }

  func send(_ request: ControlRequest) { socket.send(request.encoded) }
  func send(text: String) { socket.send(Array(text.utf8)) }
  func next() async -> GateEvent { await messages.next() }
  func closed() async -> LineSocket.End { await end.next() }
  func close() { socket.close() }
  /// Reads nothing from now on.
  func stopReading() { socket.received = nil }
}

/// What an MCP client is to the gate: three descriptors and a connection that waits for the exit.
@LoopActor
final class Client {
  private let control: Control
  private let out: OutQueue
  private var input: InStream?
  private var errorInput: InStream?
  private var pending: [UInt8] = []
  private let lines = Signalled<[UInt8]>()
  private let end = Signalled<Void>()
  private(set) var complaints = ""
  private(set) var received = 0
  private var id = 0

  init(_ rig: Rig, _ server: ControlWire.Attachment.Server) throws {
    let (stdin, toServer) = try Descriptor.pipe().release()
    let (fromServer, stdout) = try Descriptor.pipe().release()
    let (fromErrors, stderr) = try Descriptor.pipe().release()
    control = try Control(
      rig,
      first: .attach(
        ControlWire.Attachment(server: server, directory: rig.folder, environment: texts("PATH=/usr/bin:/bin", "A=b"))),
      descriptors: [stdin, stdout, stderr])
    for passed in [stdin, stdout, stderr] { Glibc.close(passed) }
    out = try OutQueue(own: Descriptor(owning: toServer))
    input = try InStream(
      own: Descriptor(owning: fromServer), received: { [weak self] in self?.take($0) },
      ended: { [end] _ in end.send(()) })
    errorInput = try InStream(
      own: Descriptor(owning: fromErrors),
      received: { [weak self] bytes in
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        self?.complaints += String(decoding: copy, as: UTF8.self)
      }, ended: { _ in })
  }

  private func take(_ bytes: Span<UInt8>) {
    received += bytes.count
    unsafe bytes.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
    while let newline = pending.firstIndex(of: 0x0A) {
      lines.send(Array(pending[..<newline]))
      pending.removeSubrange(...newline)
    }
  }

  /// How much of what this client wrote the gate has not taken.
  var unsent: Int { out.count }
  var isReading: Bool {
    get { !(input?.isPaused ?? true) }
    set { input?.isPaused = !newValue }
  }

  func send(_ line: String) {
    var bytes = Array(line.utf8)
    bytes.append(0x0A)
    out.write(&bytes)
  }

  /// Sends a request and gives its id.
  @discardableResult
  func request(_ method: String, _ params: String = "{}") -> Int {
    id += 1
    send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#)
    return id
  }

  @discardableResult
  func call(_ tool: String, _ arguments: String = "{}") -> Int {
    request("tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)}"#)
  }

  func initialize() async throws {
    request(
      "initialize", #"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}"#)
    _ = try await answer()
    send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
  }

  /// The next message from the server.
  func answer() async throws -> JSONNode { try JSONNode.read(await lines.next()) }

  func event() async -> GateEvent { await control.next() }

  func exit() async -> ControlWire.ExitStatus? {
    while true {
      switch await control.next() {
      case .exit(let status): return status
      case .refused: return nil
      default: continue
      }
    }
  }

  /// Waits until the gate has closed the client's output.
  func outputEnded() async { await end.next() }
  func endInput() { out.closeWhenEmpty() }
  /// What the end of the client's process does.
  func vanish() {
    control.close()
    out.close()
    input?.close()
    errorInput?.close()
  }
}

func openDescriptors() -> Int {
  var count = 0
  guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
  while unsafe readdir(folder) != nil { count += 1 }
  unsafe closedir(folder)
  return count
}

func isAlive(_ pid: Int32) -> Bool {
  guard let stat = try? SafeFile.read("/proc/\(pid)/stat", limit: 4096) else { return false }
  let text = String(decoding: stat, as: UTF8.self)
  guard let close = text.lastIndex(of: ")") else { return false }
  return text[close...].dropFirst(2).first != "Z"
}
