/// What a word is about, where that matters to a judgement.
struct Topics: OptionSet, Hashable, Sendable {
  let rawValue: UInt64

  /// Money itself or a document of it: payment, invoice.
  static let money = Topics(rawValue: 1 << 0)
  /// What is often, but not always, bought: order, subscription.
  static let purchase = Topics(rawValue: 1 << 1)
  /// A sum and what it is counted in: amount, currency.
  static let sum = Topics(rawValue: 1 << 2)
  /// What must not be read by everyone.
  static let secret = Topics(rawValue: 1 << 3)
  /// Letters and talk of persons.
  static let privateText = Topics(rawValue: 1 << 4)
  /// Who may do what.
  static let access = Topics(rawValue: 1 << 5)
  /// Small things that are made again in a moment.
  static let trifle = Topics(rawValue: 1 << 6)
  /// Settings: their loss costs work, not data.
  static let setting = Topics(rawValue: 1 << 7)
  /// A language whose statements can write.
  static let writingLanguage = Topics(rawValue: 1 << 8)
  /// A language that can only read.
  static let readingLanguage = Topics(rawValue: 1 << 9)
  /// Text that is executed.
  static let program = Topics(rawValue: 1 << 10)
  /// Something that runs by itself once begun.
  static let process = Topics(rawValue: 1 << 11)
  /// The last word of a name that has no verb but asks for information: status, schema.
  static let information = Topics(rawValue: 1 << 12)
  static let negation = Topics(rawValue: 1 << 13)
  /// Says nothing about what the tool does, at the start of a description.
  static let filler = Topics(rawValue: 1 << 14)
  /// Makes a verb that follows a promise of the tool: will, can, also.
  static let promise = Topics(rawValue: 1 << 15)
  /// There is no way back.
  static let final = Topics(rawValue: 1 << 16)
  /// Joins two verbs.
  static let conjunction = Topics(rawValue: 1 << 17)
  /// Before a noun: what follows a verb and shows that it is one.
  static let determiner = Topics(rawValue: 1 << 18)
  /// With a verb of giving or making, a purchase or a payment: place an order, send an invoice.
  static let commit = Topics(rawValue: 1 << 19)
  /// A parameter by which a caller chooses what to do.
  static let selector = Topics(rawValue: 1 << 20)
  /// Asks a question as the first word of a name: is, has.
  static let predicate = Topics(rawValue: 1 << 21)
  /// A request that a caller asks to be answered: query.
  static let question = Topics(rawValue: 1 << 22)
  /// A statement that reads: select.
  static let readingStatement = Topics(rawValue: 1 << 23)
  /// Only, solely.
  static let exclusively = Topics(rawValue: 1 << 24)
  /// What is asked about by queries that only read, whatever their language: logs, metrics.
  static let observed = Topics(rawValue: 1 << 25)
  /// A verb at the start of a description that leaves the meaning to what follows: execute the search.
  static let light = Topics(rawValue: 1 << 26)
  /// Text about how something is done; a verb before it is its subject: deployment_help.
  static let manual = Topics(rawValue: 1 << 27)
  /// As part of a name these are nouns unless they stand first: run, change, view.
  static let nounToo = Topics(rawValue: 1 << 28)
  /// A verb that moves money if its object is money: charge, transfer.
  static let payable = Topics(rawValue: 1 << 29)
  /// A verb that reads or writes by what it makes and where that goes: generate, download.
  static let maker = Topics(rawValue: 1 << 30)
  /// What a tool can make and hand over without changing anything: a report, a command.
  static let wording = Topics(rawValue: 1 << 31)
  /// What is made to stay, or at a cost: an image, a key.
  static let artifact = Topics(rawValue: 1 << 32)
  /// Where a copy stays: a folder, the disk.
  static let place = Topics(rawValue: 1 << 33)
  /// Handing over what was made: returns, content.
  static let handing = Topics(rawValue: 1 << 34)
  /// What an agent operates as a person would: a page, a button.
  static let surface = Topics(rawValue: 1 << 35)
  /// What a name is looked up for: resolve a hostname.
  static let reference = Topics(rawValue: 1 << 36)
  /// Ends the object of a verb: create a customer IN the shop.
  static let preposition = Topics(rawValue: 1 << 37)
  /// A market, where each order is a trade.
  static let market = Topics(rawValue: 1 << 38)
  /// With a verb of changing or ending, a trade: modify an order.
  static let rearrange = Topics(rawValue: 1 << 39)
  /// What is asked by running it: a health check.
  static let inquiry = Topics(rawValue: 1 << 40)
}

/// The words of each topic.
enum TopicLists {
  static let all: [(topic: Topics, words: String)] = [
    (
      .money,
      "payment payments refund refunds invoice invoices payout payouts fund funds money purchase purchases wire ach"
    ),
    (
      .money,
      "iban bitcoin salary donation donations reimbursement escrow dollars allowance onramp offramp"
    ),
    (.money, "bill bills charge charges trade trades loan mortgage bank wallet withdrawal deposit cash"),
    (.purchase, "order orders subscription subscriptions transfer transfers transaction transactions cart booking"),
    (.purchase, "bookings reservation reservations bet position positions stake ticket tickets checkout"),
    (.sum, "usdc usdt eth btc sats sol"),
    (.sum, "amount currency price prices usd eur cents cost fee fees balance billing symbol ticker shares stock"),
    (.sum, "card customer merchant cardholder beneficiary recipient_account limit_price quantity"),
    (.secret, "secret secrets credential credentials password passwords passphrase apikey"),
    (.privateText, "email emails mail inbox sms messages dm dms conversation conversations communications chat chats"),
    (.privateText, "transcript transcripts voicemail"),
    (.access, "permission permissions policy policies role roles acl iam access firewall restriction restrictions"),
    (.access, "security grant grants privilege privileges sharing visibility admin collaborator ownership owner"),
    (.access, "password secret credentials auth mfa certificate"),
    (.trifle, "tag tags label labels link links watcher watchers reaction reactions star bookmark favorite favourite"),
    (.trifle, "cache alias draft silence silences pin vote breakpoint instrumentation assignee assignees reviewer"),
    (.setting, "configuration configurations config setting settings preference rule rules subscription permission"),
    (.setting, "permissions member members role comment snapshot schedule webhook filter template view dashboard"),
    (.setting, "metadata exchange parameter instrumentations alert alarm"),
    (.writingLanguage, "sql mysql postgres postgresql duckdb sqlite cypher opencypher gremlin sparql snowflake"),
    (.writingLanguage, "clickhouse statement statements ddl dml mongo mongodb redis plsql tsql hiveql cql athena"),
    (.writingLanguage, "graphql mutation mutations influxdb influxql surql aql"),
    (.readingLanguage, "promql logql traceql kql lucene jql metricsql spl logsql"),
    (.observed, "prometheus loki metrics metric logs log traces trace spans insights elasticsearch opensearch search"),
    (.observed, "lookup telemetry profiles profile analytics lake timeseries"),
    (.program, "command commands script scripts code shell bash python javascript js powershell program binary"),
    (.program, "keystrokes notebook snippet expression sandbox repl terminal"),
    (.process, "run runs job jobs task tasks batch workflow workflows build builds pipeline pipelines execution"),
    (.process, "process instance instances deployment deployments container containers service vm node"),
    (.information, "info information status state details detail stats statistics history metadata schema summary"),
    (.information, "overview health help guide guidance docs documentation version versions limits usage definitions"),
    (.information, "definition options examples capabilities availability tree activity activities metrics logs"),
    (.information, "indexes properties context insights results result time date weather news pricing regions"),
    (.information, "sizes size types templates recommendations diagnostics diff logs log"),
    (.negation, "not never no without cannot cant doesnt dont wont isnt neither nor nothing instead avoid unlike"),
    (.negation, "shouldnt mustnt before unless except rather didnt arent"),
    (.filler, "this tool the use to a an that can will allows allow you enables enable lets let helps help provides"),
    (.filler, "ability function for used api endpoint operation method command is it user users agent server mcp be"),
    (.filler, "able when need want quickly easily safely directly automatically perform performs performing action"),
    (.filler, "actions tools utility helper wrapper which provide your my our their please simply and via using in"),
    (.filler, "with through on at by call calls client assistant model llm ai capability new feature designed"),
    (.filler, "intended asynchronously optionally either deprecated beta experimental preferred first start"),
    (.filler, "force forcibly manually immediately"),
    (.filler, "comprehensive simple powerful advanced interactive programmatically efficiently default"),
    (.promise, "will can also may would could then it this which automatically optionally to must"),
    (.final, "permanently permanent irreversible irreversibly undone unrecoverable destructive irrevocably forever"),
    (.final, "irretrievably unrecoverably"),
    (.conjunction, "and or then plus both & also"),
    (.determiner, "the a an its all any one this that these those your their every each existing specified specific"),
    (.determiner, "multiple new given selected some it them data files"),
    (.commit, "create send make process issue submit place confirm capture finalize finalise approve execute"),
    (.commit, "initiate schedule request post settle open start authorize authorise complete book reserve cancel"),
    (.commit, "transfer pay charge order"),
    (
      .payable,
      "charge charges transfer transfers swap swaps order orders settle settles trade deposit bid invest stake bridge"
    ),
    (.payable, "invoice bill"),
    (.selector, "action actions operation operations op method command cmd mode verb task activity function event"),
    (.predicate, "is has can are does was should exists"),
    (.question, "query queries search searches question"),
    (.readingStatement, "select selects read reads"),
    (.exclusively, "only solely exclusively"),
    (.light, "execute run perform do make start use call process handle invoke load"),
    (.manual, "help guide guidance guidelines instructions tutorial documentation docs methodology examples example"),
    (.nounToo, "run change view read set duplicate eval search deploy test install play move edit monitor watch"),
    (.nounToo, "receive register build start stop transition trace profile scan display replay exercise highlight"),
    (.nounToo, "rerun debug checkpoint fill format snapshot quote upgrade update release step login logout reply"),
    (.nounToo, "allowlist denylist whitelist blacklist blocklist"),
    (.inquiry, "diagnostics assessment analysis audit comparison lookup inspection estimate forecast check checks"),
    (.maker, "generate convert export download output produce present supply"),
    (.wording, "report reports summary summaries plan plans diagram chart graph template templates command commands"),
    (.wording, "query queries policy locator yaml json code qr schema embedding embeddings guide guidance config"),
    (.wording, "types list description explanation documentation docs markdown text html currency timezone unit"),
    (
      .wording,
      "units overview forecast digest date time statistics analysis insight insights recommendations suggestions stats preview configuration"
    ),
    (
      .wording,
      "instructions uuid hash statement sql expression prompt response timeline link url base64 csv timestamp timestamps"
    ),
    (.artifact, "image images video videos audio music song speech voice model models asset assets token tokens key"),
    (.artifact, "keys password passwords account invoice pdf animation mesh texture sound credential credentials"),
    (.artifact, "avatar sprite podcast certificate deeplink"),
    (.place, "disk folder directory locally filesystem location destination local path saves save saved saving"),
    (.place, "import imports"),
    (.handing, "returns return returned content contents base64 embedded inline string bytes json text"),
    (.surface, "browser dropdown checkbox webpage dom screen mouse keyboard cursor window tab playwright puppeteer"),
    (.surface, "selenium desktop device touch gesture dialog mobile"),
    (.reference, "name username hostname domain dns address symbol url alias handle id identifier path reference"),
    (.reference, "library package host"),
    (.preposition, "in for on with from using by into at via to within through against under as"),
    (.market, "stripe paypal billing"),
    (.market, "trade trades trading stock stocks shares crypto broker brokerage exchange market limit gtt symbol qty"),
    (.market, "quantity price ticker futures options option equity coin leverage margin portfolio etf sell buy"),
    (.rearrange, "modify update edit replace amend change cancel close exit liquidate flatten roll exercise reduce"),
  ]
}
