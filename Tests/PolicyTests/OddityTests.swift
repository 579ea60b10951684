import JSONText
import Policy
import SeededChance
import Testing

/// What is warned of is certain: compared with every name of a small world.
struct OddityTests {
  /// All texts of some letters, up to a length.
  static func texts(_ letters: [String], upTo length: Int) -> [String] {
    var all = [""]
    var last = [""]
    for _ in 0..<length {
      last = last.flatMap { text in letters.map { text + $0 } }
      all += last
    }
    return all
  }

  @Test func aPatternCoversAnotherIfItMatchesAllThatThatMatches() throws {
    let patterns = try Self.texts(["a", "b", "*"], upTo: 4).dropFirst().map {
      (text: $0, pattern: try NamePattern(ExactText($0)))
    }
    // Without c, which no pattern knows, `*a*` and `*b*` would seem to leave out the empty name alone.
    let names = Self.texts(["a", "b", "c"], upTo: 5).map { ExactText($0) }
    func matches(_ pattern: NamePattern) -> [Bool] {
      names.map { name in
        switch pattern {
        case .exact(let exact): exact == name
        case .glob(let glob): glob.matches(name)
        }
      }
    }
    let matched = patterns.map { matches($0.pattern) }
    var covering = 0
    for (index, one) in patterns.enumerated() {
      for (other, another) in patterns.enumerated() {
        let covers = zip(matched[index], matched[other]).allSatisfy { $0 || !$1 }
        #expect(one.pattern.covers(another.pattern) == covers, "`\(one.text)` `\(another.text)`")
        covering += covers ? 1 : 0
      }
    }
    #expect(covering > 2_000)
  }

  /// Every name that a rule's key matches is hidden where the rule is said never to apply.
  @Test func aRuleThatNeverAppliesIsHidden() throws {
    var chance = Chance(11)
    let names = Self.texts(["a", "b", "c"], upTo: 4).dropFirst().map { ExactText($0) }
    let patterns = Array(Self.texts(["a", "b", "*"], upTo: 3).dropFirst())
    var seen = [false: 0, true: 0]
    for _ in 0..<300 {
      let (key, top, own) = (chance.pick(patterns), chance.pick(patterns), chance.pick(patterns))
      let document = try policy(
        #"{"version":"1","hide":["\#(top)"],"servers":{"s":{"hide":["\#(own)"],"tools":{"\#(key)":{}}}}}"#)
      let isWarned = document.warnings.contains { $0.pointer == "/servers/s/tools/\(key)" }
      let engine = PolicyEngine(document)
      let pattern = try NamePattern(ExactText(key))
      let isHidden = names.allSatisfy { name in
        !pattern.covers(.exact(name)) || engine.isHidden(server: "s", tool: name)
      }
      // Two globs may hide together what neither hides alone; that is not looked for.
      #expect(!isWarned || isHidden)
      if case .exact = pattern { #expect(isWarned == isHidden) }
      seen[isWarned, default: 0] += 1
    }
    #expect(seen.values.allSatisfy { $0 > 30 })
  }

  @Test func manyGlobsTakeNoTimeForEachOther() throws {
    let entries = (0..<20_000).map { #""x\#($0)*""# }.joined(separator: ",")
    let rules = (0..<20_000).map { #""x\#($0)a":{}"# }.joined(separator: ",")
    let start = ContinuousClock.now
    let document = try policy(#"{"version":"1","hide":[\#(entries)],"tools":{\#(rules)}}"#)
    #expect(document.warnings.count > 100)
    #expect(start.duration(to: .now) < .seconds(20))
  }
}
