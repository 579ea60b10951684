import ConsoleCore
import Policy
import Testing

struct FramePacerTests {
  private func moment(_ milliseconds: Int64) -> Moment { Moment(microseconds: milliseconds * 1000) }

  @Test func aKeyIsShownAtOnce() {
    var pacer = FramePacer()
    #expect(pacer.due == nil)
    pacer.want(.person, at: moment(1000))
    #expect(pacer.due == moment(1000))
    pacer.drew(at: moment(1000))
    #expect(pacer.due == nil)
    pacer.want(.person, at: moment(2000))
    #expect(pacer.due == moment(2000))
  }

  @Test func aStreamIsShownTenTimesASecondNewsThirtyAndAKeyAtOnce() {
    var pacer = FramePacer()
    pacer.drew(at: moment(1000))
    pacer.want(.stream, at: moment(1001))
    pacer.want(.stream, at: moment(1050))
    #expect(pacer.due == moment(1100))
    pacer.want(.person, at: moment(1060))
    #expect(pacer.due == moment(1060))
    pacer.drew(at: moment(1060))
    pacer.want(.news, at: moment(1061))
    #expect(pacer.due == moment(1093))
    pacer.want(.person, at: moment(1061))
    #expect(pacer.due == moment(1064))
  }
  @Test func theGatesAnswerDoesNotWaitForThePictureOfItsKey() {
    var pacer = FramePacer()
    pacer.drew(at: moment(1000))
    pacer.want(.call, at: moment(1001))
    #expect(pacer.due == moment(1010))
    pacer.want(.answer, at: moment(1002))
    #expect(pacer.due == moment(1002))
    pacer.drew(at: moment(1002))
    // Many of them make no picture each.
    pacer.want(.answer, at: moment(1002))
    #expect(pacer.due == moment(1003))
  }
}
