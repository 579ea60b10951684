internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import Store
internal import System

// MARK: Pins
extension GateProcess {
  /// Sees to it that what was heard of tools is written down; to be called before anything is passed on of it.
  func keepPins() {
    guard Self.hasNews(&state.pins) else { return }
    pins.keep(&state.pins)
    holdCalls()
  }

  /// In place: asked off the property, all of it would be copied for it.
  private static func hasNews(_ pins: inout PinBook) -> Bool { pins.hasNews }

  /// Lets no client call a server whose first pins are not on the disk yet, and the others go on.
  private func holdCalls() {
    let unkept = pins.isHolding ? state.pins.unkept : []
    guard unkept != serversOnHold else { return }
    serversOnHold = unkept
    for session in sessions.values { session.isOnHold = unkept.contains(session.name) }
  }

  /// Whether a session that begins now has to wait before its client calls.
  func isOnHold(_ server: ExactText) -> Bool { serversOnHold.contains(server) }

  /// What is to be done when something of the pins' files has changed.
  func watchPins() {
    pins.look = { [weak self] in self?.readPins() }
    pins.saved = { [weak self] outcome in
      guard let self else { return }
      followPins { pins.take(outcome, &state.pins) }
    }
    pins.changed = { [weak self] in
      guard let self else { return }
      followPins {}
    }
  }

  /// Takes over what is in the file of pins now.
  func readPins() { followPins { pins.read(&state.pins) } }

  private func followPins(_ change: () -> Void) {
    let (revision, problem) = (state.pins.revision, toldPinProblem)
    change()
    pins.keep(&state.pins)
    toldPinProblem = pins.problem
    if let words = pins.problem, words != problem {
      state.tell(.pin(PinEvent(PinNews(.failed, "", []), detail: words)), at: Clock.now())
    }
    pins.releaseWaiters()
    if state.pins.revision != revision { pinsChanged() }
    holdCalls()
    publish()
  }

  /// Whether new tools are denied, by the command line or the configuration.
  func notePinning() {
    let isStrict = options.hasStrictPins || settings.current.pins.isStrict
    guard isStrict != state.pins.isStrict else { return }
    state.pins.isStrict = isStrict
    pinsChanged()
  }

  /// What waits for a person is judged by the pins that are in force now.
  private func pinsChanged() {
    for session in sessions.values { session.policyChanged() }
  }

  func pinsAnswer(of server: ExactText?, all: Bool) -> PinsAnswer {
    PinsAnswer(
      rows: state.pins.rows(of: server, onlyOpen: !all), isStrict: state.pins.isStrict, path: pins.path,
      problem: pins.problem)
  }

  func pinDetails(_ server: ExactText, _ tool: ExactText?) throws(ControlError) -> PinDetails {
    guard let row = state.pins.row(server, tool) else {
      let what = tool.map { "tool `\($0)` of `\(server)`" } ?? "server `\(server)`"
      throw ControlError("no pin is known of the \(what)")
    }
    let texts = state.pins.texts(server, tool)
    return PinDetails(row: row, old: texts.old, new: texts.new)
  }

  /// Does what a person has decided about pins: all of it or nothing.
  ///
  /// It holds from now on; `kept` is called when it is on the disk.
  func decide(
    pins choices: [PinChoice], of server: ExactText, isAccepted: Bool, by decider: Decider,
    kept: @escaping @LoopActor () -> Void
  ) throws(ControlError) {
    let by = decider.words(isAccepted ? "pins accept" : "pins reject")
    let now = Clock.now()
    var book = state.pins
    var tools: [ExactText] = []
    var news: [PinNews] = []
    do throws(PinRefusal) {
      for choice in choices {
        if isAccepted {
          let one = try book.accept(server, choice.tool, digest: choice.digest, by: by, at: now)
          if one.isOfInstructions { news.append(one) } else { tools += one.tools }
        } else {
          let one = try book.reject(server, choice.tool, digest: choice.digest, by: by, at: now)
          if one.isOfInstructions { news.append(one) } else { tools += one.tools }
        }
      }
    } catch {
      throw ControlError("\(error)")
    }
    if !tools.isEmpty { news.append(PinNews(isAccepted ? .accepted : .rejected, server, tools)) }
    for news in news { state.tell(.pin(PinEvent(news, by: by)), at: now) }
    // It is recorded before it holds.
    if let (reason, _) = recordDecisions() {
      publish()
      throw ControlError("nothing is changed: \(reason)")
    }
    state.pins = book
    keepPins()
    pins.whenKept(state.pins.edits.count, kept)
    pinsChanged()
    publish()
  }
}
