import Foundation
import JSONText
import Policy
import Store
import System
import Testing

struct GrantBookTests {
  private let now = Moment(microseconds: 1_000_000_000_000)

  private func grant(_ label: String, _ token: String, expires: Moment? = nil, servers: [ExactText]? = nil)
    -> GrantBook.Grant
  {
    GrantBook.Grant(
      label: ExactText(label), digest: ContentDigest(of: Array(token.utf8)).hexadecimal, servers: servers, created: now,
      expires: expires)
  }

  private func found(_ book: GrantBook, _ token: String, at moment: Moment? = nil) -> String? {
    book.grant(of: ArraySlice(token.utf8), at: moment ?? now)?.label.string
  }

  @Test("P80: a token is known by its digest alone")
  func tokens() throws {
    var book = GrantBook()
    let (first, digest) = GrantFile.makeToken()
    let (second, _) = GrantFile.makeToken()
    #expect(first != second)
    #expect(first.utf8.count == 46)
    try book.add(GrantBook.Grant(label: "a", digest: digest, created: now))
    try book.add(grant("b", second))
    #expect(found(book, first) == "a")
    #expect(found(book, second) == "b")
    for wrong in ["", String(first.dropLast()), first + "x", digest] { #expect(found(book, wrong) == nil) }
    #expect(!String(decoding: book.text, as: UTF8.self).contains(first))
    try book.rotate("a", to: ContentDigest(of: Array("new".utf8)).hexadecimal, at: now)
    #expect(found(book, first) == nil)
    #expect(found(book, "new") == "a")
    try book.revoke("a")
    #expect(found(book, "new") == nil)
    #expect(throws: GrantError.self) { try book.revoke("a") }
    #expect(throws: GrantError.self) { try book.rotate("a", to: digest, at: now) }
  }

  @Test func aGrantEnds() throws {
    var book = GrantBook()
    try book.add(grant("a", "t", expires: now.advanced(byMicroseconds: 10)))
    #expect(found(book, "t", at: now.advanced(byMicroseconds: 9)) == "a")
    let end = now.advanced(byMicroseconds: 10)
    #expect(found(book, "t", at: end) == nil)
    #expect(!book.hasEnded(after: now, until: now.advanced(byMicroseconds: 9)))
    #expect(book.hasEnded(after: now, until: end))
    #expect(!book.hasEnded(after: end, until: now.advanced(byMicroseconds: 11)))
    #expect(throws: GrantError.self) { try book.rotate("a", to: grant("a", "new").digest, at: end) }
  }

  @Test func aGrantReachesItsServers() throws {
    #expect(grant("a", "t").reaches("x"))
    #expect(grant("a", "t", servers: ["x"]).reaches("x"))
    #expect(!grant("a", "t", servers: ["x"]).reaches("X"))
    #expect(!grant("a", "t", servers: []).reaches("x"))
  }

  @Test(arguments: ["", "a b", "local", "é", "a/b", String(repeating: "a", count: 65)])
  func refusesLabels(_ label: String) {
    var book = GrantBook()
    #expect(throws: GrantError.self) { try book.add(grant(label, "t")) }
  }

  @Test func refusesASecondGrantOfOneLabel() throws {
    var book = GrantBook()
    try book.add(grant("a", "t"))
    #expect(throws: GrantError.self) { try book.add(grant("a", "u")) }
  }

  @Test func whatIsWrittenIsRead() throws {
    var book = GrantBook()
    #expect(try GrantBook(text: book.text) == book)
    try book.add(grant("a", "t", expires: now.advanced(byMicroseconds: 60_000_000), servers: ["x", "y"]))
    try book.add(grant("b", "u", servers: []))
    try book.add(grant("c", "v"))
    #expect(try GrantBook(text: book.text) == book)
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"version":"2","grants":[]}"#, #"{"version":"1","grants":{}}"#,
    #"{"version":"1","grants":[],"x":1}"#, #"{"version":"1","grants":[{"label":"a"}]}"#,
    #"{"version":"1","grants":[{"label":"a","token_digest":"00","created":"2026-01-01T00:00:00Z"}]}"#,
  ])
  func refusesFiles(_ text: String) {
    #expect(throws: GrantError.self) { _ = try GrantBook(text: Array(text.utf8)) }
  }

  @Test func theFileIsTheUsersAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "grants-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "sub/grants.json").path
    #expect(try GrantFile.read(path) == nil)
    try GrantFile.change(path) { book throws(GrantError) in try book.add(grant("a", "t")) }
    #expect(try GrantFile.read(path)?.grants.map(\.label) == ["a"])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: GrantError.self) {
      try GrantFile.change(path) { book throws(GrantError) in try book.add(grant("a", "t")) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "sub").path) == ["grants.json"])
  }
}
