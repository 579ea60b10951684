import Foundation
import FuzzTargets
import Testing

/// What the fuzzers start from, and what they found, holds.
struct ReplayTests {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
  static let corpus = tests.appending(path: "Fuzz/Corpus")

  /// The inputs of a target, those of `Tests/Fuzz/run`.
  static func inputs(_ target: FuzzTarget) throws -> [URL] {
    var folders = [corpus.appending(path: target.rawValue)]
    switch target {
    case .policy: folders.append(tests.appending(path: "Fixtures/policies"))
    case .intercept: folders.append(tests.appending(path: "Fixtures/intercept"))
    case .json, .conditions, .schema, .suite, .counts, .http, .clients, .lock: break
    }
    return try folders.flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).map { folder.appending(path: $0) }
    }.filter { file in
      // Empty ones are tried apart: Foundation reads them with a leak.
      let values = try file.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      return values.isRegularFile == true && values.fileSize != 0
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func nothingIsWrongWith(_ target: FuzzTarget) throws {
    let inputs = try Self.inputs(target)
    try #require(inputs.count > 5, "there is hardly anything to start from")
    #expect(target.complaint(about: []) == nil)
    for input in inputs {
      let complaint = target.complaint(about: Array(try Data(contentsOf: input)))
      #expect(complaint == nil, "\(target.rawValue): \(input.lastPathComponent)")
    }
  }

  @Test func everyFolderIsATarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
    #expect(folders.sorted() == FuzzTarget.allCases.map(\.rawValue).sorted())
  }
}
