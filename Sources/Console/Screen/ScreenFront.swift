internal import ConsoleCore
internal import ControlWire
internal import Policy
internal import System
internal import Terminal

/// The console on a full screen.
@LoopActor
final class ScreenFront: ConsoleFront {
  private unowned let engine: ConsoleEngine
  private let terminal: Terminal
  private var decoder = InputDecoder()
  private var decoderTimer: LoopTimer?
  private var pacer = FramePacer()
  private var frameTimer: LoopTimer?
  private var inputWatch: Watch?
  private var noticeWatch: Watch?
  private var editor: Editor?
  /// What the picture on its way shows to be decided about.
  private var pictured: DecisionFace?
  private let tellsIdle: Bool
  private let scriptPath: String?
  private var script: [ConsoleScript.Step] = []

  init(_ engine: ConsoleEngine, _ terminal: Terminal, _ options: ConsoleProgram.Options) {
    self.engine = engine
    self.terminal = terminal
    tellsIdle = options.environment["GATEHOUSE_TEST"] == "1"
    scriptPath = options.script
  }

  func start() {
    let (theme, problem) = engine.firstTheme()
    let glyphs: GlyphSet = terminal.choice.hasUnicode ? .unicode : .ascii
    engine.know(size: terminal.size, glyphs: glyphs, theme: theme.name)
    use(theme)
    if let problem = readScript() {
      StandardError.write("gatehouse: \(problem)\n")
      return engine.finish(1)
    }
    guard terminal.enter() else { return engine.finish(1) }
    do throws(SystemError) {
      inputWatch = try Watch(terminal.descriptor, .readable) { [weak self] readiness in self?.ready(readiness) }
      noticeWatch = try Watch(terminal.noticeDescriptor, .readable) { [weak self] _ in self?.takeNotices() }
    } catch {
      return engine.finish(1)
    }
    if let problem { engine.take(.note(Note(.warning, problem))) }
    // The first picture comes before anything else is known.
    pacer.want(.person, at: Loop.shared.now)
    draw()
  }

  func close() {
    for timer in [decoderTimer, frameTimer] { timer?.cancel() }
    inputWatch?.cancel()
    noticeWatch?.cancel()
    terminal.leave()
  }

  // MARK: What the engine says

  func took(_ message: ConsoleMessage) {
    switch message {
    case .gate(let gate):
      switch gate.event {
      case .decision, .result, .session, .server, .tick, .gap, .toolsChanged: pacer.want(.stream, at: Loop.shared.now)
      case .done, .refused: pacer.want(.answer, at: Loop.shared.now)
      case .approval, .approvalDetails, .lockdown: pacer.want(.call, at: Loop.shared.now)
      default: pacer.want(.news, at: Loop.shared.now)
      }
    case .input, .resized: pacer.want(.person, at: Loop.shared.now)
    // Nothing looks different yet; when it does, the clock says so.
    case .drawn, .crowded: break
    default: pacer.want(.news, at: Loop.shared.now)
    }
  }

  func settle() {
    guard let due = pacer.due, !terminal.isWaiting, editor == nil else { return }
    guard due > Loop.shared.now else { return draw() }
    frameTimer?.cancel()
    frameTimer = Loop.shared.after(microseconds: due.microseconds(since: Clock.now())) { [weak self] in self?.draw() }
  }

  private func draw() {
    frameTimer?.cancel()
    frameTimer = nil
    guard !engine.isOver, editor == nil, !terminal.isWaiting else { return }
    pacer.drew(at: Loop.shared.now)
    let picture = engine.picture()
    pictured = engine.state.undrawnFace
    handle(terminal.present(picture))
  }

  private func handle(_ delivery: Terminal.Delivery) {
    switch delivery {
    case .done:
      inputWatch?.want(.readable)
      if let face = pictured {
        pictured = nil
        engine.take(.drawn(face))
      }
      if pacer.due == nil { takeScriptStep() }
      if tellsIdle, pacer.due == nil { terminal.tellIdle() }
      settle()
    case .waiting: inputWatch?.want([.readable, .writable])
    case .gone: lostTerminal()
    }
  }

  func perform(_ effect: FrontEffect) {
    switch effect {
    case .suspend: suspend()
    case .bell: terminal.bell()
    case .redraw: terminal.redraw()
    case .copy(let text):
      let said = terminal.copy(text) ? "copied \(text.utf8.count) bytes" : "this terminal has no clipboard for that"
      engine.take(.note(Note(.info, said)))
    case .edit(let path, let line): edit(path, line)
    case .use(let theme): use(theme)
    case .useMouse(let isUsed): terminal.useMouse(isUsed)
    case .editText(let edit, let text, let line): editText(edit, text, line)
    case .notify(let text, let notice): terminal.notify(text, notice)
    }
  }

  private func use(_ theme: Theme) {
    let depth = terminal.depth
    terminal.use { theme.style($0, on: $1, depth: depth) }
  }

  // MARK: What the terminal says

  private func ready(_ readiness: Readiness) {
    if readiness.contains(.writable), terminal.isWaiting { handle(terminal.flush()) }
    guard readiness.contains(.readable) || readiness.contains(.hangup), editor == nil else { return }
    switch terminal.read() {
    case .bytes(let bytes): take(decoder.feed(bytes))
    case .nothing: break
    case .gone: lostTerminal()
    }
  }

  /// The terminal takes or sends nothing any more: after a signal, which then says how to end, or because it is closed.
  private func lostTerminal() {
    takeNotices()
    engine.finish()
  }

  private func take(_ events: [InputEvent]) {
    // What came with other keys was not typed at what the screen shows now.
    let isCrowded = events.count > 1 || !events.isEmpty && (decoder.needsTimeout || terminal.hasUnread)
    if isCrowded { engine.take(.crowded(true)) }
    for event in events where !engine.isOver { engine.take(.input(event)) }
    if isCrowded { engine.take(.crowded(false)) }
    decoderTimer?.cancel()
    decoderTimer = decoder.patience.map { patience in
      Loop.shared.after(microseconds: Int64(patience) * 1000) { [weak self] in
        guard let self else { return }
        take(decoder.timeout())
      }
    }
  }

  private func takeNotices() {
    for notice in terminal.notices() {
      switch notice {
      case .resized:
        if terminal.resize() { engine.take(.resized(terminal.size)) }
      case .stop: editor == nil ? suspend() : terminal.stopAsIs()
      case .continued:
        // Stopped by someone else, who may have left the terminal in any state.
        if editor == nil { comeBack(terminal.enter()) }
      // A closed terminal is a way to leave, not an error.
      case .end(let signal): engine.finish(signal == Terminal.hangUp ? 0 : 128 + signal)
      }
    }
  }

  private func suspend() { comeBack(terminal.stop()) }

  private func comeBack(_ succeeded: Bool) {
    guard succeeded else { return lostTerminal() }
    terminal.resize()
    engine.take(.resized(terminal.size))
  }

  // MARK: The script

  private func readScript() -> String? {
    guard let scriptPath else { return nil }
    do {
      let text = String(decoding: try SafeFile.read(scriptPath, limit: 1 << 20), as: UTF8.self)
      script = try ConsoleScript(text).steps
      return nil
    } catch let problem as ConsoleScript.Problem {
      return "\(scriptPath):\(problem.line): `\(problem.word)` is no key"
    } catch {
      return "\(error)"
    }
  }

  /// Takes the next step once file and gate are known, nothing is being written, and the last step's picture was shown.
  private func takeScriptStep() {
    guard !script.isEmpty, engine.state.isSettled, engine.state.policy.saving != .writing else { return }
    switch script.removeFirst() {
    case .keys(let keys):
      for key in keys where !engine.isOver { engine.take(.input(.key(key))) }
    case .saveScreen(let path):
      let grid = engine.picture().grid
      let text = (0..<grid.size.rows).map { grid.text(row: $0) + "\n" }.joined()
      do throws(SystemError) {
        try SafeFile.replace(path, with: Array(text.utf8))
      } catch {
        engine.take(.note(Note(.error, "\(error)")))
      }
      pacer.want(.person, at: Loop.shared.now)
    }
  }

  // MARK: The editor

  private func edit(_ path: String, _ line: Int?) {
    edit(path, line) { [weak self] problem in
      guard let self else { return }
      if let problem { engine.take(.note(Note(.error, problem))) }
      engine.perform(.readPolicy)
    }
  }

  /// A text is edited in a private file, which is gone afterwards.
  private func editText(_ edited: EditedText, _ text: [UInt8], _ line: Int?) {
    guard editor == nil else { return }
    let file: PrivateFile
    do throws(SystemError) {
      file = try PrivateFile(edited.fileName, text)
    } catch {
      engine.take(.textEdited(edited, .failed("\(error)")))
      return
    }
    edit(file.path, line) { [weak self] problem in
      let result: EditedTextResult
      do throws(SystemError) {
        let text = try file.read()
        result = problem.map { .failed($0) } ?? .text(text)
      } catch {
        result = .failed("\(error)")
      }
      file.remove()
      self?.engine.take(.textEdited(edited, result))
    }
  }

  private func edit(_ path: String, _ line: Int?, ended: @escaping @LoopActor (String?) -> Void) {
    guard editor == nil else { return }
    inputWatch?.want([])
    terminal.leave()
    do throws(SystemError) {
      editor = try Editor(path, line: line, on: terminal) { [weak self] problem in
        self?.editorEnded()
        ended(problem)
      }
    } catch {
      editorEnded()
      ended("\(error)")
    }
  }

  private func editorEnded() {
    editor = nil
    inputWatch?.want(.readable)
    comeBack(terminal.enter())
  }
}
