import HTTPWire
import Testing

struct HTTPConversationTests {
  private static let post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"
  private static let second: Int64 = 1_000_000

  private func feed(_ talk: inout HTTPConversation, _ text: String, at now: Int64) {
    let bytes = Array(text.utf8)
    talk.feed(bytes.span, at: now)
  }

  private func status(_ event: HTTPConversation.Event?) -> HTTPStatus? {
    if case .refused(let refusal)? = event { refusal.status } else { nil }
  }

  @Test("P78: a head that comes slowly is waited for ten seconds from its first byte")
  func slowHead() {
    var talk = HTTPConversation(at: 0)
    for second in 0..<10 {
      feed(&talk, "G", at: Int64(second) * Self.second)
      #expect(talk.next(at: 0) == nil)
      #expect(talk.timePassed(at: Int64(second) * Self.second) == nil)
    }
    #expect(talk.deadline == 10 * Self.second)
    #expect(status(talk.timePassed(at: 10 * Self.second)) == .requestTimeout)
    feed(&talk, "ET / HTTP/1.1\r\nHost: h\r\n\r\n", at: 11 * Self.second)
    #expect(talk.next(at: 11 * Self.second) == nil)
  }

  @Test("P78: a body that comes slowly is waited for ten seconds for each piece")
  func slowBody() {
    var talk = HTTPConversation(at: 0)
    feed(&talk, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n", at: 0)
    guard case .head? = talk.next(at: 0) else {
      Issue.record("there is no head")
      return
    }
    feed(&talk, String(repeating: "x", count: 70_000), at: 9 * Self.second)
    #expect(talk.next(at: 9 * Self.second) == nil)
    #expect(talk.deadline == 19 * Self.second)
    feed(&talk, "x", at: 18 * Self.second)
    #expect(talk.deadline == 19 * Self.second)
    #expect(status(talk.timePassed(at: 19 * Self.second)) == .requestTimeout)
  }

  @Test func anIdleConnectionEndsWithoutAWord() {
    var talk = HTTPConversation(at: 0)
    #expect(talk.timePassed(at: 9 * Self.second) == nil)
    #expect(talk.timePassed(at: 10 * Self.second) == .timeUp)
  }

  @Test("P78: a client of which a request was let in has two minutes for the next one, and others ten seconds")
  func idleAfterAnAnswer() {
    for isKnown in [true, false] {
      var talk = HTTPConversation(at: 0)
      feed(&talk, Self.post + "abcd", at: 0)
      while talk.next(at: 0) != nil {}
      talk.isKnown = isKnown
      talk.answered(at: 5 * Self.second)
      #expect(talk.deadline == (isKnown ? 125 : 15) * Self.second)
    }
  }

  @Test func anAnswerTakesItsTime() {
    var talk = HTTPConversation(at: 0)
    feed(&talk, Self.post + "abcd" + Self.post + "efgh", at: 0)
    guard case .head? = talk.next(at: 0), case .request(_, let body)? = talk.next(at: 0) else {
      Issue.record("there is no request")
      return
    }
    #expect(body == Array("abcd".utf8))
    #expect(talk.deadline == nil)
    #expect(talk.next(at: 0) == nil, "the second waits for the answer to the first")
    talk.answered(at: 500 * Self.second)
    #expect(talk.deadline == 510 * Self.second)
    guard case .head? = talk.next(at: 0), case .request(_, let next)? = talk.next(at: 0) else {
      Issue.record("there is no second request")
      return
    }
    #expect(next == Array("efgh".utf8))
    talk.isKnown = true
    talk.answered(at: 600 * Self.second)
    #expect(talk.deadline == 720 * Self.second)
  }

  @Test func nothingIsReadForEverBehindARequestThatWaits() {
    var talk = HTTPConversation(at: 0)
    feed(&talk, Self.post + "abcd", at: 0)
    while talk.next(at: 0) != nil {}
    #expect(talk.isAnswering)
    #expect(!talk.isFull)
    feed(&talk, String(repeating: "x", count: HTTPConversation.mostWaiting), at: 0)
    #expect(talk.isFull)
  }
}
