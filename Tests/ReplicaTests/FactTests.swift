import Testing

@testable import Replica
@testable import Sodium

@Suite struct FactTests {
    private static let cny = Commodity.currency(CurrencyCode("CNY")!)
    private static let hz = BranchCode("HZ")!
    private static let header = DocumentHeader(
        kind: .statement, number: nil, effectiveDate: Day(number: 1), person: "Lin")

    @Test func aTransactionBalancesPerCommodity() {
        let cash = Account.tender(Self.hz, "cash")
        let sales = Account.simple(.sales, Self.hz)
        #expect(throws: FactError.emptyTransaction) { try Transaction(Self.header, []) }
        #expect(throws: FactError.unbalanced(Self.cny, by: 1)) {
            try Transaction(
                Self.header, [Posting(cash, Self.cny, 3), Posting(sales, Self.cny, -2)])
        }
        #expect(throws: FactError.unbalanced(.item(ItemCode("A")!), by: -1)) {
            try Transaction(
                Self.header,
                [Posting(cash, Self.cny, 1), Posting(sales, .item(ItemCode("A")!), -1)])
        }
    }

    @Test func sumsNeverWrap() {
        let cash = Account.tender(Self.hz, "cash")
        let sales = Account.simple(.sales, Self.hz)
        // What is debited fits by itself, in whatever order it stands: nobody who adds up a part comes out beyond it.
        #expect(throws: FactError.overflow(Self.cny)) {
            try Transaction(
                Self.header,
                [
                    Posting(cash, Self.cny, .max), Posting(sales, Self.cny, -.max),
                    Posting(cash, Self.cny, 1), Posting(sales, Self.cny, -1),
                ])
        }
        #expect(throws: FactError.overflow(Self.cny)) {
            try Transaction(
                Self.header,
                [
                    Posting(cash, Self.cny, .max), Posting(cash, Self.cny, 1),
                    Posting(cash, Self.cny, .min),
                ])
        }
        #expect(throws: FactError.overflow(Self.cny)) {
            try Transaction(Self.header, [Posting(cash, Self.cny, .min)])
        }
    }

    /// Swift holds composed and decomposed letters for equal; the books may not.
    @Test func namesAreComparedByteForByte() throws {
        let composed = "payable/HZ/Caf\u{e9}"
        let decomposed = "payable/HZ/Cafe\u{301}"
        #expect(composed == decomposed)
        #expect(try #require(Account(composed)) != #require(Account(decomposed)))
        #expect(ItemCode("\u{e9}") != ItemCode("e\u{301}"))
        var chapter = Chapter()
        chapter.define(composed)
        #expect(chapter.index(of: decomposed) == nil)
    }

    @Test(arguments: [
        ("stock/HZ/main", "trade/HZ"), ("sales/HZ", "trade/HZ"), ("inventory/HZ", "money/HZ"),
        ("transit/GZ+HZ/HZa-T-2026-000001", "between/GZ+HZ"),
        ("due-from/HZ/GZ", "between-money/GZ+HZ"), ("due-to/GZ/HZ", "between-money/GZ+HZ"),
    ])
    func theNameSaysTheHome(name: String, home: String) throws {
        #expect(try #require(Account(name)).home?.name == home)
    }

    @Test(arguments: [
        "", "stock", "stock/HZ", "stock/HZ/", "stock/hz/main", "sales/HZ/x", "gold/HZ",
        "transit/HZ+GZ/x", "transit/GZ+HZ", "due-from/HZ/HZ", "via/", "via/nowhere",
        "via/trade/HZ/x", "STOCK/HZ/main",
    ])
    func noSuchAccount(name: String) { #expect(Account(name) == nil) }

    @Test(arguments: ["HZa-S-2026-000123", "GZ2abc-T-0999-1234567"])
    func numbersRoundTrip(text: String) throws {
        #expect(try #require(DocumentNumber(text)).description == text)
    }

    @Test(arguments: [
        "HZa-S-2026-123", "HZ-S-2026-000001", "HZa-Ä-2026-000001", "HZa-S-26-000001",
        "HZa-S-2026-000000", "HZA-S-2026-000001", "HZa-S-2026-0000001", "HZa-S-2026-+00001",
    ])
    func noSuchNumber(text: String) { #expect(DocumentNumber(text) == nil) }

    @Test(arguments: ["1970-01-01", "2000-02-29", "2026-11-24", "0000-01-01", "9999-12-31"])
    func daysRoundTrip(text: String) throws {
        #expect(try #require(Day(text)).description == text)
    }

    @Test(arguments: ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "x"])
    func noSuchDay(text: String) { #expect(Day(text) == nil) }

    @Test func dayNumbersCountFromTheEpoch() {
        #expect(Day("1970-01-01")?.number == 0)
        #expect(Day("2026-11-24")?.number == 20_781)
        #expect(Day(Instant(milliseconds: -1)).description == "1969-12-31")
        // 2026-11-23 16:00 UTC is midnight in Hangzhou.
        let midnight = Instant(milliseconds: 20_780 * 86_400_000 + 16 * 3_600_000)
        #expect(Day(midnight).description == "2026-11-23")
        #expect(Day(midnight, utcOffsetMinutes: 480).description == "2026-11-24")
    }

    @Test func aFastClockDoesNotInfectItsReaders() {
        var clock = HybridClock()
        let now = Instant(milliseconds: 1_000_000)
        let tenYears = HybridTime(milliseconds: 1_000_000 + 315_360_000_000, counter: 0)
        #expect(clock.observe(tenYears, at: now) == 315_360_000_000)
        #expect(clock.next(at: now).milliseconds == 1_000_000)
        _ = clock.observe(HybridTime(milliseconds: 1_000_400, counter: 0), at: now)
        #expect(clock.next(at: now).milliseconds == 1_000_400)
        let before = clock.last
        #expect(clock.next(at: Instant(milliseconds: 5)) > before, "never goes back")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func frontiersMergeInAnyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let logs = (0..<4).map { _ in LogID(Digest(random.bytes(32))!) }
        func draw() -> Frontier {
            var frontier = Frontier()
            for log in logs where random.next() % 3 > 0 {
                let seq = random.next() % 3 + 1
                frontier.advance(log, to: Head(seq: seq, hash: Digest(random.bytes(32))!))
            }
            return frontier
        }
        let (a, b, c) = (draw(), draw(), draw())
        func merged(_ frontiers: Frontier...) -> Frontier {
            frontiers.reduce(into: Frontier()) { $0.merge($1) }
        }
        #expect(merged(a, b) == merged(b, a))
        #expect(merged(merged(a, b), c) == merged(a, merged(b, c)))
        #expect(merged(a, a) == a)
        #expect(merged(a, b).root == merged(b, a).root)
        for (log, head) in a.heads { #expect(merged(a, b)[log]!.seq >= head.seq) }
    }
}

@Suite struct SteadyClockTests {
    private func instant(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

    @Test func goesWithAWallClockThatGoesForward() {
        var clock = SteadyClock()
        for time in stride(from: Int64(1_000), to: 20_000, by: 7) {
            #expect(clock.read(wall: instant(time), steady: time) == instant(time))
        }
        #expect(clock.read(wall: instant(90_000), steady: 20_000) == instant(90_000))
    }

    /// Whatever the wall clock does, ten steady seconds are at least five here, in steps of any size.
    @Test(arguments: [Int64(1), 2, 3, 999])
    func neverGoesBackOrStandsStill(step: Int64) {
        var clock = SteadyClock()
        let begin = clock.read(wall: instant(1_000_000), steady: 0)
        var last = begin
        for steady in stride(from: Int64(0), through: 10_000, by: Int(step)) {
            let now = clock.read(wall: instant(400_000 + steady % 5), steady: steady)
            #expect(now >= last)
            last = now
        }
        #expect(last.milliseconds - begin.milliseconds >= 4_990)
        #expect(last.milliseconds - begin.milliseconds <= 5_000)
    }
}
