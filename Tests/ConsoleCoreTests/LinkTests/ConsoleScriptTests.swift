import ConsoleCore
import Testing

struct ConsoleScriptTests {
  @Test func linesBecomeSteps() throws {
    let script = try ConsoleScript("# open\nj Space ^S\n\n:w x\n:save-screen /tmp/a b.txt\n:\r\n")
    #expect(
      script.steps == [
        .keys([.character("j"), .character(" "), .control("s")]),
        .keys([.character(":"), .character("w"), .character(" "), .character("x"), Key(.enter)]),
        .saveScreen("/tmp/a b.txt"),
        .keys([.character(":")]),
      ])
  }

  @Test func anUnknownKeyIsAProblem() {
    #expect(throws: ConsoleScript.Problem(line: 2, word: "Entr")) { try ConsoleScript("j\nj Entr\n") }
  }
}
