internal import ClientFiles
internal import JSONText

// MARK: Clients' servers, routed through the gate
extension ConsoleState {
  mutating func openWrap() -> [ConsoleEffect] {
    var view = WrapView()
    view.isWaiting = true
    overlay = .wrap(view)
    return [.findClients]
  }

  mutating func take(_ findings: WrapFindings) {
    guard case .wrap(var view) = overlay else { return }
    view.findings = findings
    (view.chosen, view.preview, view.isWaiting) = ([], nil, false)
    overlay = .wrap(view)
  }

  mutating func take(_ preview: WrapPreview) {
    guard case .wrap(var view) = overlay, view.isWaiting, Set(preview.places) == view.chosen else { return }
    (view.preview, view.top, view.isWaiting, view.hint) = (preview, 0, false, nil)
    overlay = .wrap(view)
  }

  mutating func take(_ result: WrapResult) -> [ConsoleEffect] {
    if case .wrap = overlay { overlay = nil }
    for problem in result.problems { say(.error, "not changed: \(safe(problem, limit: 300))") }
    guard !result.names.isEmpty else { return [] }
    let names = result.names.prefix(4).map { safe($0.string, limit: 64) }.joined(separator: ", ")
    let more = result.names.count > 4 ? " and \(result.names.count - 4) more" : ""
    let clients = result.clients.map(\.title).joined(separator: ", ")
    say(
      .info, "\(names)\(more): through the gate when \(clients) starts again · gatehouse clients unwrap takes it back")
    return scan(result.names.filter { registry[$0] == nil || catalogue.index(ofServer: $0) == nil })
  }

  mutating func take(_ key: Key, _ view: WrapView) -> [ConsoleEffect] {
    var view = view
    view.hint = nil
    let effects = view.preview == nil ? choose(&view, key) : confirm(&view, key)
    if case .wrap = overlay { overlay = .wrap(view) }
    return effects
  }

  private mutating func choose(_ view: inout WrapView, _ key: Key) -> [ConsoleEffect] {
    let (count, height) = (view.order.count, max(1, wrapRows))
    switch key {
    case _ where key.leaves, .character("q"):
      overlay = nil
      if view.findings != nil { say(.info, "nothing is changed · W lists them again") }
    case Key(.down), .character("j"): view.list.go(to: view.list.row + 1, count: count, height: height)
    case Key(.up), .character("k"): view.list.go(to: view.list.row - 1, count: count, height: height)
    case Key(.pageDown): view.list.go(to: view.list.row + height, count: count, height: height)
    case Key(.pageUp): view.list.go(to: view.list.row - height, count: count, height: height)
    case Key(.home), .character("g"): view.list.go(to: 0, count: count, height: height)
    case Key(.end), .character("G"): view.list.go(to: count, count: count, height: height)
    case .character(" "):
      guard let place = view.current, let offer = view.findings?.offers[place] else { break }
      if offer.standing != .open {
        view.hint = "\(safe(offer.name.string, limit: 64)): \(wrapWords(offer.standing))"
      } else {
        if view.chosen.remove(place) == nil { view.chosen.insert(place) }
        view.list.go(to: view.list.row + 1, count: count, height: height)
      }
    case .character("a"):
      let all = Set(view.order.prefix(view.open))
      view.chosen = view.chosen == all ? [] : all
    case Key(.enter):
      if view.isWaiting {
        view.hint = "it is being worked out"
      } else if view.chosen.isEmpty {
        view.hint = view.open == 0 ? "there is nothing to route" : "Space chooses a server, a all of them"
      } else {
        view.isWaiting = true
        return [.planWrap(view.chosen.sorted())]
      }
    default: break
    }
    return []
  }

  /// What only `y` says yes to.
  private mutating func confirm(_ view: inout WrapView, _ key: Key) -> [ConsoleEffect] {
    guard let preview = view.preview else { return [] }
    let (count, height) = (lines(of: preview).count, max(1, wrapLines))
    func scroll(to line: Int) { view.top = max(0, min(line, count - height)) }
    switch key {
    case .character("y"):
      if view.isWaiting {
        view.hint = "it is being done"
      } else if options.isReadOnly {
        view.hint = "this console is read-only"
      } else if preview.count == 0 {
        view.hint = "there is nothing to change"
      } else {
        view.isWaiting = true
        return [.wrapClients(preview.places, token: preview.token)]
      }
    case _ where key.leaves, .character("n"), .character("q"):
      guard !view.isWaiting else { break }
      view.preview = nil
    case Key(.down), .character("j"): scroll(to: view.top + 1)
    case Key(.up), .character("k"): scroll(to: view.top - 1)
    case Key(.pageDown): scroll(to: view.top + height)
    case Key(.pageUp): scroll(to: view.top - height)
    case Key(.home), .character("g"): scroll(to: 0)
    case Key(.end), .character("G"): scroll(to: count)
    default: view.hint = "y changes the files, n goes back"
    }
    return []
  }

  /// How a server of a client stands to the gate, in a few words.
  func wrapWords(_ standing: WrapOffer.Standing) -> String {
    switch standing {
    case .open: "not through the gate"
    case .guarded(let name): "through the gate, as \(safe(name.string, limit: 64))"
    case .stays(let reason): safe(reason, limit: 200)
    }
  }
}
