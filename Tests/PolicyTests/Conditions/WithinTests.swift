import Foundation
import JSONText
import Policy
import SeededChance
import Testing

/// `within`: paths as their text says.
struct WithinTests {
  enum Result: Sendable { case holds, fails, doubtful }

  func judge(_ value: String, _ folders: String = #"["/srv/app","/tmp/x/"]"#) throws -> Result {
    let entry = try entry(condition("args.p", .within, folders))
    var text: [UInt8] = []
    JSONWriter.append(value, to: &text)
    let outcome = entry.outcome(.require, try subject(#"{"p":"# + String(decoding: text, as: UTF8.self) + "}"))
    return outcome.mistyped != nil ? .doubtful : outcome.holds ? .holds : .fails
  }

  @Test(arguments: [
    ("/srv/app", Result.holds), ("/srv/app/", .holds), ("//srv///app//x", .holds), ("/srv/app/./a/../b", .holds),
    ("/srv/x/../app/y", .holds), ("/../../srv/app", .holds), ("/tmp/x", .holds), ("/srv/app/...", .holds),
    ("/srv/app/..a", .holds), ("/srv/app/%2e%2e", .holds), ("/srv/app/..%2f..%2fetc", .holds), ("/srv/app/~", .holds),
    ("/srv/app/ ", .holds), ("/srv/app/\n", .holds),
    ("/srv/application", .fails), ("/srv/ap", .fails), ("/srv", .fails), ("/", .fails), ("/srv/app/..", .fails),
    ("/srv/app/../../etc/passwd", .fails), ("/srv/app/x/../../", .fails), ("/SRV/app", .fails), ("/tmp", .fails),
    ("/srv/app ", .fails),
    ("", .doubtful), ("srv/app", .doubtful), ("./srv/app", .doubtful), ("../srv/app", .doubtful), (".", .doubtful),
    ("~/x", .doubtful), ("~root/srv/app", .doubtful), (" /srv/app", .doubtful), ("/srv/app\u{0}/../..", .doubtful),
    ("/srv/app\\..\\..\\etc", .doubtful), ("C:\\srv\\app", .doubtful), ("\\srv\\app", .doubtful),
    ("C:/srv/app", .doubtful),
    ("file:///srv/app/x", .holds), ("FILE:///srv/app", .holds), ("file:///srv/%61pp/a%20b", .holds),
    ("file:///srv/x/%2e%2E/app", .holds), ("file:///srv/app/%252e%252e", .holds),
    ("file:///srv/app/%2e%2e/x", .fails), ("file:///etc", .fails), ("file:////srv/app", .holds),
    ("file:/srv/app", .doubtful), ("file://srv/app", .doubtful), ("file://localhost/srv/app", .doubtful),
    ("file:///srv/app%2f..%2f..", .doubtful), ("file:///srv/app?x", .doubtful), ("file:///srv/app#x", .doubtful),
    ("file:///srv/app/%", .doubtful), ("file:///srv/app/%2", .doubtful), ("file:///srv/app/%zz", .doubtful),
    ("file:///srv/app/%00", .doubtful), ("file:///srv/app/%5c..", .doubtful), ("file:///../srv/app", .doubtful),
    ("file:///srv/../../srv/app", .doubtful), ("file:", .doubtful), ("file:///", .fails),
    ("https://example.com/srv/app", .doubtful),
  ])
  func within(_ value: String, _ result: Result) throws {
    #expect(try judge(value) == result)
  }

  @Test func theRootHoldsEverything() throws {
    #expect(try judge("/", #""/""#) == .holds)
    #expect(try judge("/a/../..", #""//.""#) == .holds)
    #expect(try judge("/etc", #""/srv/..""#) == .holds)
    #expect(try judge("etc", #""/""#) == .doubtful)
  }

  /// The slow, obvious way: a stack of names; whoever climbs above the root stays there.
  static func stack(_ path: String) -> [String] {
    var names: [String] = []
    for name in path.components(separatedBy: "/") where name != "" && name != "." {
      if name != ".." {
        names.append(name)
      } else if !names.isEmpty {
        names.removeLast()
      }
    }
    return names
  }

  @Test func agreesWithAStackOfNames() throws {
    var chance = Chance(21)
    func path(_ names: [String]) -> String {
      (0...chance.below(8)).map { _ in chance.pick(["/", "/", "//"]) + chance.pick(names) }.joined()
    }
    var held = 0
    for _ in 0..<5_000 {
      let folder = path(["a", "b", "..", ".", ""])
      let value = path(["a", "a", "b", "ab", "..", ".", "", "..."])
      let (outer, inner) = (Self.stack(folder), Self.stack(value))
      let expected = inner.starts(with: outer)
      held += expected ? 1 : 0
      #expect(try judge(value, "\"\(folder)\"") == (expected ? .holds : .fails), "\(value) within \(folder)")
      // Foundation goes the same way, where it has no folder of its own to look at.
      let standard = URL(fileURLWithPath: "/nowhere" + value).standardized.path
      if !value.contains("..") { #expect(Self.stack(standard) == ["nowhere"] + inner, "\(value)") }
    }
    #expect(500...4_500 ~= held)
  }

  @Test(arguments: [
    ("srv", "`srv` is not an absolute path: begin it with `/`"),
    ("", "`` is not an absolute path: begin it with `/`"),
    ("~/x", "`~/x` is not an absolute path: write the home folder in full: `/home/ann`"),
    ("file:///srv", "`file:///srv` is not an absolute path: write the path alone: `/srv/app`"),
    ("/srv\\\\x", "`/srv\\x` is not an absolute path: write slashes"),
    ("/srv\\u0000", "`/srv\u{0}` is not an absolute path: no path holds NUL"),
  ])
  func foldersThatAreNone(_ folder: String, _ line: String) throws {
    let value = try node("\"\(folder)\"")
    do throws(ConditionMistake) {
      let path = try ConditionPath("args.p")
      _ = try Condition(pointer: "", path: path, op: .within, value: value)
      Issue.record("`\(folder)` was read")
    } catch {
      #expect(error.line == line)
    }
  }
}
