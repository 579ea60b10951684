import ConsoleCore
import ControlWire
import Foundation
import JSONText
import Policy
import Testing

/// Whatever comes in whatever order: nothing is decided that was not looked at.
struct ApprovalPropertyTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func nothingIsSentUnlessArmedOnExactlyThat(seed: UInt64) {
    var dice = Dice(state: seed &* 7919 &+ 1)
    func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &dice) }
    let sizes = [(80, 24), (160, 48), (40, 10), (30, 5)]
    let size = sizes[roll(3)]
    var desk = Desk.ready(columns: size.0, rows: size.1)
    for step in 0..<400 {
      let order = desk.state.approvals.rows.map(\.name)
      let wasEntered = desk.state.approvals.isEntered
      let cursor = desk.state.approvals.cursor
      let wasArmed = desk.state.isArmed
      let face = desk.state.approvals.isEntered ? desk.state.shownItems : nil
      desk.effects.removeAll { if case .send(.approval) = $0 { false } else { true } }
      let isKey: Bool
      switch roll(14) {
      case 0, 1, 2:
        isKey = false
        let id = "q\(roll(12))"
        let states: [ApprovalEvent.State] = [.pending, .pending, .pending, .approved, .denied, .expired, .withdrawn]
        var event = Desk.event(id, "t\(roll(3))", seconds: Int64(roll(60)), arguments: "{\"n\":\(roll(2))}")
        event.state = states[roll(states.count)]
        if roll(5) == 0 { event.digest = "digest \(roll(3))" }
        desk.ask(event)
      case 3:
        isKey = false
        desk.answerDetails()
      case 4, 5:
        isKey = false
        desk.draw()
      case 6, 7:
        isKey = false
        desk.wait(Int64([1, 100, 399, 400, 1000][roll(5)]))
      case 8:
        isKey = false
        switch roll(6) {
        case 0: desk.send(.input(.focus(roll(2) == 0)))
        case 1: desk.send(.crowded(roll(2) == 0))
        case 2: desk.send(.input(.paste("aay")))
        case 3: desk.answer(refused: roll(2) == 0 ? nil : "already approved by another")
        case 4:
          desk.send(.gateLost(reason: "x", retryIn: 1))
          desk.connect()
        default:
          let other = sizes[roll(sizes.count)]
          desk.send(.resized(Size(columns: other.0, rows: other.1)))
        }
      default:
        isKey = true
        let keys = [
          "a", "d", "s", "i", "e", "t", "o", "m", "v", "y", "j", "k", "3", "3", "Enter", "Esc", "1", "2", "Tab", "x",
          "M",
          ":approve", ":deny", "g", "G",
        ]
        desk.press(keys[roll(keys.count)])
      }
      for decision in desk.decisions {
        #expect(isKey, "step \(step): without a key")
        #expect(wasArmed, "step \(step): not armed")
        let (id, digest): (String, String?) =
          switch decision {
          case .approve(let id, let digest, _, _, _, _): (id, digest)
          case .deny(let id, let digest, _, _): (id, digest)
          default: ("", nil)
          }
        #expect(face?.contains { $0.id == id && $0.digest == digest } == true, "step \(step): \(id) was not shown")
      }
      // What comes by itself leaves order, cursor and focus as they are.
      if !isKey, wasEntered, desk.state.approvals.isEntered {
        #expect(Array(desk.state.approvals.rows.map(\.name).prefix(order.count)) == order, "step \(step)")
        if case .request = cursor { #expect(desk.state.approvals.cursor == cursor, "step \(step)") }
      }
      if step % 7 == 0 { _ = render(desk.state) }
    }
  }

  /// The test would say nothing if nothing were ever decided.
  @Test func somethingIsDecidedAtAll() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("a")
    #expect(desk.decisions.count == 1)
  }
}

/// Arguments and names that try to be more than text.
struct ApprovalHostileTests {
  @Test func onlyCellsComeOutOfAnything() throws {
    for (name, text) in HostileTexts.all {
      for (columns, rows) in [(80, 24), (40, 10)] {
        var desk = Desk.ready(columns: columns, rows: rows)
        let arguments = JSONNode(
          .object([
            JSONMember(key: ExactText(text), value: JSONNode(.string(ExactText(text)))),
            JSONMember(key: "list", value: JSONNode(.array([JSONNode(.string(ExactText(text)))]))),
          ])
        ).compact
        var event = Desk.event(
          "q1", text, server: text, session: text, client: text, arguments: String(decoding: arguments, as: UTF8.self))
        event.reason = text
        event.rule = text
        desk.ask(event)
        desk.look(["q1": String(decoding: arguments, as: UTF8.self)])
        expectPrintable(desk.state, name)
        desk.press("o")
        desk.read()
        desk.press("G")
        expectPrintable(desk.state, name)
        desk.press("Esc", "m", "a")
        expectPrintable(desk.state, name)
        desk.press("Esc")
        event.state = .denied
        event.by = text
        event.detail = text
        event.message = text
        desk.ask(event)
        desk.press("1", "3")
        expectPrintable(desk.state, name)
        for line in PlainText.tellWaiting(in: &desk.state) { expectPrintable(line, name) }
      }
    }
  }

  private func expectPrintable(_ state: ConsoleState, _ name: String) {
    let grid = render(state).grid
    for cell in grid.cells { #expect(isPlain(cell.scalar), "\(name): \(cell.scalar.value)") }
    expectPrintable(render(state).title, name)
  }

  private func expectPrintable(_ text: String, _ name: String) {
    #expect(text.unicodeScalars.allSatisfy(isPlain), "\(name)")
  }

  private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  @Test func whatIsOddIsSaid() {
    func flags(_ arguments: String, command: String = "") -> [String] {
      var desk = Desk.ready()
      if !command.isEmpty {
        var view = RegistryView()
        view.servers = [RegistryView.Server(name: "git", command: command)]
        desk.send(.registryRead(view))
      }
      desk.ask(Desk.event("q1", arguments: arguments))
      desk.look(["q1": arguments])
      desk.press("o")
      return screen(desk.state).filter { $0.contains("│ ! ") }.map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: "│ "))
      }
    }
    #expect(flags(#"{"a":"plain","b":[1,2]}"#) == [])
    #expect(flags("{\"a\":\"x\u{202E}y\u{200B}\"}") == ["! a holds 2 invisible characters"])
    #expect(flags(#"{"user":"pаypal"}"#) == ["! user mixes letters of several scripts in one word"])
    #expect(flags(#"{"user":"Привет, world"}"#) == [])
    #expect(
      flags(#"{"url":"https://www.xn--pypal-4ve.com/x"}"#)
        == ["! www.xn--pypal-4ve.com is a name in other letters, written as punycode"])
    #expect(flags(#"{"path":"docs/../../etc/passwd"}"#) == ["! path leads out of the server's folders"])
    #expect(flags(#"{"path":"/etc/passwd"}"#) == [])
    #expect(
      flags(#"{"path":"/etc/passwd"}"#, command: "fs-server /srv/app") == ["! path leads out of the server's folders"])
    #expect(flags(#"{"path":"/srv/app/x"}"#, command: "fs-server /srv/app") == [])
    #expect(
      flags(#"{"path":"/srv/apple"}"#, command: "fs-server /srv/app") == ["! path leads out of the server's folders"])
  }
}
