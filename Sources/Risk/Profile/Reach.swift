internal import JSONText

/// Something in the world that a tool can get at.
package enum Reach: String, CaseIterable, Hashable, Sendable {
  case shell, money, secrets, access, database, cloud, code, files, browser, messages, network, people, memory

  /// Why a tool is thought to reach it.
  package struct Sign: Hashable, Sendable {
    package var reach: Reach
    /// `name`, `title`, `description`, `inputSchema`, `server`.
    package var field: String
    /// The word that was found there, in its spelling.
    package var found: String

    package init(reach: Reach, field: String, found: String) {
      self.reach = reach
      self.field = field
      self.found = found
    }
  }

  /// What it is, in words that follow "reaches".
  package var words: String {
    switch self {
    case .shell: "programs on the machine that it runs on"
    case .money: "money"
    case .secrets: "passwords, keys or other secrets"
    case .access: "who may do what"
    case .database: "a database"
    case .cloud: "machines and services of a cloud"
    case .code: "source code, issues and repositories"
    case .files: "files and folders"
    case .browser: "a browser, with what is logged in there"
    case .messages: "mail and messages between people"
    case .network: "addresses on the network"
    case .people: "data about persons"
    case .memory: "notes that later sessions read"
    }
  }

  /// Whether others than the person and the agent write what is found there.
  var isWrittenByOthers: Bool {
    switch self {
    case .network, .browser, .messages, .code, .files, .database, .people, .memory: true
    case .shell, .money, .secrets, .access, .cloud: false
    }
  }
}

/// Finds what a tool reaches by the words of its name, its parameters, its first sentences and its server's name.
struct ReachReading {
  private(set) var signs: [Reach.Sign] = []
  private let lists = ReachWords.shared

  init(_ tool: ToolDefinition, parameters: ParameterOutline, server: String) {
    read(name: tool.name.string, "name", lists.names)
    if let title = tool.title { read(name: title, "title", lists.names) }
    for row in parameters.rows.prefix(100) { read(row) }
    read(tool.description)
    read(name: server, "server", lists.servers)
  }

  var reaches: Set<Reach> { Set(signs.map(\.reach)) }

  private mutating func add(_ reach: Reach, _ field: String, _ found: String) {
    guard signs.count < 40, !signs.contains(where: { $0.reach == reach && $0.field == field }) else { return }
    signs.append(Reach.Sign(reach: reach, field: field, found: ToolDefinition.cut(found, to: 60)))
  }

  private mutating func read(name: String, _ field: String, _ words: [Word: Reach]) {
    let text = Array(name.utf8.prefix(256))
    for token in Tokenizer.parts(of: text) {
      guard let word = token.word, let reach = words[word] else { continue }
      add(reach, field, String(decoding: text[token.range], as: UTF8.self))
    }
  }

  private mutating func read(_ row: ParameterOutline.Row) {
    switch row.purpose {
    case .path: add(.files, "inputSchema", row.name)
    case .url, .host: add(.network, "inputSchema", row.name)
    case .command: add(.shell, "inputSchema", row.name)
    case .statement: add(.database, "inputSchema", row.name)
    case .recipient, .act, .amount: break
    case nil: break
    }
    guard row.purpose == nil || row.purpose == .recipient else { return }
    read(name: row.name, "inputSchema", lists.parameters)
  }

  /// The first two sentences tell what a tool is; what comes later is often about others.
  private mutating func read(_ description: String) {
    let reading = DescriptionReading(description)
    var sentences = 0
    for (index, token) in reading.tokens.prefix(80).enumerated() {
      if token.gap == .sentence { sentences += 1 }
      guard sentences <= 2 else { return }
      guard let word = token.word, let reach = lists.descriptions[word], !reading.isNegated(index) else { continue }
      add(reach, "description", reading.spelling(index..<index + 1))
    }
  }
}

/// The words by which reaches are known; made once.
private struct ReachWords: Sendable {
  static let shared = ReachWords()

  private(set) var names: [Word: Reach] = [:]
  private(set) var parameters: [Word: Reach] = [:]
  private(set) var descriptions: [Word: Reach] = [:]
  private(set) var servers: [Word: Reach] = [:]

  private init() {
    // The first list with a word wins.
    for (reach, everywhere, inNames) in Self.lists {
      for word in everywhere.split(separator: " ").compactMap({ Word($0.utf8) }) {
        names[word] = names[word] ?? reach
        descriptions[word] = descriptions[word] ?? reach
        parameters[word] = parameters[word] ?? reach
        servers[word] = servers[word] ?? reach
      }
      for word in inNames.split(separator: " ").compactMap({ Word($0.utf8) }) {
        names[word] = names[word] ?? reach
        servers[word] = servers[word] ?? reach
      }
    }
    for text in ["user", "bucket", "role", "email", "emails", "channel", "instance", "issue", "schema"] {
      if let word = Word(text.utf8) { parameters[word] = nil }
    }
  }

  /// What is reached; words that mean it everywhere; and words that mean it as part of a tool's name alone.
  private static let lists: [(Reach, String, String)] = [
    (
      .shell, "shell bash zsh powershell terminal subprocess stdin sudo repl",
      "command commands script scripts exec cmd"
    ),
    (
      .money,
      "payment payments invoice invoices refund refunds payout payouts wallet checkout crypto bitcoin stripe paypal"
        + " purchase purchases donation ledger funds",
      "pay charge billing order orders trade price"
    ),
    (
      .secrets, "password passwords secret secrets credential credentials apikey vault keychain passphrase",
      "token tokens"
    ),
    (
      .access, "permission permissions iam acl rbac oauth sso privileges",
      "role roles grant user users policy policies access member members collaborator"
    ),
    (
      .database,
      "sql database databases postgres postgresql mysql sqlite duckdb mongodb redis dynamodb clickhouse snowflake"
        + " bigquery neo4j cypher neptune redshift mariadb supabase qdrant elasticsearch opensearch",
      "table tables db row rows record records collection schema"
    ),
    (
      .cloud,
      "aws ec2 s3 lambda azure gcp kubernetes k8s kubectl vpc cloudformation ecs eks ecr terraform cloudwatch awslabs"
        + " cloudflare vercel heroku helm cloudtrail sqs sns docker",
      "cluster clusters pod pods bucket buckets instance instances deploy deployment container containers broker brokers"
        + " stack"
    ),
    (
      .code, "git github gitlab jira repository repositories repo repos bitbucket gitea",
      "commit branch branches merge pull push issue issues diff pr"
    ),
    (
      .files,
      "file files folder folders directory directories filesystem filepath filename",
      "dir path paths document documents pdf"
    ),
    (
      .browser, "browser playwright puppeteer chromium chrome selenium webdriver dom",
      "click tab tabs screenshot navigate"
    ),
    (
      .messages,
      "email emails mail mailbox inbox sms slack telegram whatsapp discord gmail outlook tweet",
      "message messages chat channel channels notify notification comment post dm"
    ),
    (
      .network,
      "url urls http https webpage website websites internet webhook webhooks crawl scrape hostname",
      "fetch download web upload request dns ip"
    ),
    (
      .people,
      "customer customers patient patients contacts employee employees calendar attendees passenger",
      "contact profile profiles person people lead leads"
    ),
    (.memory, "memories", "memory remember note notes entities"),
  ]
}
