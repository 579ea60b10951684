import MCPWire
import Testing

/// What a framer gave, with the lines as text.
private enum Piece: Equatable { case line(String), oversized }

/// With `inPlace`, lines that come whole are taken where they were read, as a gate's sessions do.
private func frames(_ pieces: [[UInt8]], limit: Int, inPlace: Bool) -> (frames: [Piece], rest: Piece?) {
  var framer = LineFramer(limit: limit)
  var found: [Piece] = []
  func piece(_ frame: LineFramer.Frame) -> Piece {
    switch frame {
    case .line(let range): .line(String(decoding: framer.bytes[range], as: UTF8.self))
    case .oversized: .oversized
    }
  }
  for bytes in pieces {
    var place = 0
    while inPlace, let line = framer.wholeLine(in: bytes.span, from: &place) {
      found.append(.line(String(decoding: bytes[line], as: UTF8.self)))
    }
    framer.feed(bytes.span.extracting(place...))
    while let frame = framer.next() { found.append(piece(frame)) }
  }
  return (found, framer.end().map(piece))
}

/// Feeds the same bytes whole, one at a time, and cut at every place; the answer must not change.
private func expectFrames(
  _ input: String, limit: Int = 1024, _ expected: [Piece], rest: Piece? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let bytes = Array(input.utf8)
  let cuts = [[bytes], bytes.map { [$0] }] + (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
  for (pieces, inPlace) in cuts.flatMap({ [($0, false), ($0, true)] }) {
    let found = frames(pieces, limit: limit, inPlace: inPlace)
    #expect(found.frames == expected, "cut as \(pieces.map(\.count))", sourceLocation: sourceLocation)
    #expect(found.rest == rest, "cut as \(pieces.map(\.count))", sourceLocation: sourceLocation)
  }
}

struct LineFramerTests {
  @Test func splitsAtLineFeeds() {
    expectFrames("{}\n{\"a\":1}\n\nrest", [.line("{}"), .line("{\"a\":1}"), .line("")], rest: .line("rest"))
  }

  @Test func P10_onlyTheReturnBeforeALineFeedIsDropped() {
    expectFrames("a\r\n\rb\r\r\nc\rd\u{85}e\u{2028}f\n", [.line("a"), .line("\rb\r"), .line("c\rd\u{85}e\u{2028}f")])
  }

  @Test func nothingIsNoLine() { expectFrames("", []) }

  @Test(arguments: [
    ("12345\nab\n", [Piece.oversized, .line("ab")], Piece?.none),
    ("1234\nab\n", [.line("1234"), .line("ab")], nil),
    ("123456789\n1234\n123456789\nz\n", [.oversized, .line("1234"), .oversized, .line("z")], nil),
    ("ok\n123456789", [.line("ok")], .oversized),
    ("1234\r\nab\n", [.oversized, .line("ab")], nil),
  ]) fileprivate func P72_goesOnBehindALineThatIsTooLong(input: String, expected: [Piece], rest: Piece?) {
    // A line that is still open is known to be too long only once it is.
    expectFrames(input, limit: 4, expected, rest: rest)
  }

  @Test func keepsTheEndsOfALineThatIsTooLong() {
    let line = "HEAD" + String(repeating: "x", count: 5000) + "TAIL"
    for size in [1, 7, 1000, 6000] {
      var framer = LineFramer(limit: 100)
      var frames: [LineFramer.Frame] = []
      let bytes = Array((line + "\n").utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        framer.feed(Array(bytes[start..<min(bytes.count, start + size)]).span)
        while let frame = framer.next() { frames.append(frame) }
      }
      #expect(frames == [.oversized])
      #expect(framer.oversizedHead.starts(with: "HEAD".utf8))
      #expect(framer.oversizedHead.count <= LineFramer.excerpt)
      #expect(framer.oversizedTail == Array(line.utf8.suffix(LineFramer.excerpt)))
    }
  }

  @Test func anEndlessLineHoldsNoMemory() {
    var framer = LineFramer(limit: 1000)
    let piece = [UInt8](repeating: 0x78, count: 4096)
    for _ in 0..<1000 {
      framer.feed(piece.span)
      #expect(framer.next() == nil)
    }
    #expect(framer.bytes.count <= 2 * 4096)
  }
}
