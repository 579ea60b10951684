import ControlWire
import JSONText
import Policy
import Testing

struct PinCodingTests {
  private static func digest(_ text: String) -> ContentDigest { ContentDigest(of: Array(text.utf8)) }
  private static let time = Moment(microseconds: 1_763_000_000_000_000)

  private static func row(_ tool: ExactText?, _ state: PinRow.State) -> PinRow {
    var row = PinRow(server: "git", tool: tool, state: state, digest: digest("new"))
    guard state != .new else { return row }
    row.accepted = digest("old")
    row.acceptedAt = time
    row.by = "first use"
    row.since = time
    row.isCurrent = state != .changed
    return row
  }

  @Test(arguments: [
    ControlRequest.pins(server: nil, all: false, id: 1), .pins(server: "git", all: true, id: nil),
    .pin(server: "git", tool: "push", id: 2), .pin(server: "git", tool: nil, id: 3),
    .accept(
      server: "git", [PinChoice(tool: "push", digest: digest("a")), PinChoice(tool: nil, digest: digest("b"))], id: 4),
    .reject(server: "g/t", [PinChoice(tool: "p\u{202E}", digest: digest("c"))], id: nil),
  ]) func requestsComeBack(_ request: ControlRequest) throws {
    #expect(try ControlRequest.read(Array(request.encoded.dropLast())) == request)
  }

  @Test func onePinNeedsNoList() throws {
    let line = #"{"op":"accept","server":"git","tool":"push","digest":"\#(Self.digest("a").hexadecimal)","id":1}"#
    #expect(
      try ControlRequest.read(Array(line.utf8))
        == .accept(server: "git", [PinChoice(tool: "push", digest: Self.digest("a"))], id: 1))
  }

  @Test(arguments: [
    (#"{"op":"accept","server":"git","tool":"push"}"#, "a request lacks `digest`"),
    (
      #"{"op":"accept","server":"git","digest":"abc"}"#,
      "`digest` of a request must be 64 hexadecimal digits in lower case"
    ),
    (#"{"op":"reject","server":"git","pins":[]}"#, "`pins` of a request must be 1 to 10000 pins"),
    (#"{"op":"pin"}"#, "a request lacks `server`"),
  ]) func saysWhatIsWrong(_ line: String, _ message: String) {
    #expect {
      try ControlRequest.read(Array(line.utf8))
    } throws: { error in
      (error as? ControlError)?.message == message
    }
  }

  private static var news: PinNews {
    var news = PinNews(.changed, "git", (0..<30).map { ExactText("t\($0)") })
    news.isOfInstructions = true
    return news
  }

  @Test(arguments: [
    GateEvent.pin(PinEvent(news, by: "you", detail: "why")),
    .pin(PinEvent(PinNews(.failed, "", []), detail: "it is gone")),
    .pins(
      PinsAnswer(
        rows: PinRow.State.allCases.map { row("push", $0) } + [row(nil, .changed)], isStrict: true, path: "/x",
        problem: "bad"), id: 3),
    .pinDetails(
      PinDetails(row: row("push", .changed), old: Array(#"{"name":"a"}"#.utf8), new: Array(#""text""#.utf8)), id: 4),
    .pinDetails(PinDetails(row: row(nil, .accepted), old: nil, new: nil), id: nil),
  ]) func eventsComeBack(_ event: GateEvent) throws {
    let message = GateMessage(sequence: 7, time: Self.time, event: event)
    let read = try #require(try GateMessage.read(Array(message.encoded.dropLast())))
    #expect(read == message)
  }

  @Test func onlySoManyAreNamed() {
    #expect(Self.news.tools.count == PinNews.mostTools)
    #expect(Self.news.count == 30)
    let answer = PinsAnswer(
      rows: Array(repeating: Self.row("a", .added), count: PinsAnswer.most + 2), isStrict: false, path: "")
    #expect(answer.rows.count == PinsAnswer.most)
    #expect(answer.untold == 2)
  }
}
