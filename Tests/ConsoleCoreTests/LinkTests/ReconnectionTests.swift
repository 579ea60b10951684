import ConsoleCore
import Testing

struct ReconnectionTests {
  @Test func itTriesMoreAndMoreSeldom() {
    var link = Reconnection()
    #expect(link.begin() == .connect)
    var pauses: [Int64] = []
    for _ in 0..<8 {
      guard case .wait(let pause) = link.failed(jitter: 128) else {
        Issue.record("no pause")
        return
      }
      pauses.append(pause / 10_000)
      #expect(link.timerFired() == .connect)
    }
    #expect(pauses == [20, 40, 80, 160, 320, 500, 500, 500])
  }

  @Test(arguments: [(UInt8(0), Int64(175_000)), (255, 225_000)])
  func jitterIsAnEighthEitherWay(jitter: UInt8, pause: Int64) {
    var link = Reconnection()
    _ = link.begin()
    #expect(link.failed(jitter: jitter) == .wait(microseconds: pause))
  }

  @Test func onlyAnAnswerMakesItForgetItsPatience() {
    var link = Reconnection()
    _ = link.begin()
    _ = link.failed(jitter: 0)
    _ = link.timerFired()
    link.connected()
    #expect(link.failed(jitter: 0) == .wait(microseconds: 350_000))
    _ = link.timerFired()
    link.connected()
    link.greeted()
    #expect(link.failed(jitter: 0) == .wait(microseconds: 175_000))
  }

  @Test func aGateThatWasStartedIsAwaitedQuietly() {
    var link = Reconnection()
    _ = link.begin()
    link.gateStarted()
    for _ in 0..<50 {
      #expect(link.failed(jitter: 0) == .waitQuietly(microseconds: 40_000))
      #expect(link.timerFired() == .connect)
    }
    #expect(link.failed(jitter: 0) == .wait(microseconds: 175_000))
  }

  @Test func lateWordsAreIgnored() {
    var link = Reconnection()
    #expect(link.timerFired() == .ignore)
    #expect(link.failed(jitter: 0) == .ignore)
    #expect(link.begin() == .connect)
    #expect(link.begin() == .ignore)
    _ = link.failed(jitter: 0)
    #expect(link.failed(jitter: 0) == .ignore)
    link.close()
    #expect(link.timerFired() == .ignore)
  }
}
