import ConsoleCore
import ControlWire
import Testing

/// What the console shows of a record that cannot be written.
struct RecordTests {
  private func header(_ desk: Desk) -> String { screen(desk.state)[0] }

  @Test func theHeaderSaysThatNothingIsRecordedAsLongAsThatIsSo() {
    var desk = Desk.ready()
    #expect(!header(desk).contains("NO RECORD"))
    desk.gate(.record(RecordEvent(state: .failing, detail: "cannot write\u{1B}", isDenying: true, lost: 0)))
    #expect(header(desk).contains("NO RECORD, DENIES ALL"))
    #expect(desk.state.note?.text.contains("\u{1B}") == false)
    desk.gate(.record(RecordEvent(state: .failing, detail: "cannot write", isDenying: false, lost: 0)))
    #expect(header(desk).contains("NO RECORD") && !header(desk).contains("DENIES ALL"))
    desk.gate(.record(RecordEvent(state: .resumed, isDenying: false, lost: 3)))
    #expect(!header(desk).contains("NO RECORD"))
    #expect(desk.state.note?.text.contains("3 events") == true)
  }

  @Test func aConsoleThatComesLaterIsToldByTheSnapshot() {
    var desk = Desk.ready()
    var snapshot = desk.snapshot(Desk.servers)
    snapshot.record = RecordEvent(state: .failing, isDenying: true, lost: 9)
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    #expect(header(desk).contains("NO RECORD, DENIES ALL"))
  }
}
