import Foundation
import JSONText
import Policy
import SeededChance
import Testing

/// `host_in`: the host that every program finds, or none.
struct HostTests {
  enum Result: Sendable { case holds, fails, doubtful }

  func judge(_ value: String, _ hosts: String) throws -> Result {
    let entry = try entry(condition("args.u", .hostIn, hosts))
    var text: [UInt8] = []
    JSONWriter.append(value, to: &text)
    let subject = try subject(#"{"u":"# + String(decoding: text, as: UTF8.self) + "}")
    let (allowed, denied) = (entry.outcome(.require, subject), entry.outcome(.denyIf, subject))
    if allowed.mistyped != nil {
      // Doubt never opens, and always closes.
      #expect(!allowed.holds && denied.holds)
      return .doubtful
    }
    #expect(allowed.holds == denied.holds)
    return allowed.holds ? .holds : .fails
  }

  static let list = #"["good.com","*.wild.com","192.0.2.1","[2001:DB8::1]","::1","localhost","xn--bcher-kva.example"]"#

  @Test(arguments: [
    // As it should be
    ("https://good.com", Result.holds), ("http://good.com/", .holds), ("HTTPS://GOOD.com:443/x?y#z", .holds),
    ("https://good.com.", .holds), ("https://good.com?x=1", .holds), ("https://good.com#x", .holds),
    ("https://user@good.com", .holds), ("https://user:p%40ss@good.com:8080/", .holds), ("ftp://good.com", .holds),
    ("postgres://u:p@good.com:5432/db", .holds), ("git+ssh://git@good.com/x", .holds), ("https://good.com:/", .holds),
    ("https://good.com:00443/", .holds), ("https://good.com/a\\b", .holds), ("https://good.com/é", .holds),
    ("https://good.com/x@evil.com", .holds), ("https://good.com/x?u=https://evil.com", .holds),
    ("https://a.wild.com", .holds), ("https://a.b.c.WILD.com.", .holds),
    ("http://192.0.2.1:8080/", .holds), ("http://192.0.2.1./", .holds), ("http://[2001:db8::1]/", .holds),
    ("http://[2001:0db8:0:0:0:0:0.0.0.1]:80", .holds), ("http://[::1]", .holds), ("http://[0:0:0:0:0:0:0:1]", .holds),
    ("http://[0000::0001]", .holds), ("http://[::ffff:192.0.2.1]", .holds), ("http://[::FFFF:c000:201]", .holds),
    ("http://localhost:3000", .holds), ("https://xn--bcher-kva.example", .holds),
    // Other hosts
    ("https://evil.com", .fails), ("https://good.com.evil.com", .fails), ("https://notgood.com", .fails),
    ("https://www.good.com", .fails), ("https://wild.com", .fails), ("https://awild.com", .fails),
    ("https://good.com@evil.com", .fails), ("https://good.com:443@evil.com", .fails),
    ("https://evil.com/good.com", .fails),
    ("https://evil.com?good.com", .fails), ("https://evil.com#good.com", .fails), ("http://192.0.2.10", .fails),
    ("http://[::2]", .fails), ("http://[::192.0.2.1]", .fails), ("https://good_com", .fails),
    // No URL, or none with a host
    ("", .fails), ("good.com", .fails), ("good.com/x", .fails), ("/good.com", .fails), ("hello, world", .fails),
    ("note: good", .fails), ("mailto:a@good.com", .fails), ("data:text/plain,good.com", .fails),
    ("file:///good.com", .fails),
    ("urn:x", .fails), ("foo:///x", .fails), (":", .fails), ("::1", .fails), ("a/b//c", .fails), ("?", .fails),
    // What programs read differently
    ("//good.com", .doubtful), ("\\\\good.com", .doubtful), ("/\\good.com", .doubtful), ("https:good.com", .doubtful),
    ("https:/good.com", .doubtful), ("https:///good.com", .doubtful), ("https:\\\\good.com", .doubtful),
    ("https:/\\good.com", .doubtful), ("https://", .doubtful), ("https:", .doubtful),
    ("https://good.com\\@evil.com", .doubtful),
    ("https://evil.com\\good.com", .doubtful), ("https://good.com\\", .doubtful), (" https://good.com", .doubtful),
    ("https://good.com ", .doubtful), ("https://go\tod.com", .doubtful), ("https://good.com\n", .doubtful),
    ("ht\ntps://good.com", .doubtful), ("https://good.com/a b", .doubtful), ("git:// ", .doubtful),
    ("git://\u{7F}", .doubtful), ("file:// /good.com", .doubtful), ("https://good.com\u{7F}", .doubtful),
    ("https://good.com\u{0}.evil.com", .doubtful), ("\u{FEFF}https://good.com", .doubtful),
    ("see https://good.com", .doubtful),
    ("<https://good.com>", .doubtful), ("URL:https://good.com", .doubtful), ("blob:https://good.com/x", .doubtful),
    ("https://a@b@good.com", .doubtful), ("https://a@good.com@evil.com", .doubtful),
    ("https://good.com#@evil.com/", .doubtful),
    ("https://good.com?@evil.com/", .doubtful), ("https://[x]@good.com", .doubtful), ("https://a%@good.com", .doubtful),
    ("https://good.com:80:80", .doubtful), ("https://good.com:65536", .doubtful), ("https://good.com:8a", .doubtful),
    ("https://good.com:-1", .doubtful), ("https://good.com:99999999999999999999999", .doubtful),
    ("good.com:443", .doubtful),
    ("localhost:3000/x", .doubtful), ("https://go%6Fd.com", .doubtful), ("https://good.com%2f.evil.com", .doubtful),
    ("https://gооd.com", .doubtful), ("https://good。com", .doubtful), ("https://good.com℀.evil.com", .doubtful),
    ("https://good.com..", .doubtful), ("https://.good.com", .doubtful), ("https://a..good.com", .doubtful),
    ("https://.", .doubtful), ("https://good.com!", .doubtful), ("https://good.com,evil.com", .doubtful),
    ("http://3221225985", .doubtful), ("http://0xC0000201", .doubtful), ("http://192.0.513", .doubtful),
    ("http://0300.0.2.1", .doubtful), ("http://192.0.2.01", .doubtful), ("http://192.0.2.256", .doubtful),
    ("http://192.0.2.0x1", .doubtful), ("http://1.192.0.2.1", .doubtful), ("http://127.1", .doubtful),
    ("http://x.0x1", .doubtful),
    ("http://[::1", .doubtful), ("http://[::1]x", .doubtful), ("http://[::1%25eth0]", .doubtful),
    ("http://[::1%eth0]", .doubtful),
    ("http://[1::2::3]", .doubtful), ("http://[::12345]", .doubtful), ("http://[1:2:3:4:5:6:7]", .doubtful),
    ("http://[1:2:3:4:5:6:7:8:9]", .doubtful), ("http://[1:2:3:4:5:6:7::8]", .doubtful), ("http://[:1]", .doubtful),
    ("http://[1:]", .doubtful), ("http://[]", .doubtful), ("http://[::1.2.3]", .doubtful),
    ("http://[1.2.3.4::]", .doubtful),
    ("http://::1/", .doubtful), ("file://good.com/x", .doubtful), ("file://localhost/x", .doubtful),
    ("file:good.com", .doubtful),
    ("://good.com", .doubtful), ("1http://good.com", .doubtful), ("ht_tp://good.com", .doubtful),
  ])
  func hostIn(_ value: String, _ result: Result) throws {
    #expect(try judge(value, Self.list) == result)
  }

  /// Whatever is made of the parts of URLs: Foundation finds the host that we find.
  @Test func agreesWithFoundation() throws {
    let parts = [
      "http", "git", ":", "//", "/", "\\", "@", "?", "#", "good.com", "evil.com", "a", ".", "-", ":80", ":65536",
      "[::1]", "[", "]",
      "1", "%41", "%", " ", "\t", "é", "..", "GOOD.com", "user:pw@", "evil.com/", "=", "~", "!", "\u{0}", "http://",
      "good.com/",
    ]
    var chance = Chance(41)
    var found = (0, 0)
    for _ in 0..<10_000 {
      let text =
        chance.pick(["http://", "https://", "git://", ""])
        + (0...chance.below(4)).map { _ in chance.pick(parts) }.joined()
      let result = try judge(text, #""good.com""#)
      guard result != .doubtful, text.contains("://") else { continue }
      var host = URLComponents(string: text)?.host?.lowercased() ?? ""
      if host.hasSuffix(".") { host.removeLast() }
      #expect((result == .holds) == (host == "good.com"), "\(text)")
      if result == .holds { found.0 += 1 } else { found.1 += 1 }
    }
    #expect(found.0 > 200 && found.1 > 1_000)
  }

  @Test func aNameIsAtMost253Long() throws {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(try judge("https://\(longest)", "\"\(longest)\"") == .holds)
    #expect(try judge("https://\(longest)b", Self.list) == .doubtful)
    #expect(try judge("https://a\(label).com", Self.list) == .doubtful)
  }

  @Test(arguments: [
    ("", "`` is not a host: write a name as `example.com`"),
    (
      "https://example.com",
      "`https://example.com` is not a host: write the host alone, as `example.com`, without what is around it"
    ),
    ("example.com:443", "`example.com:443` is not a host: leave the port out: `example.com`"),
    ("example.com/x", "`example.com/x` is not a host: leave the path out: `example.com`"),
    ("bücher.example", "`bücher.example` is not a host: write it in ASCII, as `xn--…`"),
    (
      "*",
      "`*` is not a host: a star stands for whole names before a dot: `*.example.com` for everything below `example.com`"
    ),
    (
      "*.",
      "`*.` is not a host: a star stands for whole names before a dot: `*.example.com` for everything below `example.com`"
    ),
    (
      "*example.com",
      "`*example.com` is not a host: a star stands for whole names before a dot: `*.example.com` for everything below `example.com`"
    ),
    (
      "a.*.com",
      "`a.*.com` is not a host: a star stands for whole names before a dot: `*.example.com` for everything below `example.com`"
    ),
    (
      "*.0.0.1",
      "`*.0.0.1` is not a host: a star stands for whole names before a dot: `*.example.com` for everything below `example.com`"
    ),
    ("127.1", "`127.1` is not a host: write an address as four numbers from 0 to 255: `192.0.2.1`"),
    ("0x7f000001", "`0x7f000001` is not a host: write an address as four numbers from 0 to 255: `192.0.2.1`"),
    ("fe80::1%eth0", "`fe80::1%eth0` is not a host: leave the zone out"),
    (
      "a b",
      "`a b` is not a host: write a name, `*.` and a name, or an address: `example.com`, `*.example.com`, `192.0.2.1`, `2001:db8::1`"
    ),
  ])
  func hostsThatAreNone(_ host: String, _ line: String) throws {
    do throws(ConditionMistake) {
      let path = try ConditionPath("args.p")
      _ = try Condition(pointer: "", path: path, op: .hostIn, value: JSONNode(.string(ExactText(host))))
      Issue.record("`\(host)` was read")
    } catch {
      #expect(error.line == line)
    }
  }

  @Test func oneHostHasManySpellings() throws {
    for (spelling, url) in [
      ("Example.COM.", "http://example.com"), ("[::ffff:127.0.0.1]", "http://127.0.0.1"),
      ("127.0.0.1", "http://[::ffff:7f00:1]"), ("[2001:db8::]", "http://[2001:DB8:0::0]"), ("a_b", "x://A_B"),
    ] {
      #expect(try judge(url, "\"\(spelling)\"") == .holds)
    }
  }
}
