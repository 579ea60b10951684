import Foundation
import JSONText
import Store
import System
import Testing

/// Texts of policies that were in force.
struct KeptPoliciesTests {
  private let folder = NSTemporaryDirectory() + "gh-kept-\(UUID().uuidString)"

  private func names() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

  private func revision(_ text: String) -> String { ContentDigest(of: Array(text.utf8)).short }

  @Test func whatWasKeptIsFoundByItsRevision() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = KeptPolicies(in: folder)
    #expect(kept.text(of: revision("one")) == nil)
    try kept.keep(Array("one".utf8))
    try kept.keep(Array("two".utf8))
    #expect(kept.text(of: revision("one")) == Array("one".utf8))
    #expect(kept.text(of: ContentDigest(of: Array("two".utf8)).hexadecimal) == Array("two".utf8))
    #expect(kept.text(of: revision("three")) == nil)
    // Too short to tell one from another, or no digits.
    for odd in ["", revision("one").prefix(4).description, "../../../x", String(repeating: "z", count: 12)] {
      #expect(kept.text(of: odd) == nil, "\(odd)")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(names()[0])")[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func whatIsObeyedAgainIsTheLastAgain() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = KeptPolicies(in: folder)
    for text in ["one", "two", "one", "one"] { try kept.keep(Array(text.utf8)) }
    #expect(names().map { String($0.prefix(2)) } == ["2-", "3-"])
    #expect(kept.text(of: revision("one")) == Array("one".utf8))
    #expect(kept.text(of: revision("two")) == Array("two".utf8))
  }

  @Test func theOldestGo() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = KeptPolicies(in: folder)
    for number in 0..<KeptPolicies.most + 5 { try kept.keep(Array("policy \(number)".utf8)) }
    #expect(names().count == KeptPolicies.most)
    #expect(kept.text(of: revision("policy 4")) == nil && kept.text(of: revision("policy 5")) != nil)
    // By their size, too, and the last one always stays.
    let long = [UInt8](repeating: 0x20, count: 12 << 20)
    for byte in 0..<4 as Range<UInt8> { try kept.keep(long + [byte]) }
    #expect(names().count == 2)
    #expect(kept.text(of: ContentDigest(of: long + [3]).short) != nil)
  }

  @Test func whatIsNotOursOrChangedIsNotRead() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = KeptPolicies(in: folder)
    try kept.keep(Array("one".utf8))
    for name in ["notes.txt", "7-abc.json", "x-\(String(repeating: "a", count: 64)).json", ".hidden"] {
      try Data("?".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    let name = try #require(names().first { $0.hasPrefix("1-") })
    try Data("another".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    #expect(kept.text(of: revision("one")) == nil, "its digest is another one")
    try kept.keep(Array("two".utf8))
    #expect(kept.text(of: revision("two")) != nil)
    #expect(names().contains("notes.txt"))
  }
}
