import Foundation
import System
import Testing

struct WriteAheadTests {
  /// A file with some text, and one ahead of it.
  private final class Pair {
    let folder: TemporaryFolder
    let file: AppendFile
    let ahead: WriteAhead

    init(_ text: String = "one\n", size: Int = 100) throws {
      folder = try TemporaryFolder()
      file = try AppendFile(new: folder("7"))
      try file.append(Array(text.utf8).span)
      ahead = try WriteAhead(new: folder("ahead"), number: 7, length: text.utf8.count, size: size)
    }

    func append(_ text: String) -> Bool { WriteAheadTests.append(text, to: ahead) }
    var text: String { get throws { try String(contentsOfFile: folder("7"), encoding: .utf8) } }
    func set(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: folder("7"))) }

    /// As the next process does, when this one was killed.
    func finish() throws {
      try WriteAhead.finish(folder("ahead")) { folder("\($0)") }
    }

    var isThere: Bool { SafeFile.exists(folder("ahead")) }
  }

  private static func append(_ text: String, to ahead: WriteAhead) -> Bool { ahead.append(Array(text.utf8).span) }

  @Test func whatIsAheadIsWrittenInItsTime() throws {
    let pair = try Pair()
    #expect(pair.ahead.isEmpty)
    for text in ["two\n", "three\n"] { #expect(pair.append(text)) }
    #expect(try pair.text == "one\n" && !pair.ahead.isEmpty)
    try pair.file.take(pair.ahead)
    #expect(try pair.text == "one\ntwo\nthree\n" && pair.ahead.isEmpty)
    #expect(pair.append("four\n"))
    pair.ahead.remove()
    #expect(pair.isThere)
    try pair.file.take(pair.ahead)
    pair.ahead.remove()
    #expect(try pair.text == "one\ntwo\nthree\nfour\n" && !pair.isThere)
  }

  @Test func whatThereIsNoRoomForIsNotTaken() throws {
    let pair = try Pair(size: 10)
    #expect(pair.append("123456"))
    #expect(!pair.append("12345"))
    #expect(pair.append("1234"))
    #expect(pair.append("") && !pair.append("1"))
    try pair.file.take(pair.ahead)
    #expect(try pair.text == "one\n1234561234")
    #expect(pair.append("1234567890"))
  }

  @Test func whatIsTakenBackIsNeverWritten() throws {
    let pair = try Pair()
    #expect(pair.append("two\n") && pair.append("three\n"))
    #expect(pair.ahead.takeBack(6))
    #expect(!pair.ahead.takeBack(5))
    try pair.finish()
    #expect(try pair.text == "one\ntwo\n")
  }

  /// The process may have been killed before, in, or after the one write that brings all to the file.
  @Test(arguments: 0...10) func aProcessThatIsKilledLosesNothing(_ written: Int) throws {
    let pair = try Pair()
    #expect(pair.append("two\n") && pair.append("three\n"))
    try pair.file.append(Array("two\nthree\n".utf8.prefix(written)).span)
    try pair.finish()
    #expect(try pair.text == "one\ntwo\nthree\n" && !pair.isThere)
    try pair.finish()
    #expect(try pair.text == "one\ntwo\nthree\n")
  }

  @Test func alsoWhenItHadWrittenSomeBefore() throws {
    let pair = try Pair()
    #expect(pair.append("two\n"))
    try pair.file.take(pair.ahead)
    try pair.finish()
    #expect(try pair.text == "one\ntwo\n")
    for written in 0...6 {
      for isOther in [false, true] {
        let pair = try Pair()
        if isOther {
          try pair.file.append(Array("two\n".utf8).span)
          try pair.file.show(pair.ahead)
        } else {
          #expect(pair.append("two\n"))
          try pair.file.take(pair.ahead)
        }
        #expect(pair.append("three\n"))
        try pair.file.append(Array("three\n".utf8.prefix(written)).span)
        try pair.finish()
        #expect(try pair.text == "one\ntwo\nthree\n")
      }
    }
  }

  @Test func whatSomebodyElseWroteOrTookAwayMeanwhileLosesNothing() throws {
    for (text, expected) in [
      ("one\nfour\n", "one\nfour\ntwo\nthree\n"), ("o", "otwo\nthree\n"), ("", "two\nthree\n"),
      ("one\ntwo\nthree\nfour\n", "one\ntwo\nthree\nfour\n"),
    ] {
      let pair = try Pair()
      #expect(pair.append("two\n") && pair.append("three\n"))
      try pair.set(text)
      try pair.finish()
      #expect(try pair.text == expected)
    }
    let pair = try Pair()
    #expect(pair.append("two\n"))
    try SafeFile.remove(pair.folder("7"))
    try pair.finish()
    #expect(!pair.isThere && !SafeFile.exists(pair.folder("7")))
  }

  @Test func aFileThatNoGateWroteIsLeftAlone() throws {
    let pair = try Pair()
    #expect(pair.append("two\n"))
    let path = pair.folder("ahead")
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    func refused(_ data: Data) throws {
      try data.write(to: URL(fileURLWithPath: path))
      #expect(throws: SystemError.self) { try pair.finish() }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == data)
      #expect(try pair.text == "one\n")
    }
    try refused(good.prefix(63))
    try refused(Data("x".utf8) + good.dropFirst())
    // An end behind the file's, and numbers that no number is.
    for place in [8, 16, 24] {
      var data = good
      for index in place..<place + 8 { data[index] = 0xFF }
      try refused(data)
    }
    try SafeFile.remove(path)
    Shell.link("7", path)
    #expect(throws: SystemError.self) { try pair.finish() }
    #expect(try pair.text == "one\n")
  }

  /// Killed before it said that it is one.
  @Test func oneThatWasHardlyMadeGoes() throws {
    let pair = try Pair()
    for size in [0, 200] {
      try Data(count: size).write(to: URL(fileURLWithPath: pair.folder("ahead")))
      try pair.finish()
      #expect(try pair.text == "one\n" && !pair.isThere)
    }
  }

  @Test func whereWritingFailsNothingMoreIsTakenUntilItDoesNot() throws {
    let folder = try TemporaryFolder()
    let ahead = try WriteAhead(new: folder("ahead"), number: 1, length: 0, size: 100)
    #expect(Self.append("one\n", to: ahead))
    let full = AppendFile(try Descriptor.open("/dev/full", 1), "/dev/full")
    #expect(throws: SystemError.self) { try full.take(ahead) }
    #expect(!Self.append("two\n", to: ahead) && !ahead.isEmpty)
    let file = try AppendFile(new: folder("1"))
    try file.take(ahead)
    #expect(Self.append("two\n", to: ahead))
    #expect(try String(contentsOfFile: folder("1"), encoding: .utf8) == "one\n")
  }
}
