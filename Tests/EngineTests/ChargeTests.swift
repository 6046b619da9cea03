import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// A charge between branches is taken back, passed on and objected to: both sides follow, whoever acts beside whom.
@Suite struct ChargeTests {
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

    private func reverse(_ node: TestNode, _ number: String, by person: String = "Wang") throws {
        try node.perform(
            .reverse(Details(person: person, memo: "not theirs"), number: number))
    }

    private func pass(
        _ node: TestNode, _ number: String, to branch: String, _ amount: String? = nil
    ) throws -> String {
        try node.perform(
            .between(Details(person: "Chen"), .pass(number: number, to: branch, amount: amount))
        ).subject
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    private func states(_ node: TestNode) throws -> [[String]] {
        try node.report(.charges(branch: nil, openOnly: false, limit: 100)).rows.map {
            [$0[0].plain, $0[5].plain, $0[6].plain, $0[7].plain]
        }
    }

    private func refusal(_ node: TestNode, _ act: BetweenAct, memo: String? = nil) -> Refusal.Code?
    {
        node.refusal(.between(Details(memo: memo), act))
    }

    /// Law: what one is due the other owes, and what was laid out is somebody's expense.
    private func expectSquare(
        _ node: TestNode, _ branches: [String], expense: String = "200.00",
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let balances = try node.balances()
        func cents(_ account: String) throws -> Int64 {
            try Amount.parse(balances[account] ?? "0", scale: 2)
        }
        var sum: Int64 = 0
        for branch in branches {
            sum += try cents("expense/\(branch)/rent")
            for other in branches where other != branch {
                #expect(
                    try cents("due-from/\(branch)/\(other)") == -cents("due-to/\(other)/\(branch)"),
                    "\(branch) \(other)", sourceLocation: location)
            }
        }
        #expect(Amount.text(sum, scale: 2) == expense, sourceLocation: location)
    }

    @Test func whatWasChargedIsTakenBack() throws {
        let network = try company(seed: 270)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        #expect(try gz.balances()["expense/GZ/rent"] == "100.00")
        #expect(try states(gz) == [[number, "100.00", "100.00", "booked"]])
        // GZ does not undo what follows from HZ's books.
        let of = try #require(DocumentNumber(number))
        let about = try gz.engine.store.transactions(about: of)
        let booking = try #require(about.first?.document.number)
        #expect(
            gz.refusal(.reverse(Details(), number: booking.description)) == .notReversible)
        try reverse(hz, number)
        network.settle()
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["expense/HZ/rent"] == "200.00")
            for account in ["expense/GZ/rent", "due-from/HZ/GZ", "due-to/GZ/HZ"] {
                #expect(balances[account] == nil, "\(account)")
            }
            #expect(try rows(node) == [])
            #expect(try states(node) == [[number, "0.00", "0.00", "taken back"]])
        }
        #expect(hz.refusal(.reverse(Details(), number: number)) == .alreadyReversed)
        #expect(refusal(gz, .book(number: number)) == .alreadyRecorded)
        #expect(refusal(gz, .object(number: number), memo: "no") == .chargeState)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Before the other heard of it: it books nothing at all.
    @Test func whatIsTakenBackBeforeItIsHeardOfIsNotBooked() throws {
        let network = try company(seed: 272)
        let (hz, gz) = (try network["hz"], try network["gz"])
        network.sever("hz", "gz")
        network.settle()
        let number = try charge(hz, to: "GZ", "100.00")
        #expect(try rows(hz).map { $0[1] } == ["\(number) expense/rent"])
        try reverse(hz, number)
        #expect(try rows(hz) == [])
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        #expect(try states(gz) == [[number, "0.00", "0.00", "taken back"]])
        let of = try #require(DocumentNumber(number))
        #expect(try gz.engine.store.transactions(about: of).count == 2)
        try expectSquare(gz, ["HZ", "GZ"])
        #expect(try network.digests().count == 1)
    }

    /// What GZ does not know yet is a difference with the reversal's person.
    @Test func aReversalThatWasNotHeardOfIsTold() throws {
        let network = try company(seed: 274)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        try reverse(hz, number, by: "Li")
        let found = try rows(hz)
        #expect(
            found.map { Array($0[0...2]) } == [["due", "\(number) expense/rent", "-100.00"]])
        #expect(found[0][3].hasPrefix("GZ may not have seen HZa-X-") && found[0][4] == "Li")
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        for node in [hz, gz] { #expect(try rows(node) == []) }
        try expectSquare(gz, ["HZ", "GZ"])
    }

    /// The shop and the office both take it back, cut off from each other: HZ's keeper takes one of the two off again.
    @Test func whatTwoTookBackIsTakenBackOnce() throws {
        let network = try company(seed: 276)
        let office = try network.joinOffice(seed: 279)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        for name in ["hz", "gz"] { network.sever("office", name) }
        network.settle()
        try reverse(hz, number)
        try reverse(office, number, by: "Li")
        network.settle()
        for name in ["hz", "gz"] { network.mend("office", name) }
        network.run(milliseconds: 120_000)
        #expect(try network.digests().count == 1)
        for node in [hz, gz, office] {
            try expectSquare(node, ["HZ", "GZ"])
            #expect(try node.balances()["due-from/HZ/GZ"] == nil)
            #expect(try rows(node) == [])
        }
        // And no more is said of it.
        let before = try hz.report(.digests).rows
        network.run(milliseconds: 600_000)
        #expect(try hz.report(.digests).rows == before)
        for name in ["hz", "gz", "office"] { #expect(try network.verify(name).isSound) }
    }

    @Test func aChargeIsPassedOn() throws {
        let network = try company(["gz", "sh"], seed: 280)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let first = try charge(hz, to: "GZ", "100.00")
        network.settle()
        #expect(refusal(gz, .pass(number: first, to: "HZ", amount: nil)) == .chargeState)
        #expect(refusal(gz, .pass(number: first, to: "SH", amount: "100.01")) == .chargeState)
        #expect(refusal(gz, .pass(number: first, to: "SH", amount: "0")) == .notPositive)
        #expect(refusal(gz, .pass(number: first, to: "XX", amount: nil)) == .unknownBranch)
        #expect(refusal(sh, .pass(number: first, to: "GZ", amount: nil)) == .unknownDocument)
        let second = try pass(gz, first, to: "SH", "40.00")
        network.settle()
        for node in [hz, gz, sh] {
            let balances = try node.balances()
            #expect(balances["expense/GZ/rent"] == "60.00")
            #expect(balances["expense/SH/rent"] == "40.00")
            #expect(balances["due-from/GZ/SH"] == "40.00")
            #expect(balances["due-to/SH/GZ"] == "-40.00")
            #expect(try rows(node) == [])
            #expect(
                Set(try states(node).map { $0[0] }) == [first, "\(first) > \(second)"])
        }
        // The rest, and no more than that; what is taken back may be passed on again.
        let third = try pass(gz, first, to: "SH")
        #expect(refusal(gz, .pass(number: first, to: "SH", amount: nil)) == .chargeState)
        try reverse(gz, third)
        network.settle()
        try expectSquare(sh, ["HZ", "GZ", "SH"])
        #expect(try sh.balances()["expense/SH/rent"] == "40.00")
        _ = try pass(gz, first, to: "SH", "60.00")
        network.settle()
        try expectSquare(sh, ["HZ", "GZ", "SH"])
        #expect(try sh.balances()["expense/GZ/rent"] == nil)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// HZ takes it back while GZ, cut off, passes it on: the page names what GZ passed on, until it takes that back.
    @Test func whatIsPassedOnWhileItIsTakenBackIsTold() throws {
        let network = try company(["gz", "sh"], seed: 285)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let first = try charge(hz, to: "GZ", "100.00")
        network.settle()
        for other in ["gz", "sh"] { network.sever("hz", other) }
        network.settle()
        try reverse(hz, first)
        let second = try pass(gz, first, to: "SH", "40.00")
        network.settle()
        for other in ["gz", "sh"] { network.mend("hz", other) }
        network.run(milliseconds: 120_000)
        #expect(try network.digests().count == 1)
        for node in [hz, gz, sh] {
            try expectSquare(node, ["HZ", "GZ", "SH"])
            let found = try rows(node)
            #expect(
                found.map { Array($0[0...2]) }
                    == [["passed on", "\(first) > \(second) expense/rent", "40.00"]])
            #expect(found[0][4] == "Chen" && found[0][6].contains("reverse \(second)"))
        }
        #expect(refusal(gz, .pass(number: first, to: "SH", amount: "1")) == .chargeState)
        try reverse(gz, second)
        network.settle()
        for node in [hz, gz, sh] {
            #expect(try rows(node) == [])
            try expectSquare(node, ["HZ", "GZ", "SH"])
        }
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    @Test func aChargeIsObjectedTo() throws {
        let network = try company(seed: 290)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        #expect(refusal(gz, .object(number: number)) == .badOption)
        #expect(refusal(hz, .object(number: number), memo: "no") != nil)
        #expect(refusal(gz, .withdraw(number: number)) == .chargeState)
        try gz.perform(
            .between(
                Details(person: "Chen", memo: "we have no shop there"), .object(number: number)))
        #expect(refusal(gz, .object(number: number), memo: "again") == .chargeState)
        network.settle()
        for node in [hz, gz] {
            let found = try rows(node)
            #expect(
                found.map { Array($0[0...4]) } == [
                    [
                        "charge in dispute", "\(number) expense/rent", "100.00",
                        "GZ objects to it: we have no shop there", "Chen",
                    ]
                ])
            #expect(try states(node).map { $0[3] } == ["in dispute"])
        }
        // HZ does not withdraw it for GZ, whatever it writes.
        let pair = try #require(BranchPair(BranchCode("HZ")!, BranchCode("GZ")!))
        let event = ChargeObjection.event(
            try #require(DocumentNumber(number)), ChargeObjection.Kind.withdrawn, reason: nil,
            person: "Wang", day: try #require(Day("2026-11-19")))
        try hz.engine.store.transact {
            _ = try hz.engine.commit(
                [Draft.Part(.betweenMoney(pair), [.append(event)])], at: hz.now)
            try hz.engine.author?.seal(in: hz.engine.store)
        }
        network.run(milliseconds: 60_000)
        for node in [hz, gz] { #expect(try rows(node).map { $0[0] } == ["charge in dispute"]) }
        try gz.perform(.between(Details(), .withdraw(number: number)))
        network.settle()
        for node in [hz, gz] { #expect(try rows(node) == []) }
        // Objected to again, and taken back: there is nothing left to object to.
        try gz.perform(.between(Details(memo: "still not"), .object(number: number)))
        network.settle()
        #expect(try rows(hz).count == 1)
        try reverse(hz, number)
        network.settle()
        for node in [hz, gz] { #expect(try rows(node) == []) }
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A disk of GZ's keeper was cloned, both copies go on in logs of their own, and both book the charge: the one that
    /// began last takes one booking off again, and the other leaves it.
    @Test func whatTwoCopiesBookedIsBookedOnce() throws {
        let network = try company(["gz", "sh"], seed: 294)
        let hz = try network["hz"]
        var (on, off) = (try network["gz"], try TestNode(copying: try network["gz"], seed: 5))
        func swap() {
            for other in ["hz", "sh"] { network.sever("gz", other) }
            network.settle()
            (on, off) = (off, on)
            network.replace("gz", with: on)
            for other in ["hz", "sh"] { network.mend("gz", other) }
            network.run(milliseconds: 120_000)
        }
        func write(_ node: TestNode) throws {
            try node.perform(
                .journal(
                    Details(),
                    [
                        JournalLine(account: "expense/wages", amount: "1.00"),
                        JournalLine(account: "bank/main", amount: "-1.00"),
                    ]))
        }
        for _ in 0..<4 {
            try write(on)
            network.run(milliseconds: 60_000)
            off.now = network.now.advanced(byMilliseconds: 17)
            try write(off)
            swap()
        }
        let incarnations = [on, off].map { $0.engine.author?.incarnation }
        #expect(Set(incarnations).count == 2)
        // The one copy books it, and nothing of that leaves it; then the other one does.
        let debt = Account.dueTo(try #require(BranchCode("GZ")), try #require(BranchCode("HZ")))
        let currency = Commodity.currency(try #require(CurrencyCode("CNY")))
        let first = on
        network.tamper = { bytes in
            (try? first.engine.store.balance(of: debt, currency)) == 0 ? [bytes] : []
        }
        let number = try charge(hz, to: "GZ", "100.00")
        network.settle()
        network.tamper = nil
        #expect(try on.balances()["due-to/GZ/HZ"] == "-100.00")
        #expect(try hz.balances()["due-to/GZ/HZ"] == nil)
        for _ in 0..<3 { swap() }
        let of = try #require(DocumentNumber(number))
        for node in [hz, on, try network["sh"]] {
            try expectSquare(node, ["HZ", "GZ", "SH"])
            #expect(try states(node) == [[number, "100.00", "100.00", "booked"]])
            let amounts = try node.engine.store.transactions(about: of).flatMap(\.postings)
                .filter { $0.account == debt }.map(\.amount).sorted()
            #expect(amounts == [-10_000, -10_000, 10_000])
        }
        // The copy that began last is gone for good; the other one does by hand what it does not do by itself.
        func incarnation(_ node: TestNode) throws -> UInt64 {
            try #require(node.engine.author?.incarnation)
        }
        if try incarnation(on) > incarnation(off) { swap() }
        #expect(try incarnation(on) < incarnation(off))
        try reverse(hz, number)
        network.run(milliseconds: 120_000)
        #expect(try states(on) == [[number, "0.00", "100.00", "not booked"]])
        let told = try #require(try rows(on).first { $0[1].hasPrefix(number) })
        #expect(told[6].contains("at GZ: `branchbook between book \(number)`"))
        try on.perform(.between(Details(), .book(number: number)))
        #expect(refusal(on, .book(number: number)) == .alreadyRecorded)
        network.run(milliseconds: 120_000)
        for node in [hz, on] {
            try expectSquare(node, ["HZ", "GZ", "SH"])
            #expect(try states(node) == [[number, "0.00", "0.00", "taken back"]])
        }
    }

    /// Law, over random acts of three branches with cables that are cut and mended.
    @Test(arguments: 0..<6)
    func valueIsNeitherMadeNorLost(seed: UInt64) throws {
        let names = ["hz", "gz", "sh"]
        let network = try company(["gz", "sh"], seed: 300 + seed * 4)
        var random = SeededRandom(seed: seed)
        var charges: [(owner: String, to: String, number: String)] = []
        for _ in 0..<40 {
            guard let here = names.randomElement(using: &random),
                let there = names.filter({ $0 != here }).randomElement(using: &random)
            else { continue }
            let node = try network[here]
            switch Int.random(in: 0..<7, using: &random) {
            case 0: network.sever(here, there)
            case 1: network.mend(here, there)
            case 2, 3:
                let amount = Amount.text(Int64.random(in: 1...9_999, using: &random), scale: 2)
                charges.append((here, there, try charge(node, to: there.uppercased(), amount)))
            case 4:
                guard let one = charges.filter({ $0.owner == here }).randomElement(using: &random)
                else { continue }
                try? reverse(node, one.number)
            case 5:
                guard let one = charges.filter({ $0.to == here }).randomElement(using: &random),
                    let third = names.first(where: { $0 != here && $0 != one.owner }),
                    let number = try? pass(node, one.number, to: third.uppercased())
                else { continue }
                charges.append((here, third, number))
            default: network.run(milliseconds: 20_000)
            }
        }
        for (a, b) in [("hz", "gz"), ("hz", "sh"), ("gz", "sh")] { network.mend(a, b) }
        network.run(milliseconds: 600_000)
        #expect(try network.digests().count == 1, "seed \(seed)")
        for name in names {
            try expectSquare(try network[name], ["HZ", "GZ", "SH"])
            #expect(try rows(try network[name]).allSatisfy { $0[0] == "passed on" })
        }
        #expect(charges.count > 3)
        for name in names { #expect(try network.verify(name).isSound) }
    }
}
