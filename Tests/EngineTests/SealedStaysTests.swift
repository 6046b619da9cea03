import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What is sealed stays to the cent at every node, whatever anybody writes, with whatever clock. The test's day is 18 November.
@Suite struct SealedStaysTests {
    /// HZ with the shelf's node and another one in the office; GZ, and SH, whose nodes are administrators' and read all. Ten
    /// teas at 2.00 since the 1st at HZ, one sold on the 5th.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz", "sh"], seed: seed)
        let hz = try network["hz"]
        try network.joinOffice(seed: seed + 50)
        for name in ["gz-1", "sh-1"] {
            guard case .outcome = hz.ask(.nameAdministrator(node: name, readsAll: true)) else {
                throw Refusal(.fault, "not named")
            }
        }
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "Mill"))
        try hz.perform(
            .sell(
                Details(date: "2026-11-05"), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        network.settle()
        return network
    }

    private func rent(_ node: TestNode, _ amount: String, _ date: String) throws {
        try node.perform(rent(amount, date))
    }

    private func rent(_ amount: String, _ date: String) -> Command {
        .journal(
            Details(date: date),
            [
                JournalLine(account: "expense/rent", amount: amount),
                JournalLine(account: "bank/main", amount: "-\(amount)"),
            ])
    }

    @discardableResult
    private func close(_ node: TestNode, _ day: String) throws -> String {
        try node.perform(.close(Details(person: "Wang"), through: day, isYearEnd: false)).subject
    }

    private func seal(_ person: String, _ day: String, absent: [String] = []) -> Command {
        .seal(Details(person: person), .seal(through: day, absent: absent))
    }

    private func confirm(_ person: String, _ day: String, _ word: String? = nil) -> Command {
        .seal(Details(person: person), .confirm(through: day, seal: word))
    }

    private func part(_ network: TestNetwork, _ name: String) {
        for other in ["hz", "gz", "sh", "office"] where other != name { network.sever(name, other) }
        network.settle()
    }

    private func mend(_ network: TestNetwork, _ name: String) {
        for other in ["hz", "gz", "sh", "office"] where other != name { network.mend(name, other) }
        network.run(milliseconds: 120_000)
    }

    private func rows(
        _ node: TestNode, _ day: String, _ branch: String? = nil
    ) throws -> [[String]] {
        try node.report(.balance(branch: branch, asAt: day)).rows.map { $0.map(\.plain) }
    }

    /// Every node shows the sealed figures, and the same of later days, also when it reads its logs anew.
    private func alike(
        _ network: TestNetwork, _ sealed: [[String]], at day: String = "2026-11-10",
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        let after = try rows(network["hz"], "2026-11-18")
        for name in ["hz", "gz", "sh", "office"] {
            let node = try network[name]
            for again in [false, true] {
                if again { _ = node.ask(.rebuild) }
                #expect(try rows(node, day) == sealed, "\(name) \(again)", sourceLocation: place)
                #expect(
                    try rows(node, "2026-11-18") == after, "\(name) \(again)",
                    sourceLocation: place)
            }
            #expect(try network.verify(name).isSound, "\(name)", sourceLocation: place)
        }
        #expect(try network.digests().count == 1, sourceLocation: place)
    }

    /// All four close up to the 10th, and that is sealed.
    private func sealAll(_ network: TestNetwork) throws -> (close: DocumentNumber, [[String]]) {
        for name in ["gz", "sh"] { try close(network[name], "2026-11-10") }
        let made = try close(network["hz"], "2026-11-10")
        let number = try #require(DocumentNumber(made))
        network.run(milliseconds: 60_000)
        try network["hz"].perform(seal("Adam", "2026-11-10"))
        network.run(milliseconds: 60_000)
        return (number, try rows(network["hz"], "2026-11-10"))
    }

    /// Writes with a member's key and any clock, past every rule of its program, and hands it to a node.
    private func write(
        _ ops: [Operation], _ scope: Scope, as thief: TestNode, incarnation: UInt64,
        to node: TestNode
    ) throws {
        let standing = try node.engine.needStanding()
        let name = LogName(
            author: thief.engine.credentials.node, incarnation: incarnation, scope: scope)
        var writer = LogWriter(tip: LogTip(name, in: standing.book), chapter: Chapter())
        let before = writer.tip
        let entry = try writer.append(
            ops, at: .init(commit: 1, time: HybridTime(raw: 1)),
            key: standing.keyring.writingKey(scope), signing: thief.engine.credentials.signing,
            signs: true)
        try node.engine.store.append(
            [PreparedRun(written: [(entry, ops)], after: before, chapter: writer.chapter)],
            roster: standing.roster)
    }

    private func rent(
        _ kind: DocumentKind, _ number: DocumentNumber, _ cents: Int64, _ day: Day
    ) throws -> Operation {
        let hz = try #require(BranchCode("HZ"))
        let code = try #require(CurrencyCode("CNY"))
        let currency = Commodity.currency(code)
        return .post(
            try Transaction(
                DocumentHeader(kind: kind, number: number, effectiveDate: day, person: "Eve"),
                [
                    Posting(.named(.expense, hz, "rent"), currency, cents),
                    Posting(.named(.bank, hz, "main"), currency, -cents),
                ]))
    }

    /// Whoever may write a branch's money writes its sealed close anew, with a clock before it, and documents under its number:
    /// nothing of the sealed days moves.
    @Test(arguments: [true, false]) func aSealedCloseIsItsVeryWords(_ namesAll: Bool) throws {
        let network = try company(seed: 2_010)
        let (hz, office) = (try network["hz"], try network["office"])
        try rent(office, "7.00", "2026-11-08")
        network.settle()
        let (number, sealed) = try sealAll(network)
        let (day, branch) = (try #require(Day("2026-11-09")), try #require(BranchCode("HZ")))
        let author = office.engine.credentials.node
        let book = try hz.engine.needStanding().book
        let own = LogTip(
            LogName(author: author, incarnation: 2_000, scope: .money(branch)), in: book
        ).id
        let through = try #require(Day("2026-11-10"))
        let again = try #require(
            PeriodClose.event(
                number, through: through,
                heads: namesAll ? [own: .max] : [:],
                documents: .init(trade: 1_000, money: 1_000), person: "Eve", day: day))
        try write([.append(again)], .trade(branch), as: office, incarnation: 2_000, to: hz)
        let other = try #require(DocumentNumber("HZb-J-2026-000777"))
        try write(
            [try rent(.close, number, 500, day), try rent(.journal, other, 300, day)],
            .money(branch), as: office, incarnation: 2_000, to: hz)
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 120_000)
        try alike(network, sealed)
        let next = try rows(hz, "2026-11-18").first { $0[0] == "expense/HZ/rent" }
        #expect(next?[1] == "15.00")
    }

    /// A document of a close of which nobody says anything before the seal: what is said of it afterwards makes no frozen cost of
    /// it, and no end of a year.
    ///
    /// - Parameter isOpened: somebody said before that it is opened again, which closes nothing.
    @Test(arguments: [false, true])
    func whatIsSaidOfACloseAfterwardsFreezesNothing(_ isOpened: Bool) throws {
        let network = try company(seed: 2_015)
        let (hz, office) = (try network["hz"], try network["office"])
        let (day, branch) = (try #require(Day("2026-11-09")), try #require(BranchCode("HZ")))
        let hidden = try #require(DocumentNumber("HZz-E-2026-000007"))
        try write(
            [try rent(.close, hidden, 500, day)], .money(branch), as: office, incarnation: 2_000,
            to: hz)
        if isOpened {
            let opened = PeriodClose.reopening(hidden, reason: "why", person: "Eve", day: day)
            try write([.append(opened)], .trade(branch), as: office, incarnation: 2_000, to: hz)
        }
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 60_000)
        let (_, sealed) = try sealAll(network)
        func profit(_ node: TestNode) throws -> [[String]] {
            try node.report(.profit(StatementFilter(from: "2026-11-01", to: "2026-11-10"))).rows
                .map { $0.map(\.plain) }
        }
        let before = try profit(hz)
        #expect(before.contains { $0.contains("5.00") })
        let event = try #require(
            PeriodClose.event(
                hidden, through: day, heads: [:], documents: .init(trade: 0, money: 1),
                person: "Eve", day: day))
        try write([.append(event)], .trade(branch), as: office, incarnation: 2_001, to: hz)
        try hz.perform(.addItems([ItemChange(code: "POT", name: "Pot", price: "9.00")]))
        network.run(milliseconds: 60_000)
        try alike(network, sealed)
        for name in ["hz", "gz", "sh", "office"] {
            #expect(try profit(network[name]) == before, "\(name)")
        }
    }

    /// A close that names what its author's branch may not write, so that it would stand within the sealed days as soon as
    /// somebody lets it, is not sealed.
    @Test func whatMayNotBeWrittenIsNotSealed() throws {
        let network = try company(seed: 2_017)
        let (hz, gz, office) = (try network["hz"], try network["gz"], try network["office"])
        let (day, branch) = (try #require(Day("2026-11-09")), try #require(BranchCode("HZ")))
        let number = try #require(DocumentNumber("HZb-J-2026-000777"))
        try write(
            [try rent(.journal, number, 500, day)], .money(branch), as: gz, incarnation: 2_000,
            to: hz)
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 60_000)
        let standing = try hz.engine.needStanding()
        let log = LogTip(
            LogName(
                author: gz.engine.credentials.node, incarnation: 2_000, scope: .money(branch)),
            in: standing.book
        ).id
        var heads = try hz.engine.store.frontier(of: branch, standing.roster)
        #expect(heads[log] == nil)
        #expect(try hz.engine.store.holds([log: 1]))
        heads[log] = 1
        let own = try #require(DocumentNumber("HZb-E-2026-000001"))
        let through = try #require(Day("2026-11-10"))
        let close = try #require(
            PeriodClose.event(own, through: through, heads: heads, person: "Eve", day: day))
        try write([.append(close)], .trade(branch), as: office, incarnation: 2_000, to: hz)
        for name in ["gz", "sh"] { try self.close(network[name], "2026-11-10") }
        network.run(milliseconds: 60_000)
        #expect(hz.refusal(seal("Adam", "2026-11-10")) == .periodUnfinished)
    }

    /// The founder's machine is lost: whom the recovery key names seals alone.
    @Test func whomTheRecoveryKeyNamesSeals() throws {
        let (network, key) = try TestNetwork.founded(["gz"], seed: 2_060)
        let (hz, gz) = (try network["hz"], try network["gz"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        for node in [hz, gz] { try close(node, "2026-11-10") }
        network.run(milliseconds: 60_000)
        network.sever("hz", "gz")
        try gz.perform(seal("Berta", "2026-11-10"))
        #expect(try gz.report(.seals).rows.map { $0[1].plain } == ["open"])
        done(gz.ask(.recover(RecoveryOrder(key: key, names: ["gz-1"], removes: ["hz-1"]))))
        // What it had sealed as another one waits as before: it seals anew.
        #expect(try gz.report(.seals).rows.map { $0[1].plain } == ["open"])
        try gz.perform(seal("Berta", "2026-11-10"))
        let sealed = try rows(gz, "2026-11-10")
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            for again in [false, true] {
                if again { _ = node.ask(.rebuild) }
                #expect(
                    try node.report(.seals).rows.map { $0[1].plain }.sorted() == ["open", "sealed"])
                #expect(try rows(node, "2026-11-10") == sealed)
                #expect(
                    try node.report(.periods(branch: nil)).rows.map { $0[3].plain } == [
                        "sealed", "sealed",
                    ])
            }
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound, "\(name)") }
    }

    /// What the documents say: a node of the branch that was cut off closes an earlier day than the sealed one. Its close
    /// closes nothing, and the sealed days stay; what it entered stands after them.
    @Test func anEarlierCloseBesideTheSealClosesNothing() throws {
        let network = try company(seed: 2_020)
        let (hz, office) = (try network["hz"], try network["office"])
        part(network, "office")
        try rent(hz, "7.00", "2026-11-08")
        try rent(office, "5.00", "2026-11-07")
        let early = try close(office, "2026-11-09")
        let (_, sealed) = try sealAll(network)
        #expect(sealed.contains { $0[0] == "expense/HZ/rent" && $0[1] == "7.00" })
        let eighth = try rows(hz, "2026-11-08")
        mend(network, "office")
        try alike(network, sealed)
        for name in ["hz", "gz", "sh", "office"] {
            let node = try network[name]
            #expect(
                try rows(node, "2026-11-08").filter { $0[0].hasPrefix("expense") }
                    == eighth.filter { $0[0].hasPrefix("expense") }, "\(name)")
            let late = try rows(node, "2026-11-11").first { $0[0] == "expense/HZ/rent" }
            #expect(late?[1] == "12.00", "\(name)")
            #expect(
                try node.report(.periods(branch: "HZ")).rows.map { $0[3].plain }.sorted() == [
                    "beside a seal", "sealed",
                ])
        }
        #expect(office.refusal(.reopen(Details(memo: "why"), number: early)) == .periodClosed)
        // And nobody seals it afterwards.
        #expect(hz.refusal(seal("Adam", "2026-11-09")) == .nothingChanges)
    }

    /// An administrator that is no principal one seals alone: that waits for a principal one's word, which sees to it that it is
    /// what it would have sealed itself.
    @Test func oneAdministratorAloneSealsNothing() throws {
        let network = try company(seed: 2_030)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for name in ["hz", "gz", "sh"] { try close(network[name], "2026-11-10") }
        network.run(milliseconds: 60_000)
        let made = try gz.perform(seal("Berta", "2026-11-10"))
        #expect(made.notices.contains { $0.contains("principal") })
        network.run(milliseconds: 60_000)
        #expect(try hz.report(.seals).rows.map { $0[1].plain } == ["open"])
        #expect(try network["sh"].refusal(confirm("Carl", "2026-11-10")) == .notAdministrator)
        let agreed = try hz.perform(confirm("Adam", "2026-11-10"))
        #expect(agreed.notices.contains { $0.contains("3 closes") })
        network.run(milliseconds: 60_000)
        let sealed = try rows(hz, "2026-11-10")
        // It seals other days, and closes that nobody made, and says that it is a principal one.
        let (day, branch) = (try #require(Day("2026-11-02")), try #require(BranchCode("SH")))
        let number = try #require(DocumentNumber("SHa-E-2026-000009"))
        for event in [
            Seal.sealing(
                day, closes: [.init(number: number, digest: [UInt8](repeating: 1, count: 32))],
                absent: [], isPrincipals: true, state: "", person: "Eve", on: day),
            Seal.sealing(
                day, closes: [], absent: [branch],
                closing: Seal.fields(closing: branch, heads: [:], costs: []),
                isPrincipals: true, state: "", person: "Eve", on: day),
        ] {
            try write(
                [.append(event)], .catalog, as: gz,
                incarnation: 3_000 + UInt64(event.fields.count), to: hz)
        }
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 60_000)
        #expect(hz.refusal(confirm("Adam", "2026-11-02")) != nil)
        try alike(network, sealed)
    }

    /// Two administrators sealed beside each other without a branch, cut off from each other: either agrees to the other's.
    @Test(arguments: [true, false]) func twoWhoSealedBesideEachOtherFinish(_ principal: Bool) throws
    {
        let network = try company(seed: 2_040)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for name in ["hz", "gz"] { try close(network[name], "2026-11-10") }
        network.run(milliseconds: 60_000)
        part(network, "sh")
        part(network, "gz")
        try hz.perform(seal("Adam", "2026-11-10", absent: ["SH"]))
        try gz.perform(seal("Berta", "2026-11-10", absent: ["SH"]))
        for other in ["hz", "office"] { network.mend("gz", other) }
        network.run(milliseconds: 60_000)
        if principal {
            try hz.perform(confirm("Adam", "2026-11-10"))
        } else {
            try gz.perform(confirm("Berta", "2026-11-10"))
        }
        network.run(milliseconds: 60_000)
        let sealed = try rows(hz, "2026-11-10")
        #expect(
            Set(try hz.report(.seals).rows.map { $0[1].plain })
                == (principal ? ["sealed", "withdrawn"] : ["sealed", "open"]))
        // The other word comes late, with any clock.
        let seals = try hz.engine.store.seals()
        let other = try #require(seals.first { !$0.holds })
        let day = try #require(Day("2026-11-10"))
        if principal {
            try write(
                [
                    .append(
                        Seal.confirming(
                            day, other.digest, closes: true, person: "Eve", on: day))
                ], .catalog, as: gz, incarnation: 4_000, to: hz)
        } else {
            // What it would close is closed: the principal one says so.
            #expect(hz.refusal(confirm("Adam", "2026-11-10")) == .badOption)
        }
        for name in ["sh", "gz"] { mend(network, name) }
        try alike(network, sealed)
    }

    /// A seal that held at some nodes was withdrawn at one that had not heard of the second word: what it kept on its day stands
    /// where the other closes put it, at nodes that hear of it last as at those that read all anew.
    @Test func aWithdrawnSealKeepsNothing() throws {
        let network = try company(seed: 2_045)
        let (hz, gz, office) = (try network["hz"], try network["gz"], try network["office"])
        part(network, "office")
        try rent(hz, "7.00", "2026-11-08")
        try close(office, "2026-11-12")
        for node in [hz, gz] { try close(node, "2026-11-10") }
        mend(network, "office")
        func eighth(_ node: TestNode) throws -> String? {
            try rows(node, "2026-11-08").first { $0[0] == "expense/HZ/rent" }?[1]
        }
        #expect(try eighth(gz) == nil, "the office's close had not seen it")
        try hz.perform(seal("Adam", "2026-11-10", absent: ["SH"]))
        network.run(milliseconds: 60_000)
        part(network, "hz")
        try gz.perform(confirm("Berta", "2026-11-10"))
        network.run(milliseconds: 60_000)
        #expect(try eighth(gz) == "7.00")
        try hz.perform(seal("Adam", "2026-11-09", absent: ["SH"]))
        mend(network, "hz")
        #expect(
            try gz.report(.seals).rows.map { $0[1].plain }.sorted() == ["open", "withdrawn"])
        for name in ["hz", "gz", "sh", "office"] { #expect(try eighth(network[name]) == nil) }
        try alike(network, try rows(hz, "2026-11-10"))
    }

    /// More than one waits: which is meant is said.
    @Test func whichOneIsMeantIsSaid() throws {
        let network = try company(seed: 2_050)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        for node in [hz, gz, sh] { try close(node, "2026-11-10") }
        network.run(milliseconds: 60_000)
        try gz.perform(seal("Berta", "2026-11-10"))
        try sh.perform(seal("Carl", "2026-11-10"))
        network.run(milliseconds: 60_000)
        #expect(hz.refusal(confirm("Adam", "2026-11-10")) == .badOption)
        #expect(hz.refusal(confirm("Adam", "2026-11-10", "zz")) == .unknownDocument)
        let row = try hz.report(.seals).rows.first { $0[4].plain == "Carl" }
        let word = try #require(row)[9].plain
        try hz.perform(confirm("Adam", "2026-11-10", word))
        network.run(milliseconds: 60_000)
        try alike(network, try rows(gz, "2026-11-10"))
    }

    /// The key of the office says of any close of HZ what it likes, with a clock before all others, and posts under its number.
    private func harm(
        _ network: TestNetwork, _ node: TestNode, _ random: inout SeededRandom,
        _ incarnation: UInt64
    ) throws {
        let hz = try #require(BranchCode("HZ"))
        let closes = try node.engine.store.closes(of: hz).filter { $0.closing == nil }
        guard !closes.isEmpty else { return }
        let close = closes[Int(random.next() % UInt64(closes.count))]
        let through = Day(number: close.through.number - Int32(random.next() % 3))
        let heads = random.next() % 2 == 0 ? close.heads : close.heads.mapValues { _ in .max }
        let event = try #require(
            PeriodClose.event(
                close.number, through: through, heads: random.next() % 3 == 0 ? [:] : heads,
                documents: .init(trade: 9, money: 9), person: "Eve", day: through))
        let office = try network["office"]
        try write([.append(event)], .trade(hz), as: office, incarnation: incarnation, to: node)
        try write(
            [try rent(.close, close.number, Int64(1 + random.next() % 900), through)], .money(hz),
            as: office, incarnation: incarnation, to: node)
    }

    /// Closes, reopenings, seals, words, documents of any day, with nodes cut off: what was sealed when all had it stays, and
    /// every node tells the same as one that reads its logs anew.
    @Test(arguments: 1...12) func whatIsSealedStays(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let network = try company(seed: UInt64(2_100 + 100 * seed))
        let names = ["hz", "gz", "sh", "office"]
        let people = ["hz": "Adam", "gz": "Berta", "sh": "Carl", "office": "Dora"]
        var sealed: [String: [[String]]] = [:]
        var incarnation: UInt64 = 5_000
        func day(_ from: UInt64, _ count: UInt64) -> String {
            let day = from + random.next() % count
            return "2026-11-\(day < 10 ? "0" : "")\(day)"
        }
        func act(_ name: String, _ round: UInt64) throws {
            let (node, person) = (try network[name], people[name] ?? "")
            let end = day(2 + 2 * round, 4)
            switch random.next() % 10 {
            case 0, 1, 2:
                _ = node.refusal(rent("\(1 + random.next() % 40).00", day(2, 15)))
            case 3, 4:
                _ = node.refusal(.close(Details(), through: end, isYearEnd: false))
            case 5:
                let branch = try #require(BranchCode(name == "office" ? "HZ" : name.uppercased()))
                if let last = try node.engine.store.closes(of: branch).last(where: \.stands) {
                    _ = node.refusal(
                        .reopen(Details(memo: "why"), number: last.number.description))
                }
            case 6:
                let absent = ["HZ", "GZ", "SH"].filter { _ in random.next() % 3 == 0 }
                _ = node.refusal(seal(person, end, absent: absent))
            case 7:
                // Whoever has not closed is absent.
                let limit = try #require(Day(end))
                let absent = try ["HZ", "GZ", "SH"].filter { code in
                    let branch = try #require(BranchCode(code))
                    return try (node.engine.store.closes(of: branch).through.map { $0 < limit })
                        ?? true
                }
                _ = node.refusal(seal(person, end, absent: absent))
            case 8 where name != "office":
                incarnation += 1
                try harm(network, node, &random, incarnation)
            default:
                for waiting in try node.engine.store.seals() where waiting.standing == .waits {
                    _ = node.refusal(confirm(person, waiting.day.description, waiting.word))
                }
            }
        }
        for round in 0..<5 as Range<UInt64> {
            let away = names[Int(random.next() % 4)]
            part(network, away)
            for _ in 0..<8 { try act(names[Int(random.next() % 4)], round) }
            network.run(milliseconds: 20_000)
            for _ in 0..<8 { try act(names[Int(random.next() % 4)], round) }
            mend(network, away)
            if round % 2 == 1 {
                // An honest month end, whatever went before.
                let end = "2026-11-\(round == 1 ? "06" : "10")"
                for name in names {
                    _ = try network[name].refusal(.close(Details(), through: end, isYearEnd: false))
                }
                network.run(milliseconds: 60_000)
                let limit = try #require(Day(end))
                let hz = try network["hz"]
                let absent = try ["HZ", "GZ", "SH"].filter { code in
                    let branch = try #require(BranchCode(code))
                    let closes = try hz.engine.store.closes(of: branch).filter {
                        try $0.stands && ($0.isSealed || hz.engine.store.holds($0))
                    }
                    return !closes.contains { $0.through >= limit }
                }
                _ = hz.refusal(seal("Adam", end, absent: absent))
                network.run(milliseconds: 60_000)
                for name in ["gz", "sh"] {
                    for waiting in try hz.engine.store.seals() where waiting.standing == .waits {
                        _ = try network[name].refusal(confirm("Berta", end, waiting.word))
                    }
                }
                network.run(milliseconds: 60_000)
            }
            for name in names {
                let node = try network[name]
                for code in ["HZ", "GZ", "SH"] {
                    let branch = try #require(BranchCode(code))
                    for close in try node.engine.store.closes(of: branch) where close.isSealed {
                        let key = "\(code) \(close.through)"
                        let now = try rows(node, close.through.description, code)
                        #expect(now == sealed[key, default: now], "\(name) \(key) \(round)")
                        sealed[key] = now
                    }
                }
            }
        }
        #expect(!sealed.isEmpty)
        try alike(network, try rows(network["gz"], "2026-11-10"))
        for (key, figures) in sealed {
            let (code, day) = (String(key.prefix(2)), String(key.suffix(10)))
            for name in names {
                #expect(try rows(network[name], day, code) == figures, "\(name) \(key)")
            }
        }
    }
}
