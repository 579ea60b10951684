import Gate
import JSONText
import Policy
import Testing

struct ConnectionSharesTests {
  @Test func whereAllAreBusyNobodyLooksAgainAtOnce() {
    var shares = ConnectionShares()
    let now = Moment(microseconds: 1_000_000)
    let groups: [ConnectionShares.Group] = [.grant("ci"), .grant("other"), .all]
    func look(after microseconds: Int64) -> [Bool] {
      groups.map { shares.isWorthASearch($0, at: now.advanced(byMicroseconds: microseconds)) }
    }
    #expect(look(after: 0) == [true, true, true])
    shares.searchedInVain(.grant("ci"), at: now)
    #expect(look(after: 0) == [false, true, true], "others have room of their own")
    #expect(look(after: 99_999) == [false, true, true])
    #expect(look(after: 100_000) == [true, true, true])
  }
}
