import ConsoleCore
import Testing

/// What the mouse may do where something is being written: nothing.
struct MouseTests {
  @Test func aWheelChangesNoNumber() {
    var desk = Desk.ready()
    desk.press("j", "j", "r")
    let before = screen(desk.state)
    desk.send(.input(.mouse(Mouse(.wheelUp, row: 10, column: 20))))
    desk.send(.input(.mouse(Mouse(.wheelDown, row: 10, column: 20))))
    desk.send(.input(.mouse(Mouse(.wheelDown, row: 10, column: 20))))
    #expect(screen(desk.state) == before)
    desk.press("Esc", "?")
    let help = screen(desk.state)
    desk.send(.input(.mouse(Mouse(.wheelDown, row: 10, column: 20))))
    #expect(screen(desk.state) != help)
  }
}
