import Foundation
import JSONText
import Testing

/// What we read, Python's `json` and Node's `JSON.parse` read with the same meaning; what we refuse beyond them, we mean to refuse.
struct DifferentialTests {
  /// Texts that all of them read, and that we refuse: agents and servers could take them for different things.
  static let deliberate: Set<String> = [
    "byteOrderMark", "duplicateKey", "loneSurrogate", "nulInKey", "numberTooLong", "tooDeep",
  ]

  @Test(.enabled(if: OtherReader.mustRun, "there is no python3 or no node, and this is not CI"))
  func whatWeReadOthersReadTheSame() throws {
    let corpus = DifferentialCorpus(seed: 11, generated: 9_000, mutated: 27_000).texts
    let ours = corpus.map(Reading.init)
    let input = zip(corpus, ours).map { text, reading in
      text.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\t\(reading.words)\n"
    }.joined()
    let python = try OtherReader.python.answers(to: input)
    let node = try OtherReader.node.answers(to: input)
    try #require((python.count, node.count) == (corpus.count, corpus.count))

    var read = 0
    var onlyOurs: [String: Int] = [:]
    for (index, reading) in ours.enumerated() {
      let text = String(decoding: corpus[index].prefix(200), as: UTF8.self)
      guard let refusal = reading.refusal else {
        read += 1
        #expect(python[index] == "=", "Python reads otherwise: \(text)")
        #expect(node[index] == "=", "Node reads otherwise: \(text)")
        continue
      }
      // Python takes more for JSON than JSON is (NaN, UTF-16, half pairs in UTF-8), Node does not.
      if node[index] == "+" {
        #expect(Self.deliberate.contains(refusal), "only we refuse (\(refusal)): \(text)")
        if python[index] == "+" { onlyOurs[refusal, default: 0] += 1 }
      }
    }
    #expect(read > 10_000, "too few texts were read to say anything")
    #expect(corpus.count - read > 10_000, "too few texts were refused to say anything")
    #expect(Set(onlyOurs.keys) == Self.deliberate, "what only we refuse: \(onlyOurs)")
  }
}

/// What we make of a text.
private struct Reading {
  /// Why it was refused.
  var refusal: String?
  /// The value as a list of words, whose form `read.py` tells; empty where it was refused.
  var words = ""

  init(_ text: [UInt8]) {
    do throws(JSONError) {
      var list: [String] = []
      Self.write(try JSONNode.read(text), to: &list)
      words = list.joined(separator: " ")
    } catch {
      // `duplicateKey` of `duplicateKey(...)`
      refusal = String("\(error.reason)".prefix { $0.isLetter })
    }
  }

  private static func write(_ node: JSONNode, to list: inout [String]) {
    switch node.content {
    case .null: list.append("n")
    case .bool(let value): list.append(value ? "t" : "f")
    case .number(let number): list.append("d" + number.text)
    case .string(let text): list.append(word(text))
    case .array(let elements):
      list.append("a\(elements.count)")
      for element in elements { write(element, to: &list) }
    case .object(let members):
      list.append("o\(members.count)")
      for member in members {
        list.append(word(member.key))
        write(member.value, to: &list)
      }
    }
  }

  private static func word(_ text: ExactText) -> String {
    "s" + text.string.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: ".")
  }
}

/// A program that reads texts and says what came of each.
private struct OtherReader {
  static let python = OtherReader(program: "python3", script: "read.py")
  static let node = OtherReader(program: "node", script: "read.js")

  /// Where both are, and in CI, where they have to be.
  static var mustRun: Bool {
    ProcessInfo.processInfo.environment["CI"] != nil || (python.path != nil && node.path != nil)
  }

  var program: String
  var script: String

  private var path: URL? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(filePath: String($0)).appending(path: program) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// One word for each line.
  func answers(to input: String) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (questions, answers) = (folder.appending(path: "questions"), folder.appending(path: "answers"))
    try Data(input.utf8).write(to: questions)
    let executable: URL = try #require(path, "\(program) is not on the PATH")
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: script)
    let words = [executable, script, questions, answers].map { "'\($0.path.replacing("'", with: "'\\''"))'" }
    // Foundation's Process leaves a few bytes behind, which the leak finder minds.
    let status = unsafe system("exec \(words[0]) \(words[1]) <\(words[2]) >\(words[3])")
    try #require(status == 0, "\(program) failed")
    return String(decoding: try Data(contentsOf: answers), as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
