// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]
let strictC: [CSetting] = [
  .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
]

let strictCXX: [CXXSetting] = [
  .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
]

/// The optimized program carries what it uses, all but the C library: it is loaded in less than half of the time, and
/// runs where those libraries are not installed.
///
/// The linker finds the scripts in that folder before the shared libraries; each names the static one.
let inOneFile = [
  "-use-ld=lld", "-L\(Context.packageDirectory)/Sources/gatehouse/Static", "-Xclang-linker", "-static-libgcc",
  "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
]

let package = Package(
  name: "gatehouse",
  products: [
    .executable(name: "gatehouse", targets: ["gatehouse"])
  ],
  targets: [
    // MARK: Pure: values in, values out; no file, socket, clock, Foundation, Glibc or Dispatch.
    .target(name: "AttackCorpus", dependencies: ["JSONText", "Policy"]),
    .target(name: "ClientFiles", dependencies: ["CYAML", "HTTPWire", "JSONText"]),
    .target(
      name: "ConsoleCore",
      dependencies: [
        "CUTF8Proc", "ClientFiles", "ControlWire", "Filters", "History", "JSONText", "Policy", "RegularExpressions",
        "Risk",
      ]),
    .target(name: "ControlWire", dependencies: ["JSONText", "Policy", "Risk"]),
    .target(
      name: "Filters", dependencies: ["CUTF8Proc", "ControlWire", "JSONText", "Policy", "RegularExpressions", "Risk"]),
    .target(
      name: "GateCore",
      dependencies: [
        "ControlWire", "Filters", "HTTPWire", "JSONSchema", "JSONText", "MCPWire", "Policy", "RegularExpressions",
        "Risk",
      ]),
    .target(name: "HTTPWire"),
    .target(
      name: "History",
      dependencies: ["ControlWire", "Filters", "JSONSchema", "JSONText", "Policy", "Risk"]),
    .target(name: "InterceptImport", dependencies: ["CYAML", "JSONText", "Policy"]),
    .target(name: "JSONSchema", dependencies: ["JSONText", "RegularExpressions"]),
    .target(name: "JSONText", dependencies: ["CNettle", "CSodium", "CText"]),
    .target(name: "MCPWire", dependencies: ["JSONText"]),
    .target(name: "Policy", dependencies: ["CFolding", "JSONSchema", "JSONText", "RegularExpressions"]),
    .target(name: "RegularExpressions", dependencies: ["CRE2"]),
    .target(name: "Risk", dependencies: ["JSONText"]),

    .target(name: "CFolding", cSettings: strictC, linkerSettings: [.linkedLibrary("utf8proc")]),
    .target(
      name: "CRE2", cxxSettings: strictCXX, linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CText", cSettings: strictC),

    // MARK: The outside world
    // It loads libcurl when it is needed.
    .target(name: "CCurl", cSettings: strictC),
    .target(name: "CSystem", cSettings: strictC),
    .target(
      name: "CTerminal", cSettings: strictC,
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(
      name: "Console",
      dependencies: [
        "ClientFiles", "ConsoleCore", "ControlWire", "History", "JSONText", "Policy", "Store", "System", "Terminal",
      ]),
    .target(name: "Demo", dependencies: ["ControlWire", "JSONText", "MCPWire", "Policy", "Store", "System"]),
    .target(
      name: "Doctor",
      dependencies: [
        "ClientFiles", "Console", "ConsoleCore", "ControlWire", "Gate", "JSONText", "Policy", "Store", "System",
      ]),
    .target(
      name: "Gate",
      dependencies: [
        "ControlWire", "Filters", "GateCore", "HTTPWire", "JSONText", "MCPWire", "Policy", "RegularExpressions",
        "Risk", "Store", "System",
      ]
    ),
    .target(name: "SelfTest", dependencies: ["AttackCorpus", "JSONText", "Policy", "System"]),
    .target(
      name: "Store",
      dependencies: [
        "CNettle", "CSQLite", "CSodium", "ControlWire", "HTTPWire", "History", "JSONText", "Policy",
        "RegularExpressions", "Risk", "System",
      ]),
    .target(name: "System", dependencies: ["CCurl", "CSystem", "HTTPWire", "Policy"]),
    .target(name: "Terminal", dependencies: ["CTerminal", "ConsoleCore", "System"]),
    .executableTarget(
      name: "gatehouse",
      dependencies: [
        "AttackCorpus",
        "ClientFiles",
        "Console",
        "ConsoleCore",
        "ControlWire",
        "Demo",
        "Doctor",
        "Filters",
        "Gate",
        "HTTPWire",
        "History",
        "InterceptImport",
        "JSONSchema",
        "JSONText",
        "Policy",
        "Risk",
        "SelfTest",
        "Store",
        "System",
      ],
      exclude: ["Static"],
      linkerSettings: [.unsafeFlags(inOneFile, .when(configuration: .release))]),

    // MARK: Debian's libraries
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CUTF8Proc", providers: [.apt(["libutf8proc-dev"])]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),

    // MARK: Tests
    .testTarget(name: "AttackCorpusTests", dependencies: ["AttackCorpus", "JSONText"]),
    .target(name: "AllocationCount", path: "Tests/AllocationCount", cSettings: strictC),
    .testTarget(name: "ClientFilesTests", dependencies: ["ClientFiles", "JSONText", "SeededChance"]),
    .testTarget(
      name: "ConsoleCoreTests",
      dependencies: [
        "ClientFiles", "ConsoleCore", "ControlWire", "Filters", "History", "JSONText", "Policy", "Risk", "SeededChance",
      ]),
    .executableTarget(
      name: "ConsoleProbe",
      dependencies: ["AllocationCount", "ConsoleCore", "ControlWire", "JSONText", "Policy", "Risk"],
      path: "Tests/Benchmarks/ConsoleProbe"),
    .testTarget(name: "ControlWireTests", dependencies: ["ControlWire", "JSONText", "Policy", "Risk", "SeededChance"]),
    .testTarget(name: "DemoTests", dependencies: ["Demo", "JSONText", "Policy", "Risk"]),
    .target(
      name: "FuzzTargets",
      dependencies: ["ClientFiles", "HTTPWire", "InterceptImport", "JSONSchema", "JSONText", "Policy"],
      path: "Tests/Fuzz/Targets"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay"),
    .testTarget(
      name: "GateCoreTests",
      dependencies: [
        "ControlWire", "Filters", "GateCore", "HTTPWire", "JSONText", "MCPWire", "Policy", "RegularExpressions", "Risk",
        "SeededChance",
      ]),
    .testTarget(
      name: "GateTests", dependencies: ["ControlWire", "Gate", "HTTPWire", "JSONText", "Policy", "Store", "System"]),
    .testTarget(name: "HTTPWireTests", dependencies: ["HTTPWire", "SeededChance"]),
    .testTarget(
      name: "HistoryTests",
      dependencies: ["ControlWire", "Filters", "History", "JSONSchema", "JSONText", "Policy", "Risk", "SeededChance"]),
    .testTarget(name: "InterceptImportTests", dependencies: ["InterceptImport", "JSONText", "Policy", "SeededChance"]),
    .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "JSONText", "SeededChance"]),
    .testTarget(
      name: "JSONTextTests", dependencies: ["JSONText", "SeededChance"],
      exclude: ["Differential/read.js", "Differential/read.py"]),
    .executableTarget(
      name: "JudgingProbe", dependencies: ["AllocationCount", "JSONText", "MCPWire", "Policy"],
      path: "Tests/Benchmarks/JudgingProbe"),
    .testTarget(name: "MCPWireTests", dependencies: ["JSONText", "MCPWire", "SeededChance"]),
    .testTarget(
      name: "PolicyTests", dependencies: ["AllocationCount", "JSONSchema", "JSONText", "Policy", "SeededChance"]),
    .testTarget(name: "RegularExpressionsTests", dependencies: ["RegularExpressions"]),
    .executableTarget(name: "RiskProbe", dependencies: ["JSONText", "Risk"], path: "Tests/Benchmarks/RiskProbe"),
    .testTarget(name: "RiskTests", dependencies: ["JSONText", "Risk"]),
    .target(name: "SeededChance", path: "Tests/SeededChance"),
    .executableTarget(
      name: "SessionProbe", dependencies: ["AllocationCount", "GateCore", "JSONText", "MCPWire", "Policy"],
      path: "Tests/Benchmarks/SessionProbe"),
    .testTarget(
      name: "StoreTests",
      dependencies: ["ControlWire", "History", "JSONText", "Policy", "Risk", "SeededChance", "Store", "System"]),
    .testTarget(name: "SystemTests", dependencies: ["Policy", "System"]),
    .testTarget(name: "TerminalTests", dependencies: ["ConsoleCore", "Terminal", "TerminalProbe"]),
    .executableTarget(
      name: "TerminalProbe", dependencies: ["Console", "ConsoleCore", "System", "Terminal"], path: "Tests/TerminalProbe"
    ),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17
)

let inC: Set = ["AllocationCount", "CCurl", "CFolding", "CRE2", "CSystem", "CTerminal", "CText"]
for target in package.targets where [.regular, .executable, .test].contains(target.type) && !inC.contains(target.name) {
  target.swiftSettings = strict + (target.swiftSettings ?? [])
}

// .ci/sanitize sets it: only these tests, and what they are about, so that a sanitizer does not wait for the others to be built.
if let names = Context.environment["GATEHOUSE_TESTS"]?.split(separator: ",").map(String.init) {
  let targets = Dictionary(uniqueKeysWithValues: package.targets.map { ($0.name, $0) })
  var wanted: Set<String> = []
  var found = names
  while let name = found.popLast() {
    guard let target = targets[name], wanted.insert(name).inserted else { continue }
    for dependency in target.dependencies {
      if case .byNameItem(let name, _) = dependency { found.append(name) }
    }
  }
  package.targets.removeAll { !wanted.contains($0.name) }
  package.products = []
}

// Tests/Fuzz/run sets it: the fuzzers, and what they look at, are built to be watched by libFuzzer.
if Context.environment["GATEHOUSE_FUZZ"] != nil {
  package.targets += [
    .target(name: "CFuzz", path: "Tests/Fuzz/CFuzz", cSettings: strictC),
    .executableTarget(
      name: "gatehouse-fuzz", dependencies: ["CFuzz", "FuzzTargets"], path: "Tests/Fuzz/Driver", swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
  ]
  package.products.append(.executable(name: "gatehouse-fuzz", targets: ["gatehouse-fuzz"]))
  let watched: Set = [
    "ClientFiles", "FuzzTargets", "HTTPWire", "InterceptImport", "JSONSchema", "JSONText", "Policy",
    "RegularExpressions",
    "gatehouse-fuzz",
  ]
  for target in package.targets where watched.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer,address"])]
  }
}
