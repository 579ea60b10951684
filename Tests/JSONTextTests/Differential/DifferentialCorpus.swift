import SeededChance

/// Texts that are JSON, nearly JSON, or what some readers take for JSON.
struct DifferentialCorpus {
  private(set) var texts: [[UInt8]]
  private var chance: Chance

  /// The texts written by hand, then generated ones, then ones that were spoilt a little.
  init(seed: UInt64, generated: Int, mutated: Int) {
    chance = Chance(seed)
    texts = Self.handmade
    for _ in 0..<generated {
      var text: [UInt8] = []
      blank(&text)
      value(&text, depth: 0)
      blank(&text)
      texts.append(text)
    }
    let originals = texts
    for _ in 0..<mutated {
      var text = chance.pick(originals)
      for _ in 0...chance.below(3) { mutate(&text) }
      texts.append(text)
    }
  }

  // MARK: Generated

  private mutating func value(_ text: inout [UInt8], depth: Int) {
    switch chance.below(depth > 4 ? 5 : 8) {
    case 0: text += Array(chance.pick(["null", "true", "false"]).utf8)
    case 1, 2: number(&text)
    case 3, 4: string(&text)
    case 5: array(&text, depth)
    default: object(&text, depth)
    }
  }

  private mutating func array(_ text: inout [UInt8], _ depth: Int) {
    text.append(0x5B)
    for index in 0..<chance.below(5) {
      if index > 0 { text.append(0x2C) }
      blank(&text)
      value(&text, depth: depth + 1)
      blank(&text)
    }
    text.append(0x5D)
  }

  private mutating func object(_ text: inout [UInt8], _ depth: Int) {
    text.append(0x7B)
    let isUnlucky = chance.below(20) == 0
    for index in 0..<chance.below(6) {
      if index > 0 { text.append(0x2C) }
      blank(&text)
      // The number keeps most keys apart.
      let start = text.count
      string(&text)
      if !isUnlucky { text.replaceSubrange(start...start, with: Array("\"\(index)".utf8)) }
      blank(&text)
      text.append(0x3A)
      blank(&text)
      value(&text, depth: depth + 1)
      blank(&text)
    }
    text.append(0x7D)
  }

  private mutating func number(_ text: inout [UInt8]) {
    if chance.below(3) == 0 { text.append(0x2D) }
    let digits = chance.pick([1, 1, 2, 5, 16, 17, 20, 40, 300])
    text.append(UInt8(0x31 + chance.below(9)))
    if chance.below(6) == 0 { text[text.count - 1] = 0x30 } else { self.digits(&text, digits - 1) }
    if chance.below(3) == 0 {
      text.append(0x2E)
      self.digits(&text, chance.pick([1, 2, 16, 17, 30]))
    }
    if chance.below(3) == 0 {
      text.append(chance.pick([0x65, 0x45]))
      text += Array(chance.pick(["", "+", "-"]).utf8)
      self.digits(&text, chance.pick([1, 2, 3, 3, 20]))
    }
  }

  private mutating func digits(_ text: inout [UInt8], _ count: Int) {
    for _ in 0..<count { text.append(UInt8(0x30 + chance.below(10))) }
  }

  private mutating func string(_ text: inout [UInt8]) {
    text.append(0x22)
    for _ in 0..<chance.pick([0, 1, 2, 3, 8, 9, 30]) {
      switch chance.below(8) {
      case 0: text += Array(chance.pick([#"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#]).utf8)
      case 1: text += Array(chance.pick([#"\u00e9"#, #"\uFFFF"#, #"\u0041"#, #"\ud83d\ude00"#, #"\uDBFF\uDFFF"#]).utf8)
      case 2:
        let scalars: [Unicode.Scalar] = [
          "é", "\u{301}", "ß", "\u{7F}", "\u{2028}", "\u{FEFF}", "\u{FFFF}", "😀", "\u{10FFFF}",
        ]
        text += Array(String(chance.pick(scalars)).utf8)
      default: text.append(chance.pick(Array(" abcxyz019._-/*:,[]{}'<>&".utf8)))
      }
    }
    text.append(0x22)
  }

  private mutating func blank(_ text: inout [UInt8]) {
    guard chance.below(6) == 0 else { return }
    for _ in 0..<chance.below(4) { text.append(chance.pick([0x20, 0x09, 0x0A, 0x0D])) }
  }

  // MARK: Spoilt

  private static let odd: [[UInt8]] =
    [
      [0x00], [0x0B], [0x0C], [0x1F], [0x80], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
      [0xEF, 0xBB, 0xBF],
    ]
    + [
      "\"", "\\", "{", "}", "[", "]", ",", ":", "-", "+", ".", "e", "0", "1", "//", "/**/", "#", "'", "NaN", "Infinity",
      #"\u0000"#, #"\ud800"#, #"\udc00"#, #"\u"#, #"\x41"#, "\u{A0}", "\u{85}", "true", "nul", " ", "\t", "\n",
    ].map { Array($0.utf8) }

  private mutating func mutate(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return text = chance.pick(Self.odd) }
    let place = chance.below(text.count)
    switch chance.below(6) {
    case 0: text.remove(at: place)
    case 1: text[place] = UInt8(chance.below(256))
    case 2: text.insert(contentsOf: chance.pick(Self.odd), at: place)
    case 3: text.replaceSubrange(place...place, with: chance.pick(Self.odd))
    case 4:
      let end = min(text.count, place + 1 + chance.below(12))
      text.insert(contentsOf: text[place..<end], at: chance.below(text.count))
    default: text.removeSubrange(place..<min(text.count, place + 1 + chance.below(8)))
    }
  }

  // MARK: Written by hand

  private static let handmade: [[UInt8]] = written.map { Array($0.utf8) } + bytes + deep + long

  private static let written: [String] = [
    "null", "true", "false", "0", "-0", "-0.0", "0e0", "1E400", "-1e-400", "123456789012345678901234567890",
    "0.1", "1.7976931348623157e308", "5e-324", "1e309", "9007199254740993", "1.0", "1e0", "\"\"", "[]", "{}",
    " [ ] ", "\t{\r\n}\n", "[[[[]]]]", "[null,true,false,0,\"\",[],{}]", #"{"a":{"a":{"a":[]}}}"#,
    #"{"":0}"#, #"{" ":0,"  ":1}"#, #"{"__proto__":1}"#, #"{"__proto__":{"x":1},"constructor":[]}"#,
    #"{"10":1,"9":2,"a":3,"1":4,"-1":5,"01":6}"#, #"{"a":1,"A":2,"á":3,"a\u0301":4}"#,
    "{\"\u{E9}\":1,\"e\u{301}\":2}",
    #""\ud83d\ude00""#, #""\uD83D\uDE00\u0000""#, #""\u2028\u2029""#, "\"\u{2028}\"", "\"\u{7F}\"", "\"\u{10FFFF}\"",
    #""\/\\\"\b\f\n\r\t""#, #""\u00E9\u00e9é""#, #""\ufeff""#, "\"\u{FEFF}\"",
    // Two members of one name
    #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"x":[{"b":1,"b":2}]}"#, #"{"":1,"":2}"#,
    // Half pairs
    #""\ud800""#, #""\udc00""#, #""\udc00\ud800""#, #""\ud800\u0041""#, #"{"\ud800":1}"#, #""\ud800\ud800\udc00""#,
    // NUL
    #""\u0000""#, #"{"\u0000":1}"#, #"{"a\u0000":1,"a":2}"#, "\u{0}", "\"\u{0}\"", "1\u{0}",
    // Byte order marks
    "\u{FEFF}null", "\u{FEFF}{}", "\u{FEFF}", "\u{FEFF}\u{FEFF}1", "null\u{FEFF}", " \u{FEFF}1",
    // Not JSON at all
    "", " ", "nul", "nulll", "True", "TRUE", "NaN", "[NaN]", "Infinity", "-Infinity", "[-Infinity]", "undefined",
    "01", "-01", "+1", ".5", "5.", "1.e1", "1e", "1e+", "0x10", "1_000", "1,000", "--1", "-", "1.2.3", "1e1.5", "２",
    "[1,]", "[,1]", "[1,,2]", "[1 2]", "[", "]", "[1", "1]", "[1}", "{\"a\":1]", "[]]", "[][]", "{}{}", "1 2",
    #"{"a":1,}"#, #"{,"a":1}"#, #"{"a"}"#, #"{"a":}"#, #"{:1}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{null:1}"#,
    #"{"a":1"#, #"{"a""#, #"{"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, #"{[]:1}"#,
    "\"", "\"a", "a\"", "'a'", "`a`", #""\""#, #""\a""#, #""\x41""#, #""\u00""#, #""\u00g0""#, #""\U0041""#, #""\0""#,
    "\"a\nb\"", "\"a\tb\"", "\"\u{1F}\"", "\"a\rb\"", #""\"#, #""\\"#, #""\u"#, #"["\"]"#,
    "// x\n1", "1 // x", "/* x */1", "# x\n1", "1;", "\u{B}1", "\u{C}1", "\u{A0}1", "\u{85}1", "\u{2028}1",
    "1\u{2003}",
    "\\u0031", "[\"a\",\n1", "{\"a\":/*x*/1}", "<1>", "{{}}", "((1))", "truefalse", "\"a\"\"b\"", "[true]false",
  ]

  private static let bytes: [[UInt8]] = [
    [0xFF, 0xFE, 0x31, 0x00], [0xFE, 0xFF, 0x00, 0x31], [0x31, 0x00], [0x22, 0xC0, 0xAF, 0x22],
    [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, 0x22],
    [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
    [0x22, 0xE2, 0x82, 0x22], [0x22, 0xFF, 0x22], [0x22, 0x80, 0x22], [0xE9], [0x22, 0xC3, 0x28, 0x22],
    [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE0, 0x80, 0xAF, 0x22], [0x5B, 0xA0, 0x5D],
  ]

  private static let deep: [[UInt8]] = [100, 127, 128, 129, 130, 200, 400, 5_000].flatMap { (depth: Int) -> [[UInt8]] in
    let arrays = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let objects = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    return [Array(arrays.utf8), Array(objects.utf8)]
  }

  private static let long: [[UInt8]] = [399, 400, 401, 1_000].flatMap { (length: Int) -> [[UInt8]] in
    let whole = String(repeating: "9", count: length)
    let fraction = "0." + String(repeating: "1", count: length - 2)
    let exponent = "1e" + String(repeating: "0", count: length - 3) + "1"
    return [Array(whole.utf8), Array(fraction.utf8), Array(exponent.utf8)]
  }
}
