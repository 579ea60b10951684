import GateCore
import Testing

@Suite("P73: what a server writes is shown without secrets")
struct SecretsTests {
  private func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  private func shown(_ text: String, _ secrets: Secrets = .none, isCut: Bool = false) -> String {
    String(decoding: secrets.hiding(in: Array(text.utf8), isCut: isCut), as: UTF8.self)
  }

  @Test(arguments: [
    ("key sk-proj-abcdefghijklmnop0123 is bad", "key [hidden] is bad"),
    ("sk-ant-api03-AAAABBBBCCCCDDDD", "[hidden]"),
    ("ghp_0123456789abcdefABCDEF0123456789abcd!", "[hidden]!"),
    ("(github_pat_11ABCDEFG0123456789_abc)", "([hidden])"),
    ("xoxb-123456789012-abcdef glpat-abcdefghij0123456789", "[hidden] [hidden]"),
    ("id AKIAIOSFODNN7EXAMPLE, region eu", "id [hidden], region eu"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN end", "[hidden] end"),
    ("Authorization: Bearer abc123.def-456", "Authorization: Bearer [hidden]"),
    ("authorization: basic dXNlcjpwYXNz", "authorization: basic [hidden]"),
    ("postgres://app:hunter2@db.example/x?y=1", "postgres://app:[hidden]@db.example/x?y=1"),
    ("https://0123456789abcdef0123@github.com/a.git", "https://[hidden]@github.com/a.git"),
    (#"{"password": "hunter2", "user": "ann"}"#, #"{"password": "[hidden]", "user": "ann"}"#),
    ("GET /x?access_token=abcd1234&b=1", "GET /x?access_token=[hidden]&b=1"),
    ("API_KEY='se cret' next", "API_KEY='[hidden]' next"),
    (#"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- ok"#, "[hidden] ok"),
    ("a=1 -----BEGIN PRIVATE KEY-----abc", "a=1 [hidden]"),
  ])
  func tokensAreHidden(_ text: String, _ safe: String) { #expect(shown(text) == safe) }

  @Test(arguments: [
    "", "plain words", "task-force of risk-averse people", "bearer authentication is needed", "the basic setup",
    "https://example.com:8080/a@b", "mailto:ann@example.com", "key=1", "monkey: \"patch of a kind\"",
    "-----BEGIN CERTIFICATE-----", "eyJhbGciOi", "AKIA is short", "sk-short", "PWD=/srv/app",
  ])
  func whatIsNoSecretStays(_ text: String) { #expect(shown(text) == text) }

  @Test func valuesAreHiddenWhereverTheyStand() {
    let secrets = Secrets(
      environment: bytes(
        "MY_TOKEN=hunter2", "LONGER_TOKEN=hunter22", "LEVEL=verbose!", "HOME=/home/mira", "DB_PASSWORD=true",
        "KEY_FILE=/x/y", "MANY_SECRETS=first line\nsecond line", "odd"),
      own: ["LEVEL"], words: bytes("server", "--api-key", "from-words", "--auth-token=joined", "--level", "plain-word"))
    #expect(shown("xhunter22hunter2x", secrets) == "x[hidden]x")
    #expect(shown("a hunter2 b hunter22 c", secrets) == "a [hidden] b [hidden] c")
    #expect(shown("level verbose! in /home/mira is true", secrets) == "level [hidden] in /home/mira is true")
    #expect(shown("second line, first line", secrets) == "[hidden], [hidden]")
    #expect(shown("from-words joined plain-word", secrets) == "[hidden] [hidden] plain-word")
  }

  @Test func aSecretThatWasCutIsHidden() {
    let secrets = Secrets(environment: bytes("A_TOKEN=abcdefgh"), own: [], words: [])
    #expect(shown("it is abcde", secrets, isCut: true) == "it is [hidden]")
    #expect(shown("it is abcde", secrets) == "it is abcde")
    #expect(shown("it is abc", secrets, isCut: true) == "it is abc")
  }

  @Test("nothing that a server writes takes long or traps") func hostileLinesAreShort() {
    let values = (0..<300).map { Array("T\($0)_TOKEN=\(String(repeating: "a", count: 3000))\($0)".utf8) }
    let secrets = Secrets(environment: values, own: [], words: [])
    for text in ["a", "=", ":", "://", "-----BEGIN ", "eyJ.", "password=", "@", "bearer ", "\u{0}", "\""] {
      let line = String(repeating: text, count: MessageLog.longestLine / text.utf8.count)
      #expect(shown(line, secrets, isCut: true).utf8.count < 8 * line.utf8.count)
    }
  }
}
