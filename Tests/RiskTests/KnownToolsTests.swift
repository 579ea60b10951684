import Foundation
import JSONText
import Risk
import Testing

/// What published servers' tools do to the world, judged by hand before the classifier was asked.
///
/// `names.tsv` has server, name and categories, the likeliest first, the others arguable; `unseen.tsv` has parameters
/// too, as has `unseen-later.tsv`, and their tools were judged before any rule was made from them; `described.tsv` has tools of well-known servers
/// with a description of ours. The bounds are what a change of the lists must not lose.
struct KnownToolsTests {
  struct Row {
    var name: String
    var description = ""
    var parameters: [String] = []
    /// The likeliest first.
    var categories: [Category]
  }

  static func rows(_ file: String) throws -> [[String]] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/risk")
    return try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
  }

  static func categories(_ letters: String) throws -> [Category] {
    try letters.map { letter in
      try #require(Category.allCases.first { $0.rawValue.first == letter })
    }
  }

  struct Score: CustomTestStringConvertible {
    var count = 0
    var agreed = 0
    var calledRead = 0
    /// Tools that change the world, beyond argument, and were called Read.
    var missed: [String] = []
    var reads = 0
    var overcalled: [String] = []

    var testDescription: String {
      "\(agreed) of \(count) agree; missed \(missed.count) of \(calledRead): \(missed); \(overcalled.count) of \(reads) reads called otherwise: \(overcalled)"
    }
  }

  static func score(_ rows: [Row]) throws -> Score {
    var score = Score()
    for row in rows {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("name", row.name)
      writer.member("description", row.description)
      writer.key("inputSchema")
      writer.beginObject()
      writer.key("properties")
      writer.beginObject()
      for parameter in row.parameters {
        writer.key(text: parameter)
        writer.beginObject()
        writer.member("type", "string")
        writer.endObject()
      }
      writer.endObject()
      writer.endObject()
      writer.endObject()
      let category = RiskClassifier.assess(try tool(String(decoding: writer.bytes, as: UTF8.self))).category
      score.count += 1
      if row.categories.contains(category) { score.agreed += 1 }
      if category == .read { score.calledRead += 1 }
      if row.categories.first == .read { score.reads += 1 }
      if category == .read, !row.categories.contains(.read) { score.missed.append(row.name) }
      if row.categories == [.read], category != .read { score.overcalled.append(row.name) }
    }
    return score
  }

  @Test func describedToolsOfWellKnownServers() throws {
    let score = try Self.score(
      Self.rows("described.tsv").map { fields in
        try Row(
          name: fields[1], description: fields[2], parameters: fields[3].split(separator: ",").map(String.init),
          categories: Self.categories(fields[0]))
      })
    #expect(score.count >= 150)
    #expect(score.agreed * 100 >= score.count * 97, "\(score.testDescription)")
    #expect(score.missed.isEmpty, "\(score.testDescription)")
    #expect(score.overcalled.count * 20 <= score.reads, "\(score.testDescription)")
  }

  @Test func namesAndParametersOfServersThatWereHeldBack() throws {
    let score = try Self.score(
      Self.rows("unseen.tsv").map {
        try Row(
          name: $0[1], parameters: $0[2].split(separator: ",").map(String.init), categories: Self.categories($0[3]))
      })
    #expect(score.count >= 2_100)
    #expect(score.agreed * 100 >= score.count * 92, "\(score.testDescription)")
    #expect(score.missed.count * 150 <= score.calledRead, "\(score.testDescription)")
    #expect(score.overcalled.count * 9 <= score.reads, "\(score.testDescription)")
  }

  /// Those that were taken last: most called Read that changes something must stay below one in 200.
  @Test func namesAndParametersOfServersThatCameLater() throws {
    let score = try Self.score(
      Self.rows("unseen-later.tsv").map {
        try Row(
          name: $0[1], parameters: $0[2].split(separator: ",").map(String.init), categories: Self.categories($0[3]))
      })
    #expect(score.count >= 1_300)
    #expect(score.agreed * 100 >= score.count * 94, "\(score.testDescription)")
    #expect(score.missed.count * 200 <= score.calledRead, "\(score.testDescription)")
    #expect(score.overcalled.count * 10 <= score.reads, "\(score.testDescription)")
  }

  /// Without a description there is less to go by, and the rest of doubt goes to caution.
  @Test func namesAlone() throws {
    let score = try Self.score(
      Self.rows("names.tsv").map { try Row(name: $0[1], categories: Self.categories($0[2])) })
    #expect(score.count >= 1_300)
    #expect(score.agreed * 100 >= score.count * 93, "\(score.testDescription)")
    #expect(score.missed.count * 100 <= score.calledRead, "\(score.testDescription)")
    #expect(score.overcalled.count * 12 <= score.reads, "\(score.testDescription)")
  }
}
