import Foundation
import JSONText
import Policy
import SeededChance
import Testing

/// What a person reads who made a mistake in a policy file: one file a mistake, and beside it what is said.
struct MistakeTests {
  /// A policy in `Tests/Fixtures/policies`, with the lines that `policy validate` has for it.
  struct Fixture: Sendable, CustomTestStringConvertible {
    var name: String
    var text: [UInt8]
    /// Nil where there is no file of them.
    var lines: String?
    var testDescription: String { name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/policies")

    static func files(_ kind: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(kind).path).sorted()
    }

    static func all(_ kind: String) throws -> [Fixture] {
      try files(kind).filter { $0.hasSuffix(".json") }.map { name in
        let file = folder.appendingPathComponent("\(kind)/\(name)")
        let lines = try? String(contentsOf: file.deletingPathExtension().appendingPathExtension("txt"), encoding: .utf8)
        return Fixture(
          name: String(name.dropLast(5)), text: [UInt8](try Data(contentsOf: file)), lines: lines)
      }
    }
  }

  @Test(arguments: try Fixture.all("mistakes"))
  func isReported(_ mistake: Fixture) {
    do {
      _ = try PolicyDocument.read(mistake.text)
      Issue.record("it was accepted")
    } catch {
      #expect(error.description + "\n" == mistake.lines)
    }
  }

  @Test(arguments: try Fixture.all("warnings"))
  func isWarnedOf(_ oddity: Fixture) throws {
    let warnings = try PolicyDocument.read(oddity.text).warnings
    #expect(warnings.allSatisfy { $0.weight == .warning })
    #expect(warnings.map { "\($0)\n" }.joined() == oddity.lines)
  }

  @Test(arguments: try Fixture.all("good"))
  func isFine(_ policy: Fixture) throws {
    #expect(try PolicyDocument.read(policy.text).warnings.map(\.description) == [])
  }

  @Test func everyFileBelongsToAPolicy() throws {
    for kind in ["mistakes", "warnings", "good"] {
      let files = try Fixture.files(kind)
      let policies = files.filter { $0.hasSuffix(".json") }
      let wanted = kind == "good" ? policies : policies + policies.map { $0.dropLast(4) + "txt" }
      #expect(files == wanted.sorted())
      #expect(policies.count >= (kind == "mistakes" ? 150 : 5))
    }
  }

  @Test func aTextThatIsTooLongIsNotRead() {
    let text = [UInt8](repeating: 0x20, count: PolicyDocument.longest + 1)
    do {
      _ = try PolicyDocument.read(text)
      Issue.record("it was accepted")
    } catch {
      #expect(error.description == "1:1: error: a policy has at most 16777216 bytes, not 16777217")
    }
  }

  @Test func amongThousandsOfMistakesNobodyGuessesWhatWasMeant() {
    let rules = (0..<1_500).map { #""t\#($0)":{"acton":"allow"}"# }.joined(separator: ",")
    do {
      _ = try policy(#"{"version":"1","tools":{\#(rules)}}"#)
      Issue.record("it was accepted")
    } catch {
      let helps = (error as? PolicyRejection)?.problems.map { $0.help ?? "" } ?? []
      #expect(helps.count == 1_500)
      #expect(helps.count { $0 == "did you mean `action`?" } == 1_000)
      #expect(helps.last?.hasPrefix("known here: `action`, ") == true)
    }
  }

  /// Whatever is cut off or put in, there is a message at a place within the text, and never a trap.
  @Test func everyTextHasItsMessage() throws {
    var chance = Chance(7)
    let bytes = Array("{}[]\",:'/#*\\ \n\t0+-.eEtnulabc\u{201C}\u{E9}\u{0}".utf8) + [0xFF, 0xC3]
    for fixture in try Fixture.all("good") + Fixture.all("mistakes") where fixture.text.count < 2_000 {
      for _ in 0..<60 {
        var text = fixture.text
        switch chance.below(3) {
        case 0: text.removeLast(chance.below(text.count + 1))
        case 1: text.insert(chance.pick(bytes), at: chance.below(text.count + 1))
        default: if !text.isEmpty { text.remove(at: chance.below(text.count)) }
        }
        do {
          _ = try PolicyDocument.read(text)
        } catch {
          let lines = text.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
          #expect(error.problems.contains { $0.weight == .error })
          for problem in error.problems {
            #expect(1...lines ~= problem.place.line && 1...text.count + 1 ~= problem.place.column)
            #expect(!problem.message.isEmpty && problem.help?.isEmpty != true && !problem.message.hasSuffix("."))
          }
        }
      }
    }
  }
}
