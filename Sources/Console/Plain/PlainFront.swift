internal import ConsoleCore
internal import ControlWire
internal import Policy
internal import System

/// The console as lines of text: read from standard input, written to standard output.
@LoopActor
final class PlainFront: ConsoleFront {
  private static let longestLine = 64 << 10

  private unowned let engine: ConsoleEngine
  private let script: String?
  private var level = PlainText.Level.denied
  private var input: InStream?
  private var typed: [UInt8] = []
  private var waiting: [(line: String, typed: Moment)] = []
  private var hasEnded = false
  /// A line was refused, or not understood.
  private var hasFailed = false
  private var isSettled = false
  private var needsPrompt = true

  init(_ engine: ConsoleEngine, script: String?) {
    self.engine = engine
    self.script = script
  }

  func start() {
    engine.know(
      size: Size(columns: 80, rows: 24), glyphs: .ascii, theme: ShippedThemes.standard, isPlain: true)
    if let script { readScript(script) }
    do throws(SystemError) {
      input = try InStream(
        try Descriptor.duplicate(0), received: { [weak self] bytes in self?.take(bytes) },
        ended: { [weak self] _ in self?.inputEnded() })
    } catch {
      StandardError.write("gatehouse: \(error)\n")
      engine.finish(1)
    }
  }

  func close() {
    input?.close()
    if engine.state.policy.isDirty {
      let fate = engine.isLeft ? "are lost" : "are kept: the next console for this policy offers them"
      StandardError.write("gatehouse: \(engine.state.policy.unsaved) unsaved changes \(fate)\n")
    }
  }

  private func readScript(_ path: String) {
    do throws(SystemError) {
      let text = String(decoding: try SafeFile.read(path, limit: 1 << 20), as: UTF8.self)
      waiting = text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix("#") }
        .map { ($0, Loop.shared.now) }
    } catch {
      StandardError.write("gatehouse: \(error)\n")
      engine.finish(1)
    }
  }

  func took(_ message: ConsoleMessage) {
    guard isSettled else { return }
    say(PlainText.lines(for: message, in: engine.state, level: level))
    if let id = PlainText.requestToTell(by: message, in: engine.state) { tell { PlainText.tell(id, in: &$0) } }
  }

  /// Prints what changes the state by being printed.
  private func tell(_ body: (inout ConsoleState) -> [String]) {
    var lines: [String] = []
    engine.change { state in
      lines = body(&state)
      return []
    }
    guard !lines.isEmpty else { return }
    say(lines)
  }

  func settle() {
    if !isSettled { greetWhenKnown() }
    guard isSettled else { return }
    // The next line waits for what the gate makes of a save, and for a tool's page.
    while !waiting.isEmpty, !engine.isOver, !isWaiting {
      let next = waiting.removeFirst()
      run(next.line, typed: next.typed)
    }
    guard !engine.isOver, !isWaiting else { return }
    if hasEnded { return end() }
    if needsPrompt {
      needsPrompt = false
      print(PlainText.prompt(engine.state))
    }
  }

  private var isWaiting: Bool { engine.state.isSaving || engine.state.isAsking }

  /// Commands wait until the file was read and the gate has answered or is known to be absent.
  private func greetWhenKnown() {
    guard engine.state.isSettled else { return }
    isSettled = true
    say(PlainText.greeting(engine.state))
    tell { PlainText.tellWaiting(in: &$0) }
  }

  private func run(_ line: String, typed: Moment) {
    needsPrompt = true
    var answer: PlainText.Answer?
    engine.change { state in
      let run = PlainText.run(line, typed: typed, on: &state)
      answer = run
      return []
    }
    guard let answer else { return }
    if let level = answer.level { self.level = level }
    hasFailed = hasFailed || answer.isError
    say(answer.lines)
    for effect in answer.effects { engine.perform(effect) }
  }

  // MARK: Lines

  private func take(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == 0x0A {
        waiting.append((String(decoding: typed, as: UTF8.self), Loop.shared.now))
        typed = []
      } else if byte != 0x0D, typed.count < Self.longestLine {
        typed.append(byte)
      }
    }
    engine.change { _ in [] }
  }

  /// The end of the input says how it went.
  private func end() {
    switch engine.state.overlay {
    case .confirm, .merge, .left: say(["not done, for nobody said yes"])
    default: break
    }
    engine.finish(hasFailed || engine.state.policy.isDirty ? 1 : 0)
  }

  private func inputEnded() {
    hasEnded = true
    engine.change { _ in [] }
  }

  private func say(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    // What is told in between goes below the prompt, which then stands there again.
    let start = needsPrompt ? "" : "\n"
    needsPrompt = true
    print(start + lines.map { $0 + "\n" }.joined())
  }

  private func print(_ text: String) {
    if !StandardOutput.write(text) { engine.finish() }
  }

  func perform(_ effect: FrontEffect) {
    switch effect {
    case .bell: print("\u{7}")
    case .copy(let text): say([text])
    case .edit(let path, _): say(["the policy file is \(path)"])
    case .editText(let edit, _, _):
      engine.take(.textEdited(edit, .failed("lines of text have no editor: write the policy file with yours")))
    case .suspend, .redraw, .use, .useMouse, .notify: break
    }
  }
}
