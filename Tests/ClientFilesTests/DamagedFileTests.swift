import ClientFiles
import JSONText
import SeededChance
import Testing

/// Files that a few changes make of good ones: nothing traps or takes long, and what is changed can be put back.
struct DamagedFileTests {
  @Test(arguments: FixtureTests.all)
  func nothingIsWrongWith(_ fixture: FixtureTests.Fixture) throws {
    let good = try fixture.text
    var chance = Chance(UInt64(good.count))
    let signs = Array("\"'[]{}=.\\\n\r#/*$,:-&!|> \té".utf8)
    for _ in 0..<40 {
      var text = good
      for _ in 0..<(1 + chance.below(4)) {
        let place = chance.below(text.count)
        switch chance.below(5) {
        case 0: text[place] = UInt8(chance.below(256))
        case 1: text.removeSubrange(place..<min(text.count, place + 1 + chance.below(20)))
        case 2:
          let copied = chance.below(text.count)
          text.insert(contentsOf: text[copied..<min(text.count, copied + chance.below(60))], at: place)
        default: text.insert(chance.pick(signs), at: place)
        }
        if text.isEmpty { text = good }
      }
      let file = fixture.read(text)
      if file.problem != nil { #expect(file.listed.isEmpty && !"\(file)".contains("s3cret")) }
      _ = MaskedText.of(text, fixture.place, file.listed.map(\.address))
      for server in file.listed where !server.isGuarded {
        do throws(EditRefusal) {
          let done = try FixtureTests.wrap(text, server, fixture)
          #expect(done.record.unwrap(done.text)?.text == text)
          #expect(fixture.read(done.text).listed.first { $0.address == server.address }?.isGuarded == true)
        } catch {
          let ours = ["its entry could not be put back", "another part of the file would change, too"]
          #expect(!ours.contains(error.message), "\(error.message): \(String(decoding: text, as: UTF8.self))")
        }
      }
    }
  }
}
