import JSONText
import Policy
import SeededChance
import Testing

struct FormatTests {
  @Test func rulesHaveLinesOfTheirOwn() throws {
    let document = try policy(
      #"""
      {"version":"1","hide":["a","b"],"tools":{"push":{"limits":[{"window":6e1,"max":10}],"reason":"\u0041"}},
       "all_tools":{"action":"allow"},"servers":{"git":{"tools":{},"default":"deny"},"x":{}}}
      """#)
    let expected = #"""
      {
        "version": "1",
        "hide": ["a", "b"],
        "tools": {
          "push": {"limits": [{"window": 6e1, "max": 10}], "reason": "\u0041"}
        },
        "all_tools": {"action": "allow"},
        "servers": {
          "git": {
            "tools": {},
            "default": "deny"
          },
          "x": {}
        }
      }

      """#
    #expect(try String(decoding: #require(document.formatted), as: UTF8.self) == expected)
  }

  @Test(arguments: UInt64(1)...60)
  func formattingChangesNothing(seed: UInt64) throws {
    var chance = Chance(seed)
    let document = try policy(RandomPolicy.document(&chance, seed))
    let once = try PolicyDocument.read(try #require(document.formatted))
    #expect(once.formatted == once.text)
    #expect(try JSONNode.read(once.text).compact == JSONNode.read(document.text).compact)
    #expect(PolicyChange.between(document, once).isEmpty)
    #expect(once.text.last == 0x0A)
  }
}
