package import ControlWire
package import JSONText
package import Policy

/// What one server wrote to its standard error, the newest last, as far as the gate has it.
package struct MessagesView: Hashable, Sendable {
  package var server: ExactText
  package var messages: [ServerMessage] = []
  /// How many older ones are not shown.
  package var missed = 0
  /// The first message that is drawn; nil for the end, which is followed.
  package var top: Int?
  /// When the gate is asked for more.
  package var next: Moment
  /// The gate has told what there is.
  package var isKnown = false

  static let most = 2_000
  static let interval: Int64 = 500_000

  package init(_ server: ExactText, at now: Moment) {
    self.server = server
    next = now
  }

  /// Asks for what is not known yet; so it is done again and again, also where an answer was lost.
  mutating func ask(at now: Moment) -> ConsoleEffect {
    next = now.advanced(byMicroseconds: Self.interval)
    return .send(.stderr(server: server, lines: Self.most, after: messages.last?.number, id: nil))
  }

  mutating func take(_ answer: ServerMessages) {
    guard answer.server == server else { return }
    isKnown = true
    let last = messages.last?.number ?? 0
    let newer = answer.messages.filter { $0.number > last }
    guard !newer.isEmpty else { return }
    missed += answer.missed
    messages += newer
    let surplus = messages.count - Self.most
    guard surplus > 0 else { return }
    messages.removeFirst(surplus)
    missed += surplus
    top = top.map { max(0, $0 - surplus) }
  }

  /// Another gate knows nothing of what this one counted.
  mutating func restart(at now: Moment) {
    self = MessagesView(server, at: now)
  }
}

extension ConsoleState {
  /// The server that is said to write, in front of the panes.
  var messagesView: MessagesView? {
    if case .messages(let view) = overlay { view } else { nil }
  }

  mutating func openMessages() -> [ConsoleEffect] {
    guard let server = currentServer else {
      say(.info, "there is no server under the cursor")
      return []
    }
    var view = MessagesView(catalogue.servers[server].info.name, at: now)
    let effect = view.ask(at: now)
    overlay = .messages(view)
    return [effect]
  }

  /// Asks for what was written since, while somebody looks.
  mutating func refreshMessages() -> [ConsoleEffect] {
    guard var view = messagesView, gate.isUp, view.next <= now else { return [] }
    let effect = view.ask(at: now)
    overlay = .messages(view)
    return [effect]
  }

  mutating func take(_ answer: ServerMessages) {
    guard var view = messagesView else { return }
    view.take(answer)
    overlay = .messages(view)
  }

  mutating func take(_ key: Key, _ view: MessagesView) -> [ConsoleEffect] {
    var view = view
    let page = max(1, messagesSize.rows - 1)
    func first() -> Int { messagesWindow(view).first }
    switch key {
    case _ where key.leaves, Key(.enter), .character("q"), .character("o"):
      overlay = nil
      return []
    case Key(.down), .character("j"): move(&view, to: first() + 1)
    case Key(.up), .character("k"): move(&view, to: first() - 1)
    case Key(.pageDown), .character(" "): move(&view, to: first() + page)
    case Key(.pageUp): move(&view, to: first() - page)
    case Key(.home), .character("g"): move(&view, to: 0)
    case Key(.end), .character("G"): view.top = nil
    default: return []
    }
    overlay = .messages(view)
    return []
  }

  /// Scrolls; at the end it follows again.
  private func move(_ view: inout MessagesView, to top: Int) {
    view.top = nil
    let end = messagesWindow(view).first
    if top < end { view.top = max(0, top) }
  }
}
