internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import Store
internal import System

// MARK: Pins
extension GateProcess {
  /// Writes down what was heard of tools; to be called before anything is passed on of it.
  func keepPins() { if state.pins.hasNews { pins.keep(&state.pins) } }

  /// Takes over what is in the file of pins now.
  func readPins() {
    let (revision, problem) = (state.pins.revision, pins.problem)
    pins.read(&state.pins)
    pins.keep(&state.pins)
    if let words = pins.problem, words != problem {
      state.tell(.pin(PinEvent(PinNews(.failed, "", []), detail: words)), at: Clock.now())
    }
    if state.pins.revision != revision { pinsChanged() }
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
  func decide(
    pins choices: [PinChoice], of server: ExactText, isAccepted: Bool, by decider: Decider
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
    pinsChanged()
    publish()
  }
}
