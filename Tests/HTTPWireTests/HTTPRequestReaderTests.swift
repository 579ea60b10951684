import HTTPWire
import SeededChance
import Testing

struct HTTPRequestReaderTests {
  @Test("P78: what is no hostile request is read", arguments: Sample.good)
  func reads(_ sample: Sample) {
    let (requests, refusal) = reading(sample.bytes, pieces: [])
    #expect(requests == sample.requests)
    #expect(refusal == nil)
  }

  @Test("P78: what two servers could read in two ways is refused", arguments: Sample.hostile)
  func refuses(_ sample: Sample) {
    let (requests, refusal) = reading(sample.bytes, pieces: [])
    #expect(requests == sample.requests)
    #expect(refusal == sample.refusal)
  }

  @Test(arguments: Sample.good + Sample.hostile)
  func readsTheSameInAnyPieces(_ sample: Sample) {
    let whole = reading(sample.bytes, pieces: [])
    var chance = Chance(UInt64(sample.bytes.count))
    for most in [1, 2, 3, 7, 40, 500] {
      let pieces = (0..<sample.bytes.count).map { _ in 1 + chance.below(most) }
      let cut = reading(sample.bytes, pieces: pieces)
      #expect(cut.requests == whole.requests, "pieces of \(most) at most")
      #expect(cut.refusal == whole.refusal, "pieces of \(most) at most")
    }
  }

  /// Requests with a byte changed, left out or doubled are read the same in any pieces, and never as more requests.
  @Test func readsChangedRequestsTheSameInAnyPieces() {
    var chance = Chance(7)
    for _ in 0..<4_000 {
      var bytes = chance.pick(Sample.good).bytes + chance.pick(Sample.good).bytes
      for _ in 0...chance.below(3) {
        let place = chance.below(bytes.count)
        switch chance.below(3) {
        case 0: bytes[place] = chance.pick(Array("\r\n :;0aA\u{0}%/\t".utf8))
        case 1: bytes.remove(at: place)
        default: bytes.insert(chance.pick(Array("\r\n :,0".utf8)), at: place)
        }
      }
      let whole = reading(bytes, pieces: [])
      let pieces = (0..<bytes.count).map { _ in 1 + chance.below(9) }
      let cut = reading(bytes, pieces: pieces)
      #expect(cut.requests == whole.requests)
      #expect(cut.refusal == whole.refusal)
      #expect(whole.requests.count <= 4)
    }
  }

  /// A request says the same behind another one as alone, however little the two differ.
  @Test func aRequestIsReadTheSameBehindAnother() {
    let good = Sample.good.filter { $0.requests.count == 1 }
    var chance = Chance(13)
    var repeats = 0
    for turn in 0..<8_000 {
      let first = chance.pick(good)
      var bytes = chance.below(4) == 0 ? chance.pick(Sample.good + Sample.hostile).bytes : first.bytes
      for _ in 0..<chance.below(3) where !bytes.isEmpty {
        let place = chance.below(bytes.count)
        switch chance.below(4) {
        case 0: bytes[place] = chance.pick(Array("0123456789".utf8))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(chance.pick(Array("0123456789".utf8)), at: place)
        default: bytes[place] = chance.pick(Array("\r\n :cC,/".utf8))
        }
      }
      var reader = HTTPRequestReader()
      #expect(events(&reader, first.bytes).count == 2)
      let behind = events(&reader, bytes)
      if reader.isRepeated { repeats += 1 }
      var fresh = HTTPRequestReader()
      #expect(behind == events(&fresh, bytes), "\(turn): \(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(repeats > 500)
  }

  @Test func anotherLengthIsTheSameHeadOtherwise() {
    var reader = HTTPRequestReader()
    let post = { (length: String, body: String) in
      Array("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\nX: 11\r\n\r\n\(body)".utf8)
    }
    #expect(events(&reader, post("11", "01234567890")).count == 2)
    #expect(!reader.isRepeated)
    let next = events(&reader, post("12", "012345678901"))
    #expect(reader.isRepeated)
    guard case .head(let head)? = next.first else {
      Issue.record("there is no head")
      return
    }
    #expect(head.body == .length(12))
    #expect((try? head.only("content-length")).map { $0.map { Array($0) } } == Array("12".utf8))
    #expect(next.last == .body(Array("012345678901".utf8)))
    #expect(events(&reader, post("9", "012345678")).count == 2)
    #expect(!reader.isRepeated)
  }

  private func events(_ reader: inout HTTPRequestReader, _ bytes: [UInt8]) -> [HTTPRequestReader.Event] {
    reader.feed(bytes.span)
    var events: [HTTPRequestReader.Event] = []
    while let event = reader.next() { events.append(event) }
    return events
  }

  @Test func aBodyOverTheLimitIsRefusedBeforeItCame() {
    var limits = HTTPLimits()
    limits.body = 4
    let chunks = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n1\r\n"
    #expect(reading(Array(chunks.utf8), pieces: [], limits).refusal == .contentTooLarge)
    let length = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"
    #expect(reading(Array(length.utf8), pieces: [], limits).refusal == .contentTooLarge)
    let fits = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd"
    #expect(reading(Array(fits.utf8), pieces: [], limits).requests == ["post /a abcd"])
  }

  @Test func nothingIsReadAfterARefusal() {
    var reader = HTTPRequestReader()
    feed(&reader, "GET / HTTP/1.1\nHost: h\r\n\r\n")
    guard case .refused? = reader.next() else {
      Issue.record("it was not refused")
      return
    }
    feed(&reader, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(reader.next() == nil)
    #expect(reader.unread == 0)
  }

  /// Many requests that come before the first one was read take no memory once they were.
  @Test func whatWasReadIsForgotten() {
    var reader = HTTPRequestReader()
    let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    feed(&reader, request + "GET")
    for _ in 0..<20_000 {
      while reader.next() != nil {}
      feed(&reader, String(request.dropFirst(3)) + "GET")
      #expect(reader.unread < 200)
    }
    #expect(reader.memory < 512 << 10)
  }

  private func feed(_ reader: inout HTTPRequestReader, _ text: String) {
    let bytes = Array(text.utf8)
    reader.feed(bytes.span)
  }
}
