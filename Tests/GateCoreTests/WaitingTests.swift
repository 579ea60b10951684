import GateCore
import JSONText
import Policy
import SeededChance
import Testing

@Suite("P67: how long a request may wait")
struct WaitingTests {
  private static func at(_ seconds: Double) -> Moment { Moment(microseconds: Int64(seconds * 1_000_000)) }

  private static func patience(_ seconds: Int64, start: Int64? = nil) -> Waiting.Patience {
    Waiting.Patience(limit: seconds * 1_000_000, start: start.map { $0 * 1_000_000 })
  }

  private static func expired(_ number: UInt64, _ kind: Waiting.Kind, _ seconds: Double) -> Waiting.Expired {
    Waiting.Expired(number: number, kind: kind, waited: Int64(seconds * 1_000_000))
  }

  @Test("P67: nothing that waits needs no timer")
  func nothing() {
    var waiting = Waiting()
    #expect(waiting.wakeUp == nil && waiting.isEmpty && !waiting.hasUnread)
    #expect(waiting.expire(at: Self.at(1e9)) == [])
    waiting.remove(1)
    waiting.serverHasRead(at: Self.at(1))
    waiting.looked(at: Self.at(1))
    waiting.progressed("t", at: Self.at(1))
    #expect(waiting.wakeUp == nil)
  }

  @Test("P67: each runs out in its own time, once")
  func inOrder() {
    var waiting = Waiting()
    waiting.add(1, .call, Self.patience(30), token: nil, at: Self.at(0))
    waiting.add(2, .list, Self.patience(10), token: nil, at: Self.at(1))
    waiting.add(3, .call, Self.patience(30), token: nil, at: Self.at(2))
    #expect(waiting.wakeUp == Self.at(11))
    #expect(waiting.expire(at: Self.at(10.9)) == [])
    #expect(waiting.expire(at: Self.at(11)) == [Self.expired(2, .list, 10)])
    waiting.remove(2)
    #expect(waiting.wakeUp == Self.at(30))
    #expect(waiting.expire(at: Self.at(99)) == [Self.expired(1, .call, 30), Self.expired(3, .call, 30)])
    #expect(waiting.expire(at: Self.at(99)) == [])
    #expect(waiting.wakeUp == nil && waiting.isEmpty)
  }

  @Test("P67: an answer ends the wait")
  func anAnswer() {
    var waiting = Waiting()
    waiting.add(1, .call, Self.patience(30), token: "t", at: Self.at(0))
    waiting.remove(1)
    #expect(waiting.isEmpty && waiting.wakeUp == nil)
    waiting.progressed("t", at: Self.at(1))
    #expect(waiting.expire(at: Self.at(99)) == [])
  }

  @Test("P33: the time counts from when the server has read, and a slow start is not silence")
  func aSlowStart() {
    var waiting = Waiting()
    waiting.add(1, .discover, Self.patience(3, start: 60), token: nil, at: Self.at(0))
    #expect(waiting.hasUnread)
    #expect(waiting.wakeUp == Self.at(0.25))
    waiting.looked(at: Self.at(0.25))
    #expect(waiting.wakeUp == Self.at(0.5))
    waiting.looked(at: Self.at(0.3))
    #expect(waiting.wakeUp == Self.at(0.5), "not more often than need be")
    #expect(waiting.expire(at: Self.at(23)) == [])
    waiting.serverHasRead(at: Self.at(23))
    waiting.serverHasRead(at: Self.at(25))
    #expect(!waiting.hasUnread)
    #expect(waiting.wakeUp == Self.at(26))
    #expect(waiting.expire(at: Self.at(26)) == [Self.expired(1, .discover, 26)])
  }

  @Test("P33: a server that never reads is not waited for for ever")
  func neverRead() {
    var waiting = Waiting()
    waiting.add(1, .discover, Self.patience(3, start: 60), token: nil, at: Self.at(0))
    for look in 1...240 {
      waiting.looked(at: Self.at(Double(look) / 4))
      if look < 240 { #expect(waiting.expire(at: Self.at(Double(look) / 4)) == []) }
    }
    #expect(waiting.expire(at: Self.at(60)) == [Self.expired(1, .discover, 60)])
    #expect(!waiting.hasUnread && waiting.wakeUp == nil)
  }

  @Test("P33: nobody looks at a server once its last unread request is gone")
  func noMoreLooks() {
    var waiting = Waiting()
    waiting.add(1, .discover, Self.patience(3, start: 60), token: nil, at: Self.at(0))
    waiting.add(2, .initialize, Self.patience(60, start: 60), token: nil, at: Self.at(0))
    waiting.add(3, .call, Self.patience(99), token: nil, at: Self.at(0))
    waiting.remove(1)
    #expect(waiting.hasUnread)
    waiting.remove(2)
    #expect(!waiting.hasUnread)
    #expect((waiting.wakeUp ?? Self.at(0)) >= Self.at(3), "no look is due any more")
    #expect(waiting.expire(at: Self.at(98)) == [])
    #expect(waiting.wakeUp == Self.at(99))
  }

  @Test("P67: progress begins the wait anew, up to ten times its limit")
  func progress() {
    var waiting = Waiting()
    waiting.add(1, .call, Self.patience(10), token: "t", at: Self.at(0))
    waiting.add(2, .call, Self.patience(10), token: nil, at: Self.at(0))
    waiting.progressed("other", at: Self.at(5))
    waiting.progressed("t", at: Self.at(8))
    #expect(waiting.expire(at: Self.at(17.9)) == [Self.expired(2, .call, 10)])
    waiting.progressed("t", at: Self.at(17.9))
    #expect(waiting.expire(at: Self.at(27)) == [])
    for second in 27..<100 { waiting.progressed("t", at: Self.at(Double(second))) }
    #expect(waiting.expire(at: Self.at(99.9)) == [])
    waiting.progressed("t", at: Self.at(99.9))
    #expect(waiting.expire(at: Self.at(100)) == [Self.expired(1, .call, 100)])
  }

  @Test("P67: what comes and goes leaves nothing behind, and what is asked of it stays right", arguments: 1...4)
  func anyOrder(seed: Int) {
    var chance = Chance(UInt64(seed))
    var waiting = Waiting()
    var model: [UInt64: (due: Moment, latest: Moment, limit: Int64)] = [:]
    var now = Self.at(0)
    for number in 0..<4_000 {
      now = now.advanced(byMicroseconds: Int64(chance.below(3_000)))
      let number = UInt64(number)
      let limit = Int64(1_000 + chance.below(200_000))
      waiting.add(number, .call, Waiting.Patience(limit: limit), token: ExactText("\(number)"), at: now)
      model[number] = (now.advanced(byMicroseconds: limit), now.advanced(byMicroseconds: 10 * limit), limit)
      if let some = model.keys.sorted().dropFirst(chance.below(model.count)).first {
        if chance.happens(oneIn: 2) {
          waiting.remove(some)
          model[some] = nil
        } else if let entry = model[some] {
          waiting.progressed(ExactText("\(some)"), at: now)
          let due = min(now.advanced(byMicroseconds: entry.limit), entry.latest)
          model[some]?.due = max(due, entry.due)
        }
      }
      let due = model.filter { $0.value.due <= now }
      #expect(Set(waiting.expire(at: now).map(\.number)) == Set(due.keys))
      for number in due.keys { model[number] = nil }
      #expect(waiting.isEmpty == model.isEmpty)
      if let next = model.values.map(\.due).min(), let wakeUp = waiting.wakeUp { #expect(wakeUp <= next) }
    }
  }
}
