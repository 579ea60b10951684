import GateCore
import Policy
import Testing

@Suite("P68: a server that answers nothing any more is left in peace for a while")
struct BreakerTests {
  private static func at(_ seconds: Int64) -> Moment { Moment(microseconds: seconds * 1_000_000) }

  /// One that has seen so many calls run out of time, the last at 100 s.
  private static func tried(_ times: Int) -> Breaker {
    var breaker = Breaker()
    for number in 0..<times { breaker.timedOut(UInt64(number), at: at(100)) }
    return breaker
  }

  private static let probing: Breaker = {
    var breaker = tried(5)
    breaker.sent(9, limit: 7_000_000, at: at(130))
    return breaker
  }()

  @Test("P68: five calls in a row that run out of time open it for half a minute")
  func fiveInARow() {
    for times in 0..<5 {
      #expect(Self.tried(times).state == .closed(timeouts: times))
      #expect(Self.tried(times).wait(at: Self.at(100)) == nil)
    }
    let breaker = Self.tried(5)
    #expect(breaker.state == .open(until: Self.at(130)))
    #expect(breaker.wait(at: Self.at(100)) == 30_000_000)
    #expect(breaker.wait(at: Moment(microseconds: 129_999_999)) == 1)
    #expect(breaker.wait(at: Self.at(130)) == nil)
  }

  @Test("P68: an answer begins the count anew")
  func anAnswer() {
    var breaker = Self.tried(4)
    breaker.answered()
    #expect(breaker == Breaker())
    breaker.timedOut(7, at: Self.at(1))
    #expect(breaker.state == .closed(timeouts: 1))
  }

  @Test("P68: a closed one takes no note of calls that are sent or cancelled")
  func whileClosed() {
    var breaker = Self.tried(3)
    breaker.sent(8, limit: 1, at: Self.at(101))
    breaker.gone(8, at: Self.at(102))
    #expect(breaker == Self.tried(3))
  }

  @Test("P68: an open one is not moved by calls that were sent before it opened, unless they are answered")
  func whileOpen() {
    var breaker = Self.tried(5)
    breaker.timedOut(8, at: Self.at(120))
    breaker.timedOut(8, at: Self.at(121))
    breaker.gone(9, at: Self.at(122))
    #expect(breaker == Self.tried(5))
    breaker.answered()
    #expect(breaker == Breaker())
  }

  @Test("P68: after the pause one call probes, and the others wait for it")
  func oneProbe() {
    #expect(Self.probing.state == .probing(9, until: Self.at(137)))
    #expect(Self.probing.wait(at: Self.at(130)) == 7_000_000)
    #expect(Self.probing.wait(at: Self.at(200)) == 1, "never none while nobody knows how the probe ends")
    var breaker = Self.probing
    breaker.sent(10, limit: 1, at: Self.at(131))
    breaker.timedOut(8, at: Self.at(132))
    breaker.gone(8, at: Self.at(133))
    #expect(breaker == Self.probing)
  }

  @Test("P68: a probe's answer closes it")
  func theProbeIsAnswered() {
    var breaker = Self.probing
    breaker.answered()
    breaker.answered()
    #expect(breaker == Breaker())
  }

  @Test("P68: a probe that runs out of time opens it for another half minute")
  func theProbeRunsOut() {
    var breaker = Self.probing
    breaker.timedOut(9, at: Self.at(137))
    #expect(breaker.state == .open(until: Self.at(167)))
    breaker.timedOut(9, at: Self.at(150))
    #expect(breaker.state == .open(until: Self.at(167)), "told twice")
  }

  @Test("P68: when a probe is cancelled the next call is one")
  func theProbeIsCancelled() {
    var breaker = Self.probing
    breaker.gone(9, at: Self.at(131))
    #expect(breaker.wait(at: Self.at(131)) == nil)
    breaker.sent(10, limit: 5_000_000, at: Self.at(132))
    #expect(breaker.state == .probing(10, until: Self.at(137)))
  }

  @Test("P68: the ends of time do no harm")
  func theEndsOfTime() {
    var breaker = Breaker()
    for number in 0..<5 { breaker.timedOut(UInt64(number), at: Moment(microseconds: .max - 1)) }
    #expect(breaker.wait(at: Moment(microseconds: .max)) == nil)
    breaker.sent(9, limit: .max, at: Moment(microseconds: .max))
    #expect(breaker.wait(at: Moment(microseconds: .min)) == .max)
  }
}
