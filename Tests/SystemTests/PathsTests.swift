import System
import Testing

struct PathsTests {
  let here = Paths.Circumstances(user: 1000, home: "/home/db", directory: "/srv/here")

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var environment: [String: String]
    var policy: String?
    var socket: String?
    /// Configuration, state, policy, socket.
    var expected: [String]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(
      name: "nothing set", environment: [:],
      expected: [
        "/home/db/.config/gatehouse", "/home/db/.local/state/gatehouse", "/home/db/.config/gatehouse/policy.json",
        "/tmp/gatehouse-1000/gate.sock",
      ]),
    Case(
      name: "XDG",
      environment: [
        "HOME": "/home/u", "XDG_CONFIG_HOME": "/c/", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/run/user/1000",
      ],
      expected: ["/c/gatehouse", "/s/gatehouse", "/c/gatehouse/policy.json", "/run/user/1000/gatehouse/gate.sock"]),
    Case(
      name: "relative XDG counts as none",
      environment: [
        "HOME": "/home/u", "XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "", "XDG_RUNTIME_DIR": "r", "TMPDIR": "/var/tmp/",
      ],
      expected: [
        "/home/u/.config/gatehouse", "/home/u/.local/state/gatehouse", "/home/u/.config/gatehouse/policy.json",
        "/var/tmp/gatehouse-1000/gate.sock",
      ]),
    Case(
      name: "one folder", environment: ["GATEHOUSE_HOME": "/g/", "XDG_RUNTIME_DIR": "/run/user/1000"],
      expected: ["/g", "/g", "/g/policy.json", "/g/gate.sock"]),
    Case(
      name: "relative home", environment: ["GATEHOUSE_HOME": "g"],
      expected: ["/srv/here/g", "/srv/here/g", "/srv/here/g/policy.json", "/srv/here/g/gate.sock"]),
    Case(
      name: "variables for one",
      environment: ["GATEHOUSE_HOME": "/g", "GATEHOUSE_POLICY": "p.json", "GATEHOUSE_SOCKET": "/s/x"],
      expected: ["/g", "/g", "/srv/here/p.json", "/s/x"]),
    Case(
      name: "command line first", environment: ["GATEHOUSE_POLICY": "/p", "GATEHOUSE_SOCKET": "/s"],
      policy: "mine.json", socket: "my.sock",
      expected: [
        "/home/db/.config/gatehouse", "/home/db/.local/state/gatehouse", "/srv/here/mine.json", "/srv/here/my.sock",
      ]),
  ])
  func placesByEnvironment(_ testCase: Case) throws {
    let paths = try Paths(
      environment: testCase.environment, in: here, policy: testCase.policy, socket: testCase.socket)
    #expect([paths.configuration, paths.state, paths.policy, paths.socket] == testCase.expected)
  }

  @Test func theRestFollows() throws {
    let paths = try Paths(environment: ["GATEHOUSE_HOME": "/g", "GATEHOUSE_POLICY": "/etc/p.json"], in: here)
    #expect(
      [paths.registry, paths.clients, paths.themes, paths.pins, paths.database, paths.log, paths.lock] == [
        "/g/servers.json", "/g/clients.json", "/g/themes", "/etc/tools.lock.json", "/g/gatehouse.db", "/g/gate.log",
        "/g/gate.sock.lock",
      ])
  }

  @Test func theSystemsRuntimeFolderIsUsedWithoutItsVariable() throws {
    let known = Paths.Circumstances(user: 1000, home: "/home/u", directory: "/", runtime: "/run/user/1000")
    #expect(try Paths(environment: ["TMPDIR": "/var/tmp"], in: known).socket == "/run/user/1000/gatehouse/gate.sock")
    #expect(try Paths(environment: ["XDG_RUNTIME_DIR": "/r"], in: known).socket == "/r/gatehouse/gate.sock")
    #expect(try Paths(environment: ["GATEHOUSE_HOME": "/g"], in: known).socket == "/g/gate.sock")
  }

  @Test func whatHasNoPlaceSaysWhatToDo() {
    let homeless = Paths.Circumstances(user: 1, home: nil, directory: nil)
    #expect { try Paths(environment: [:], in: homeless) } throws: {
      "\($0)" == "there is no home folder; set HOME, or GATEHOUSE_HOME to a folder of your own"
    }
    #expect { try Paths(environment: ["GATEHOUSE_HOME": "x"], in: homeless) } throws: { "\($0)".contains("full path") }
    let long = "/" + String(repeating: "x", count: 100)
    #expect { try Paths(environment: ["GATEHOUSE_HOME": long], in: here) } throws: {
      "\($0)".contains("GATEHOUSE_SOCKET") && "\($0)".contains("111 bytes") && "\($0)".contains("107")
    }
    #expect(throws: Never.self) {
      try Paths(environment: ["GATEHOUSE_HOME": "/" + String(repeating: "x", count: 96)], in: here)
    }
  }
}
