/// The verbs that tools are named with, by what they do to the world.
///
/// `clear` ones decide almost alone; `vague` ones are nouns too, or do this only with some objects, and want company.
/// A word stands in one list only. Where a word could be read in two ways, it stands in the worse one.
enum VerbLists {
  static let all: [(category: Category, weight: Verb.Weight, words: String)] = [
    (.read, .clear, clearReads), (.read, .vague, vagueReads),
    (.write, .clear, clearWrites), (.write, .vague, vagueWrites),
    (.execute, .clear, clearExecutes), (.execute, .vague, vagueExecutes),
    (.destructive, .clear, clearDestructions), (.destructive, .vague, vagueDestructions),
    (.financial, .clear, clearPayments), (.financial, .vague, vaguePayments),
  ]

  private static let clearReads = """
    get list describe show fetch retrieve read view search find lookup browse inspect count verify validate analyze
    analyse compare explain summarize summarise calculate compute estimate diagnose detect audit discover enumerate
    preview poll whoami grep glob recommend suggest predict classify infer lint diff measure crawl scrape screenshot
    display identify determine examine visualize visualise aggregate extract parse
    translate transcribe decode render ping simulate obtain collect gather tail introspect geocode assess
    recall advise interpret consult contrast tally hget hgetall hkeys hvals hexists hlen lrange llen lindex smembers
    scard sismember zrange zcard zscore xrange xlen ttl mget strlen getrange hmget zrank
    decompile disassemble demangle traceroute nslookup whois ls echo proofread paraphrase critique
    """

  private static let vagueReads = """
    check query review report scan trace profile monitor watch download convert wait think ask return
    provide access match investigate outline view tell see help guide peek stat select sample sort filter rank score
    plan test look traverse generate export output present
    df du deduce reason brainstorm correlate quote locate troubleshoot
    """

  private static let clearWrites = """
    create add insert update modify edit write append save upload send publish notify reply assign unassign untag
    rename move clone duplicate enable disable activate deactivate configure reconfigure subscribe attach detach
    unlink invite grant unlock approve reject accept decline reopen dismiss acknowledge snooze unarchive undelete mark
    upsert replace increment decrement toggle unstar follow unfollow unpin upgrade downgrade migrate provision
    allocate associate disassociate apply scaffold remember store memorize annotate populate ingest adjust confirm
    rotate renew mkdir chmod chown cp mv stage unstage rebase revert rollback unresolve submit propose escalate
    register put checkout set change alter overwrite rewrite reorder reprioritize react mute unmute ban unban receive
    initialize initialise connect disconnect login logout authenticate onboard enroll persist transition reschedule
    enqueue requeue resend initiate quarantine whitelist allowlist denylist blocklist blacklist unblock seed backfill
    bump unfavorite unfavourite unlike upvote downvote retweet repost tweet broadcast delegate designate
    elevate demote freeze unfreeze mount unmount eject resize crop compress decompress unzip highlight unhighlight hide
    unhide prepend splice interleave pad hset hmset hsetnx lpush rpush sadd zadd xadd mset setex incr decr incrby getset expireat arm disarm
    reassign regenerate reindex reload restock reparent unarm unlist unroute
    unshare uncomplete unmark unsnooze unwatch impersonate bootstrap reinstate relabel retag repair
    remediate overlay emulate unapprove unhide personalize personalise revise redact disallow forbid refactor
    reorient realign rearrange reroute repost recolor recolour unpair authorize authorise unauthorize deauthorize
    """

  private static let vagueWrites = """
    post patch email message comment tag label copy link share lock close resolve archive restore import sync
    synchronize commit push fork star pin draft log record schedule reserve book index stash request
    release refresh touch reset manage generate complete finish forward track note branch switch init setup vote rate
    join leave open fix tune package produce mutate make cancel handle maintain attend prepare respond
    load optimize optimise customize customise encrypt decrypt sign format block like answer give learn supply offer favorite favourite bookmark zip trim merge
    charge transfer swap order settle claim bridge wrap unwrap compose
    """

  private static let clearExecutes = """
    execute run exec invoke start restart reboot launch deploy redeploy install compile eval spawn ssh click hover
    drag scroll tap swipe dispatch orchestrate promote failover resume suspend rerun retry replay shutdown
    powershell navigate autoscale inject fuzz exploit goto
    """

  private static let vagueExecutes = """
    call trigger build rebuild stop pause abort process play type fill press shell bash terminal evaluate
    control automate train scale drive operate step command power script begin continue proceed next turn attack debug wake benchmark
    """

  private static let clearDestructions = """
    delete remove drop destroy purge terminate revoke wipe erase truncate flush kill uninstall unregister deregister
    discard evict nuke prune rm rmdir decommission teardown unpublish unsubscribe undeploy deprovision del shred
    obliterate cleanup hdel srem zrem lrem xdel rmi flushall flushdb expunge zap eradicate deallocate
    """

  private static let vagueDestructions = """
    clear empty trash expire clean forget unset void
    """

  private static let clearPayments = """
    pay refund purchase buy sell withdraw disburse remit payout reimburse donate prepay overpay liquidate repay
    onramp offramp topup unstake redeem
    """

  private static let vaguePayments = """
    trade deposit bid invest stake invoice bill mint borrow lend rebalance exercise tip
    """
}
