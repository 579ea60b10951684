import JSONText
import Policy
import Testing

struct ConditionPathTests {
  @Test(
    arguments: [
      ("args", ConditionPath.Root.arguments, []),
      ("args.a", .arguments, [.member("a")]),
      ("args.a.b-c.$d.e_f.0", .arguments, [.member("a"), .member("b-c"), .member("$d"), .member("e_f"), .member("0")]),
      ("args.größe.名前", .arguments, [.member("größe"), .member("名前")]),
      ("args[0]", .arguments, [.element(0)]),
      ("args.items[999999999].x", .arguments, [.member("items"), .element(999_999_999), .member("x")]),
      ("args.items[*].path", .arguments, [.member("items"), .each, .member("path")]),
      ("args[*][*][*][*]", .arguments, [.each, .each, .each, .each]),
      (
        #"args["odd.key"]["]"]["a\"b\u00e9"][""]"#, .arguments,
        [.member("odd.key"), .member("]"), .member("a\"bé"), .member("")]
      ),
      ("call.grant", .call(.grant), []), ("call.client", .call(.client), []), ("call.session", .call(.session), []),
      ("call.server", .call(.server), []), ("call.tool", .call(.tool), []),
    ] as [(String, ConditionPath.Root, [ConditionPath.Step])])
  func reads(_ text: String, _ root: ConditionPath.Root, _ steps: [ConditionPath.Step]) throws {
    let path = try ConditionPath(ExactText(text))
    #expect(path.root == root)
    #expect(path.steps == steps)
    #expect(path.text == ExactText(text))
  }

  @Test(arguments: [
    ("", "a path must not be empty: write `args.name` or `call.client`"),
    ("arg.x", "`arg.x` is not a path: did you mean `args.x`?"),
    ("Args.x", "`Args.x` is not a path: did you mean `args.x`?"),
    ("arguments.x[*]", "`arguments.x[*]` is not a path: did you mean `args.x[*]`?"),
    ("params.x", "`params.x` is not a path: did you mean `args.x`?"),
    ("cal.client", "`cal.client` is not a path: did you mean `call.client`?"),
    ("path", "`path` is not a path: did you mean `args.path`?"),
    ("path[0].x", "`path[0].x` is not a path: did you mean `args.path[0].x`?"),
    ("$.x.y", "`$.x.y` is not a path: did you mean `args.x.y`?"),
    ("$", "`$` is not a path: did you mean `args`?"),
    (".x", "`.x` is not a path: did you mean `args.x`?"),
    ("[0]", "`[0]` is not a path: did you mean `args[0]`?"),
    ("/x/a b", #"`/x/a b` is not a path: did you mean `args.x["a b"]`?"#),
    ("/", "`/` is not a path: did you mean `args`?"),
    (" args.x", "` args.x` is not a path: did you mean `args.x`?"),
    ("foo..bar", "`foo..bar` is not a path: a path begins with `args` or `call`"),
    (
      "call",
      """
      `call` does not say what of the call it means: known here: `call.grant`, `call.client`, `call.session`, \
      `call.server`, `call.tool`
      """
    ),
    (
      "call.user",
      """
      `call.user` is not known: known here: `call.grant`, `call.client`, `call.session`, `call.server`, `call.tool`
      """
    ),
    ("call.sever", "`call.sever` is not known: did you mean `call.server`?"),
    ("call.Client", "`call.Client` is not known: did you mean `call.client`?"),
    ("call.client.name", "`call.client` is a string, so nothing can follow it: write `call.client`"),
    ("call.client[0]", "`call.client` is a string, so nothing can follow it: write `call.client`"),
    ("args.", "a step of `args.` is empty: write a name behind each dot, or `[\"\"]` for an empty one"),
    ("args..a", "a step of `args..a` is empty: write a name behind each dot, or `[\"\"]` for an empty one"),
    ("args.a b.c", #"`a b` is not a plain name: write `args["a b"].c`"#),
    ("args.a/b", #"`a/b` is not a plain name: write `args["a/b"]`"#),
    ("args.a\"", #"`a"` is not a plain name: write `args["a\""]`"#),
    ("args.a]", #"`a]` is not a plain name: write `args["a]"]`"#),
    (
      "args.items.*.x",
      "`args.items.*.x` has a star behind a dot: write `args.items[*].x` for every element of an array"
    ),
    ("args[]", #"a bracket of `args[]` is empty: write `[0]`, `[*]` or `["name"]`"#),
    ("args[0", "a bracket of `args[0` is not closed: write `]` behind the index or the name"),
    ("args[", #"a bracket of `args[` is empty: write `[0]`, `[*]` or `["name"]`"#),
    ("args[00]", "`00` is not an index: write a number from 0 to 999999999 without zeros before it"),
    ("args[1000000000]", "`1000000000` is not an index: write a number from 0 to 999999999 without zeros before it"),
    ("args[-1]", "`[-1]` is neither an index nor a name in quotes: elements are counted from 0 at the start"),
    ("args['x']", #"`['x']` is neither an index nor a name in quotes: write `args["x"]`"#),
    ("args.a[x y]", #"`[x y]` is neither an index nor a name in quotes: write `args.a["x y"]`"#),
    (
      #"args["x"#, #"a name in `args["x` is not written as JSON writes strings: the text ends in the middle of a value"#
    ),
    (
      #"args["\x"]"#,
      #"a name in `args["\x"]` is not written as JSON writes strings: a backslash is followed by no escape that JSON knows"#
    ),
    (#"args["x""#, #"a bracket of `args["x"` is not closed: write `]` behind the index or the name"#),
    (#"args["\u0000"]"#, #"a name in `args["\u0000"]` holds NUL, which no key can"#),
    ("args[0]x", "`args[0]x` is not a path: something follows a `]`: write a dot before a name"),
    ("args[*][*][*][*][*]", "`args[*][*][*][*][*]` has more than 4 `[*]`"),
  ])
  func saysWhatIsWrong(_ text: String, _ line: String) {
    do throws(ConditionMistake) {
      _ = try ConditionPath(ExactText(text))
      Issue.record("`\(text)` was read")
    } catch {
      #expect(error.line == line)
    }
  }

  @Test func manySteps() throws {
    #expect(try ConditionPath(ExactText("args" + String(repeating: ".a", count: 32))).steps.count == 32)
    let text = "args" + String(repeating: ".a", count: 33)
    #expect(throws: ConditionMistake("`\(text)` has more than 32 steps", range: 68..<70)) {
      try ConditionPath(ExactText(text))
    }
  }

  @Test func mistakesHaveAPlace() {
    for (text, range) in [("args.a b.c", 5..<8), ("call.user", 5..<9), ("args.x[00].y", 6..<10), ("arg.x", 0..<5)] {
      do throws(ConditionMistake) {
        _ = try ConditionPath(ExactText(text))
      } catch {
        #expect(error.range == range, "\(text)")
      }
    }
  }

  @Test func twoSpellingsOfOnePlaceAreEqual() throws {
    let plain = try ConditionPath("args.a[0].é")
    let quoted = try ConditionPath(#"args["a"][0]["\u00e9"]"#)
    #expect(plain == quoted)
    #expect(plain.hashValue == quoted.hashValue)
    #expect(try ConditionPath("args.e\u{301}") != ConditionPath("args.é"))
    #expect(try ConditionPath("call.tool") != ConditionPath("call.server"))
  }

  @Test func findsAValueByItsExactKey() throws {
    let arguments = try node(#"{"a":{"b":[1,{"c":2}],"é":3,"":4,"x.y":5},"n":null}"#)
    for (path, value) in [
      ("args.a.b[0]", "1"), ("args.a.b[1].c", "2"), ("args.a.é", "3"), (#"args.a[""]"#, "4"), (#"args.a["x.y"]"#, "5"),
      ("args.n", "null"), ("args.a.b[2]", nil), ("args.a.b.c", nil), ("args.a.e\u{301}", nil), ("args.n.x", nil),
      ("args.a.b[*]", nil), ("call.tool", nil), ("args.a.x.y", nil), ("args.a[0]", nil),
    ] as [(String, String?)] {
      let found = try ConditionPath(ExactText(path)).value(in: arguments).map {
        String(decoding: $0.compact, as: UTF8.self)
      }
      #expect(found == value, "\(path)")
    }
    #expect(try ConditionPath("args.a").value(in: nil) == nil)
  }
}
