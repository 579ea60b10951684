internal import ControlWire
internal import JSONText
internal import Policy

// MARK: What the gate tells of pins
extension ConsoleState {
  /// Asks how pins stand, once at a time.
  mutating func askPins() -> [ConsoleEffect] {
    guard gate.isUp else { return [] }
    guard pins.asked == nil else {
      pins.isStale = true
      return []
    }
    pins.isStale = false
    pins.asked = pins.nextID()
    return [.send(.pins(server: nil, all: false, id: pins.asked))]
  }

  mutating func take(_ answer: PinsAnswer, id: Int?) -> [ConsoleEffect] {
    guard id == pins.asked, id != nil else { return [] }
    pins.asked = nil
    pins.take(answer)
    let before = catalogue
    catalogue.take(news: pins.news)
    list.rebuild(from: before, to: catalogue, at: now)
    refreshToolPage()
    let effects = refreshPinsPopup()
    return pins.isStale ? effects + askPins() : effects
  }

  /// Something became of pins.
  mutating func take(_ event: PinEvent) -> [ConsoleEffect] {
    let news = event.news
    let server = safe(news.server.string, limit: 60)
    let what =
      news.isOfInstructions
      ? "the instructions of \(server)"
      : news.count == 1
        ? safe("\(news.server)/\(news.tools.first?.string ?? "")", limit: 100)
        : "\(Format.count(news.count, "tool")) of \(server)"
    let by = event.by.map { " by \(safe($0, limit: 80))" } ?? ""
    let words: String
    switch news.kind {
    case .recorded: return []
    case .added: words = "\(what) \(news.count == 1 ? "is" : "are") new"
    case .changed: words = "\(what) changed since accepted"
    case .restored: words = "\(what) \(news.count == 1 ? "is" : "are") as accepted again"
    case .removed: words = "\(what) \(news.count == 1 ? "is" : "are") gone"
    case .accepted: words = "\(what) accepted\(by)"
    case .rejected: words = "\(what) rejected\(by)"
    case .failed: words = "pins: \(safe(event.detail ?? "tools.lock.json cannot be read", limit: 300))"
    }
    live.append { $0.append(remark: words, at: now) }
    let weight: Note.Weight =
      switch news.kind {
      case .failed: .error
      case .changed: .warning
      case .recorded, .added, .restored, .removed, .accepted, .rejected: .info
      }
    say(weight, words)
    return askPins()
  }

  mutating func take(_ details: PinDetails, id: Int?) {
    guard var popup = pinsPopup, id != nil, popup.asked == id else { return }
    popup.asked = nil
    popup.take(details)
    overlay = .pins(popup)
  }

  /// Whether an answer of the gate is one to this.
  mutating func pinsDone(_ id: Int?) -> [ConsoleEffect]? {
    guard let id, id == pins.deciding else { return nil }
    pins.deciding = nil
    // What became of it is told by an event.
    return askPins()
  }

  mutating func pinsRefused(_ id: Int?, _ text: String) -> Bool {
    guard let id else { return false }
    if id == pins.asked {
      // A gate of another build has no pins.
      pins.asked = nil
      return true
    }
    if id == pins.deciding {
      pins.deciding = nil
      say(.error, "not decided: \(safe(text, limit: 300))")
      return true
    }
    guard var popup = pinsPopup, popup.asked == id else { return false }
    popup.asked = nil
    popup.problem = safe(text, limit: 300)
    overlay = .pins(popup)
    return true
  }

  /// The gate is gone: what it told of pins is what is known of them.
  mutating func losePins() {
    pins.asked = nil
    pins.deciding = nil
    guard var popup = pinsPopup else { return }
    popup.asked = nil
    popup.question = nil
    overlay = .pins(popup)
  }
}

// MARK: The popup
extension ConsoleState {
  var pinsPopup: PinsPopup? { if case .pins(let popup) = overlay { popup } else { nil } }

  /// Opens the pins that somebody should look at, at the tool under the cursor where it is one of them.
  mutating func openPins() -> [ConsoleEffect] {
    guard !pins.open.isEmpty else {
      say(.info, pins.answer == nil ? "the gate tells nothing of pins" : "every tool is as it was accepted")
      return []
    }
    let name = focus == .policy || focus == .rule ? currentTool.map { catalogue.name(of: $0) } : nil
    let place = pins.open.firstIndex { $0.server == name?.server && $0.tool == name?.tool && name != nil }
    overlay = .pins(PinsPopup(pins.open, at: place ?? 0))
    return askPin()
  }

  /// Asks for the definitions of the pin that is shown.
  private mutating func askPin() -> [ConsoleEffect] {
    guard var popup = pinsPopup, let row = popup.row else { return [] }
    popup.asked = pins.nextID()
    overlay = .pins(popup)
    return [.send(.pin(server: row.server, tool: row.tool, id: popup.asked))]
  }

  /// Others wait now: the person stays at the one they look at.
  private mutating func refreshPinsPopup() -> [ConsoleEffect] {
    guard let popup = pinsPopup else { return [] }
    guard !pins.open.isEmpty else {
      overlay = nil
      say(.info, "every tool is as it was accepted")
      return []
    }
    let here = popup.row
    let place = pins.open.firstIndex { $0.server == here?.server && $0.tool == here?.tool }
    if let place, pins.open[place].digest == here?.digest {
      var same = popup
      same.rows = pins.open
      same.index = place
      overlay = .pins(same)
      return []
    }
    if place != nil, popup.question != nil { say(.warning, "it has changed again: look at it anew") }
    overlay = .pins(PinsPopup(pins.open, at: min(place ?? popup.index, pins.open.count - 1)))
    return askPin()
  }

  mutating func take(_ key: Key, _ popup: PinsPopup) -> [ConsoleEffect] {
    if let question = popup.question { return take(key, popup, asking: question) }
    let page = max(1, pinsSize.rows - 4)
    switch key {
    case _ where key.leaves, .character("q"), .character("P"):
      overlay = nil
      return []
    case Key(.down), .character("j"): scroll(popup, to: popup.top + 1)
    case Key(.up), .character("k"): scroll(popup, to: popup.top - 1)
    case Key(.pageDown), .character(" "), .control("f"): scroll(popup, to: popup.top + page)
    case Key(.pageUp), .control("b"): scroll(popup, to: popup.top - page)
    case Key(.home), .character("g"): scroll(popup, to: 0)
    case Key(.end), .character("G"): scroll(popup, to: .max)
    case .character("n"), Key(.tab), Key(.right), .character("l"): return step(popup, by: 1)
    case .character("p"), Key(.tab, .shift), Key(.left), .character("h"): return step(popup, by: -1)
    case .character("a"): ask(.accept, popup)
    case .character("A"): ask(.acceptAll, popup)
    case .character("x"): ask(.reject, popup)
    default: say(.info, "\(key.name) does nothing here: a accepts, x rejects, Esc leaves")
    }
    return []
  }

  private mutating func scroll(_ popup: PinsPopup, to top: Int) {
    var popup = popup
    let most = max(0, pinLines(popup, columns: pinsSize.columns).count - pinsBodyRows(popup))
    popup.top = min(max(0, top), most)
    overlay = .pins(popup)
  }

  private mutating func step(_ popup: PinsPopup, by step: Int) -> [ConsoleEffect] {
    let index = popup.index + step
    guard popup.rows.indices.contains(index) else {
      say(.info, step > 0 ? "this is the last one" : "this is the first one")
      return []
    }
    overlay = .pins(PinsPopup(popup.rows, at: index))
    return askPin()
  }

  private mutating func ask(_ question: PinsPopup.Question, _ popup: PinsPopup) {
    if let refusal = refusal(of: question, popup) { return say(.info, refusal) }
    var popup = popup
    popup.question = question
    overlay = .pins(popup)
  }

  private func refusal(of question: PinsPopup.Question, _ popup: PinsPopup) -> String? {
    if options.isReadOnly { return "this console is read-only" }
    guard gate.isUp else { return "no gate is connected" }
    guard pins.deciding == nil else { return "the gate has not answered yet" }
    guard let row = popup.row else { return "there is nothing to decide" }
    switch question {
    case .acceptAll:
      return popup.acceptable(of: row.server).isEmpty ? "there is nothing to accept of this server" : nil
    case .accept, .reject:
      guard popup.details?.row.digest == row.digest else { return "it is asked for: wait until it is shown" }
      if question == .accept, row.state == .twice {
        return "the server describes it in two ways at once: there is nothing to accept"
      }
      guard question == .reject else { return nil }
      return row.state == .removed ? "it is gone: a takes it out" : nil
    }
  }

  /// What only `y` says yes to.
  private mutating func take(
    _ key: Key, _ popup: PinsPopup, asking question: PinsPopup.Question
  ) -> [ConsoleEffect] {
    var popup = popup
    switch key {
    case .character("y"):
      popup.question = nil
      overlay = .pins(popup)
      if let refusal = refusal(of: question, popup) {
        say(.info, refusal)
        return []
      }
      return decide(question, popup)
    case _ where key.leaves, .character("n"), .character("q"):
      popup.question = nil
      overlay = .pins(popup)
      say(.info, "nothing is decided")
    default: say(.info, "y means yes, n means no")
    }
    return []
  }

  private mutating func decide(_ question: PinsPopup.Question, _ popup: PinsPopup) -> [ConsoleEffect] {
    guard let row = popup.row else { return [] }
    let rows = question == .acceptAll ? popup.acceptable(of: row.server) : [row]
    let choices = rows.prefix(PinChoice.most).map { PinChoice(tool: $0.tool, digest: $0.digest) }
    let id = pins.nextID()
    pins.deciding = id
    switch question {
    case .accept, .acceptAll: return [.send(.accept(server: row.server, choices, id: id))]
    case .reject: return [.send(.reject(server: row.server, choices, id: id))]
    }
  }
}
