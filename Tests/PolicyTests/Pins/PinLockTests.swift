import JSONText
import Policy
import SeededChance
import Testing

struct PinLockTests {
  static let now = Moment(microseconds: 1_763_000_000_000_000)

  static func digest(_ text: String) -> ContentDigest { ContentDigest(of: Array(text.utf8)) }
  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static let text = """
    {
      "version": 1,
      "servers": {
        "git": {
          "instructions": {
            "digest": "\(digest("be kind").hexadecimal)",
            "accepted": "2025-11-13T02:13:20Z",
            "by": "first use",
            "text": "be kind"
          },
          "tools": {
            "log": {
              "digest": "\(digest("log").hexadecimal)",
              "accepted": "2025-11-13T02:13:20Z",
              "by": "first use",
              "definition": {
                "description": "Shows\\u200b \\ud83d\\ude00... \\udb40\\udc41",
                "inputSchema": {
                  "properties": {
                    "n": {
                      "maximum": 1.0e2,
                      "type": ["integer", "null"]
                    }
                  },
                  "type": "object"
                },
                "name": "log"
              }
            },
            "push": {
              "rejected": {
                "digest": "\(digest("push").hexadecimal)",
                "at": "2025-11-13T02:13:20Z",
                "by": "you on pts/1 (console)"
              }
            }
          }
        },
        "new": {},
        "old": {
          "instructions": {
            "digest": "\(digest("be kind").hexadecimal)",
            "accepted": "2025-11-13T02:13:20Z",
            "by": "first use",
            "text": "be kind",
            "rejected": {
              "digest": "\(digest("be cruel").hexadecimal)",
              "at": "2025-11-13T02:13:20Z",
              "by": "you on pts/1 (console)"
            }
          }
        }
      }
    }

    """.replacing("\\ud83d\\ude00", with: "😀")

  @Test func whatIsReadIsWrittenAgainAsItWas() throws {
    let lock = try PinLock.read(Self.bytes(Self.text))
    #expect(String(decoding: lock.text, as: UTF8.self) == Self.text)
    let log = try #require(lock["git", "log"])
    #expect(log.digest == Self.digest("log"))
    #expect(log.accepted == Self.now)
    let definition = try JSONNode.read(try #require(log.definition))
    #expect(definition["description"]?.string == "Shows\u{200B} 😀... \u{E0041}")
    #expect(String(decoding: definition.compact, as: UTF8.self).contains("1.0e2"))
    #expect(lock["git", "push"]?.rejected?.by == "you on pts/1 (console)")
    #expect(lock.servers["new"]?.tools == nil)
  }

  @Test(arguments: [
    ("[]", "1:1: error: a file of pins must be an object, not an array"),
    ("{\"servers\":{}}", "1:1: error: `version` is missing here"),
    ("{\"version\":2}", "1:12: error: this build reads `\"version\": 1` only"),
    ("{\"version\":1,\"servers\":{\"a\":{\"tool\":{}}}}", "unknown key `tool`: did you mean `tools`?"),
    ("{\"version\":1,\"servers\":{\"a\":{\"tools\":{\"b\":{}}}}}", "a tool needs a `digest`, or `rejected`"),
    (
      "{\"version\":1,\"servers\":{\"a\":{\"tools\":{\"b\":{\"digest\":\"00\"}}}}}",
      "`digest` must be 64 hexadecimal digits in lower case"
    ),
    (
      "{\"version\":1,\n<<<<<<< ours\n\"servers\":{}}",
      "2:1: error: a merge left its marks here; keep one side and remove them"
    ),
    ("{\"version\":1,\"servers\":{\"a\":{},\"a\":{}}}", "1:"),
  ]) func whatIsWrongIsSaidWithItsPlace(text: String, words: String) throws {
    let mistake = #expect(throws: PinMistake.self) { try PinLock.read(Self.bytes(text)) }
    #expect("\(try #require(mistake))".contains(words), "\(String(describing: mistake))")
  }

  @Test func aDigestIsReadAsItIsWritten() {
    let digest = Self.digest("x")
    #expect(ContentDigest(hexadecimal: digest.hexadecimal) == digest)
    #expect(ContentDigest(hexadecimal: digest.hexadecimal.uppercased()) == nil)
    #expect(ContentDigest(hexadecimal: String(digest.hexadecimal.dropLast())) == nil)
  }

  @Test func whatCannotBeSeenIsWrittenAsItsNumber() throws {
    var lock = PinLock()
    let hidden = "a\u{202E}b\u{E0041}c\u{FE0F}d\u{00A0}e\u{2028}f\u{E000}é字"
    let definition = JSONNode(.object([JSONMember(key: "description", value: JSONNode(.string(ExactText(hidden))))]))
    lock.apply(
      .record(
        "s", ExactText(hidden),
        PinLock.Tool(digest: Self.digest("x"), accepted: Self.now, by: "me", definition: PinLock.kept(definition))))
    let text = String(decoding: lock.text, as: UTF8.self)
    #expect(text.contains(#"a\u202eb\udb40\udc41c\ufe0fd\u00a0e\u2028f\ue000é字"#))
    #expect(try PinLock.read(lock.text) == lock)
  }

  @Test func aDefinitionThatWouldSpoilTheFileIsKnownByItsDigestAlone() throws {
    var deep = JSONNode(.null)
    for _ in 0..<120 { deep = JSONNode(.array([deep])) }
    #expect(PinLock.kept(JSONNode(.object([JSONMember(key: "inputSchema", value: deep)]))) == nil)
    var shallow = JSONNode(.bool(true))
    for _ in 0..<90 { shallow = JSONNode(.array([shallow])) }
    let kept = PinLock.kept(JSONNode(.object([JSONMember(key: "inputSchema", value: shallow)])))
    var lock = PinLock()
    lock.apply(.record("s", "t", PinLock.Tool(digest: Self.digest("x"), accepted: Self.now, definition: kept)))
    #expect(try PinLock.read(lock.text) == lock)
    let long = JSONNode(.string(ExactText(String(repeating: "x", count: 70_000))))
    #expect(PinLock.kept(JSONNode(.object([JSONMember(key: "description", value: long)]))) == nil)
  }

  @Test func noTextTrapsTheReader() {
    var chance = Chance(7)
    let good = Self.bytes(Self.text)
    for _ in 0..<3_000 {
      var text = good
      for _ in 0..<1 + chance.below(4) {
        let place = chance.below(text.count)
        switch chance.below(3) {
        case 0: text[place] = UInt8(truncatingIfNeeded: chance.next())
        case 1: text.remove(at: place)
        default: text.insert(chance.pick(good), at: place)
        }
      }
      if let lock = try? PinLock.read(text) { #expect((try? PinLock.read(lock.text))?.text == lock.text) }
    }
  }
}
