import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Charges of which somebody wrote what he should not have: the keepers make it right, once.
@Suite struct ChargeMendTests {
    private let hzCode = BranchCode("HZ")!
    private let gzCode = BranchCode("GZ")!
    private let shCode = BranchCode("SH")!

    private func company(_ branches: [String] = ["gz"], seed: UInt64) throws -> TestNetwork {
        try TestNetwork.withRent(branches, seed: seed)
    }

    private func charge(_ node: TestNode, to branch: String, _ amount: String) throws -> String {
        try node.perform(
            .between(
                Details(person: "Wang", memo: "rent of the quarter"),
                .charge(to: branch, account: "expense/rent", amount: amount))
        ).subject
    }

    private func reverse(_ node: TestNode, _ number: String) throws {
        try node.perform(.reverse(Details(person: "Wang"), number: number))
    }

    private func write(_ node: TestNode, _ parts: [Draft.Part]) throws {
        try node.engine.store.transact {
            _ = try node.engine.commit(parts, at: node.now)
            try node.engine.author?.seal(in: node.engine.store)
        }
    }

    private func states(_ node: TestNode) throws -> [[String]] {
        try node.report(.charges(branch: nil, openOnly: false, limit: 100)).rows.map {
            [$0[0].plain, $0[5].plain, $0[6].plain, $0[7].plain]
        }
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    private func pair() throws -> BranchPair { try #require(BranchPair(hzCode, gzCode)) }

    private func header(
        _ kind: DocumentKind, _ number: String, link: DocumentLink? = nil,
        day: String = "2026-11-18", person: String = "Wang"
    ) throws -> DocumentHeader {
        DocumentHeader(
            kind: kind, number: DocumentNumber(number),
            effectiveDate: try #require(Day(day)), person: person, link: link)
    }

    /// Both halves of what leaves `expense/HZ/rent` for what GZ owes.
    private func halves(_ header: DocumentHeader, _ amount: Int64) throws -> [Draft.Part] {
        let money = Commodity.currency(try #require(CurrencyCode("CNY")))
        let (home, owed) = (Scope.money(hzCode), Scope.betweenMoney(try pair()))
        let rent = Account.named(.expense, hzCode, "rent")
        return [
            Draft.Part(
                home,
                [
                    .post(
                        try Transaction(
                            header,
                            [
                                Posting(rent, money, -amount), Posting(.via(owed), money, amount),
                            ]))
                ]),
            Draft.Part(
                owed,
                [
                    .post(
                        try Transaction(
                            header,
                            [
                                Posting(.via(home), money, -amount),
                                Posting(.dueFrom(hzCode, gzCode), money, amount),
                            ]))
                ]),
        ]
    }

    private func expect(
        _ node: TestNode, _ figures: [String: String], _ location: SourceLocation = #_sourceLocation
    ) throws {
        let balances = try node.balances()
        for (account, figure) in figures {
            #expect(
                balances[account] ?? "0.00" == figure, "\(account)", sourceLocation: location)
        }
    }

    /// A keeper that was handed over, or a copy of its disk, sets right once more what was right.
    @Test(arguments: [(true, Int64(10_000)), (false, 10_000), (false, -10_000), (true, -3)])
    func whatIsSetRightTwiceIsSetRightOnce(isTakenBack: Bool, amount: Int64) throws {
        let network = try company(seed: 600)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        if isTakenBack { try reverse(hz, number) }
        network.settle()
        let target = try #require(DocumentNumber(number))
        try write(
            hz,
            try halves(
                header(.journal, "HZa-J-2026-000050", link: DocumentLink(.settles, target)), amount)
        )
        network.run(milliseconds: 120_000)
        let holds = isTakenBack ? "0.00" : "100.00"
        for node in [hz, gz] {
            try expect(
                node,
                [
                    "due-from/HZ/GZ": holds, "expense/GZ/rent": holds,
                    "due-to/GZ/HZ": isTakenBack ? "0.00" : "-100.00",
                    "expense/HZ/rent": isTakenBack ? "200.00" : "100.00",
                ])
            #expect(try rows(node).filter { $0[0] != "gap in numbers" } == [])
        }
        let before = try hz.report(.digests).rows
        network.run(milliseconds: 600_000)
        #expect(try hz.report(.digests).rows == before)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A copy of HZ gave its charge's number to another one: once that is taken back, GZ owes nothing.
    @Test func aNumberOfTwoChargesIsTakenOff() throws {
        let network = try company(seed: 604)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        try write(hz, try halves(header(.journal, number), 5_000))
        network.run(milliseconds: 60_000)
        try expect(gz, ["due-to/GZ/HZ": "-100.00", "due-from/HZ/GZ": "150.00"])
        try reverse(hz, number)
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            try expect(
                node,
                ["due-to/GZ/HZ": "0.00", "due-from/HZ/GZ": "0.00", "expense/GZ/rent": "0.00"])
            #expect(try rows(node) == [])
        }
    }

    /// What HZ says of a charge to GZ where GZ does not read it is no word about it.
    @Test func aNoteCountsWhereBothReadIt() throws {
        let network = try company(["gz", "sh"], seed: 608)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try #require(DocumentNumber("HZa-J-2026-000002"))
        let note = ChargeNote(
            .charged, to: gzCode, amount: 7, account: "expense/rent", person: "Wang",
            day: try #require(Day("2026-11-18")), memo: nil)
        let elsewhere = try #require(BranchPair(hzCode, shCode))
        try write(
            hz, [Draft.Part(.betweenMoney(elsewhere), [.append(note.event(number))])])
        network.settle()
        #expect(try charge(hz, to: "GZ", "100.00") == number.description)
        network.run(milliseconds: 60_000)
        for node in [hz, gz, try network["sh"]] {
            #expect(try states(node) == [[number.description, "100.00", "100.00", "booked"]])
        }
    }

    /// Words that no document may bear stop nobody: the keeper says it in its own.
    @Test func badWordsStopNoKeeper() throws {
        let network = try company(seed: 612)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let text = "HZa-J-2026-000040"
        let number = try #require(DocumentNumber(text))
        let memo = String(repeating: "x", count: DocumentHeader.memoBytesMax + 1)
        for (place, person) in ["\u{7}", ""].enumerated() {
            let own = try #require(DocumentNumber("HZa-J-2026-00004\(place)"))
            let note = ChargeNote(
                .charged, to: gzCode, amount: 10_000, account: "expense/rent", person: person,
                day: try #require(Day("2026-11-18")), memo: place == 0 ? memo : "\u{7}")
            var parts = try halves(header(.journal, own.description), 10_000)
            parts.append(Draft.Part(.betweenMoney(try pair()), [.append(note.event(own))]))
            try write(hz, parts)
        }
        network.run(milliseconds: 60_000)
        try expect(gz, ["due-to/GZ/HZ": "-200.00", "expense/GZ/rent": "200.00"])
        let booking = try #require(
            try gz.engine.store.transactions(about: number).first?.document)
        #expect(booking.memo == "HZ \(text)" && !booking.person.isEmpty)
        #expect(!booking.person.unicodeScalars.contains { $0.value < 0x20 })
        // And so who took it back, twice.
        for place in 1...2 {
            try write(
                hz,
                try halves(
                    header(
                        .reversal, "HZa-X-2026-00007\(place)",
                        link: DocumentLink(.reverses, number), person: "\u{7}"), -10_000))
        }
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            try expect(
                node, ["due-to/GZ/HZ": "-100.00", "due-from/HZ/GZ": "100.00"])
        }
    }

    /// GZ writes under HZ's number, of the year 9999: HZ takes back what it wrote itself, today.
    @Test func aReversalCopiesNothingOfOthers() throws {
        let network = try company(seed: 616)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        let of = try #require(DocumentNumber(number))
        let money = Commodity.currency(try #require(CurrencyCode("CNY")))
        let (home, owed) = (Scope.money(gzCode), Scope.betweenMoney(try pair()))
        let head = try header(.journal, number, day: "9999-12-31", person: "Mallory")
        try write(
            gz,
            [
                Draft.Part(
                    owed,
                    [
                        .post(
                            try Transaction(
                                head,
                                [
                                    Posting(.via(home), money, 777),
                                    Posting(.dueTo(gzCode, hzCode), money, -777),
                                ])),
                        .post(
                            try Transaction(
                                try header(
                                    .supplierReturn, "GZa-B-2026-000009",
                                    link: DocumentLink(.returns, of)),
                                [
                                    Posting(.via(home), money, 1),
                                    Posting(.dueTo(gzCode, hzCode), money, -1),
                                ])),
                    ])
            ])
        network.settle()
        try reverse(hz, number)
        network.run(milliseconds: 60_000)
        let reversal = try #require(
            try hz.engine.store.transactions(about: of).first { $0.document.isOf(.reverses) })
        let nextYear = try #require(Day("2027-01-01"))
        #expect(reversal.document.effectiveDate < nextYear)
        try expect(
            hz, ["due-from/HZ/GZ": "0.00", "expense/HZ/rent": "200.00", "expense/GZ/rent": "0.00"])
        #expect(try states(gz).map { $0[3] } == ["taken back"])
    }

    /// On the board, or in a scope of other branches, nobody objects to anything.
    @Test func anObjectionStandsWhereBothReadIt() throws {
        let network = try company(["gz", "sh"], seed: 620)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let told = try charge(hz, to: "GZ", "100.00")
        let number = try #require(DocumentNumber(told))
        network.settle()
        let elsewhere = try #require(BranchPair(gzCode, shCode))
        let event = ChargeObjection.event(
            number, ChargeObjection.Kind.objected, reason: "no", person: "Chen",
            day: try #require(Day("2026-11-18")))
        try write(gz, [Draft.Part(.board, [.append(event)])])
        try write(gz, [Draft.Part(.betweenMoney(elsewhere), [.append(event)])])
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try node.engine.store.events(of: event.entity) == [])
            #expect(try rows(node) == [])
        }
        // Of what is no charge nothing is read.
        let other = ChargeObjection.event(
            try #require(DocumentNumber("HZa-J-2026-000900")), ChargeObjection.Kind.objected,
            reason: "no", person: "Chen", day: try #require(Day("2026-11-18")))
        try write(gz, [Draft.Part(.betweenMoney(try pair()), [.append(other)])])
        network.run(milliseconds: 60_000)
        #expect(try hz.engine.store.events(of: other.entity).count == 1)
        #expect(try hz.engine.store.objections(limit: 10) == [])
        try gz.perform(
            .between(Details(memo: "not ours"), .object(number: number.description)))
        network.settle()
        #expect(try hz.engine.store.objections(limit: 10) == [number])
        #expect(try rows(hz).map { $0[0] } == ["charge in dispute"])
    }

    /// What is settled is remembered, and looked at again once something is written of it.
    @Test func whatIsSettledCrowdsOutNothing() throws {
        let network = try company(seed: 624)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let told = try charge(hz, to: "GZ", "100.00")
        let first = try #require(DocumentNumber(told))
        network.settle()
        try reverse(hz, first.description)
        network.settle()
        #expect(try rows(hz) == [])
        #expect(hz.engine.store.isSettled(first))
        #expect(try hz.engine.store.openCharges(after: nil, limit: 1) == [first])
        network.sever("hz", "gz")
        network.settle()
        let second = try charge(hz, to: "GZ", "10.00")
        #expect(
            try hz.engine.store.openCharges(after: first, limit: 1).map(\.description) == [second])
        #expect(try rows(hz).map { $0[1] } == ["\(second) expense/rent"])
        try write(
            hz,
            try halves(
                header(.journal, "HZa-J-2026-000050", link: DocumentLink(.settles, first)), 1))
        #expect(!hz.engine.store.isSettled(first))
        #expect(try rows(hz).filter { $0[0] == "due" }.count == 2)
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        #expect(try rows(gz).filter { $0[0] != "gap in numbers" } == [])
    }
}
