import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Between branches, where somebody did twice what is done once, or was put out in the middle of it.
@Suite struct BetweenMendTests {
    private func charge(_ node: TestNode, to branch: String, _ amount: String) throws -> String {
        try node.perform(
            .between(
                Details(person: "Wang"),
                .charge(to: branch, account: "expense/rent", amount: amount))
        ).subject
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    /// GZ sent 60.00; HZ's shop and office, cut off from each other, both say that it came. One of the two takes it back.
    @Test func moneyIsAcceptedTwice() throws {
        let (network, sent) = try TestNetwork.withMoneyOnItsWay(seed: 870)
        let office = try network.joinOffice(seed: 891)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for other in ["hz", "gz"] { network.sever("office", other) }
        for node in [hz, office] {
            try node.perform(.between(Details(), .accept(number: sent, through: "bank:main")))
        }
        for other in ["hz", "gz"] { network.mend("office", other) }
        network.run(milliseconds: 120_000)
        #expect(try gz.balances()["bank/HZ/main"] == "120.00")
        let found = try rows(gz)
        #expect(
            found.map { Array($0[0...2]) } == [["money on its way", "\(sent) to HZ", "-60.00"]])
        let accepted = found[0][3].split(separator: " ").map {
            $0.filter { $0 != "," }
        }.filter { $0.contains("-P-") }
        let (first, second) = (try #require(accepted.first), try #require(accepted.last))
        #expect(accepted.count == 2 && first < second)
        #expect(found[0].contains { $0.contains("`branchbook reverse \(second)`") })
        try office.perform(.reverse(Details(), number: second))
        network.run(milliseconds: 60_000)
        for node in [hz, gz, office] {
            #expect(try rows(node) == [])
            #expect(try node.balances()["bank/HZ/main"] == "60.00")
            #expect(try node.balances()["due-from/HZ/GZ"] == "40.00")
        }
        // Taken back altogether it is on its way again, and may be accepted once more.
        try hz.perform(.reverse(Details(), number: first))
        network.run(milliseconds: 60_000)
        #expect(try rows(gz).map { $0[0] } == ["money on its way"])
        try hz.perform(.between(Details(), .accept(number: sent, through: "cash")))
        network.run(milliseconds: 60_000)
        #expect(try rows(gz) == [])
        for name in ["hz", "gz", "office"] { #expect(try network.verify(name).isSound) }
    }

    /// The office charged GZ, whose keeper booked it; head office had not heard of it when it put the office out.
    @Test func aChargeOfWhoWasPutOutIsTakenOff() throws {
        let network = try TestNetwork.company(["gz"], seed: 872)
        let office = try network.joinOffice(seed: 893)
        let (hz, gz) = (try network["hz"], try network["gz"])
        network.settle()
        for other in ["office", "gz"] { network.sever("hz", other) }
        let number = try charge(office, to: "GZ", "100.00")
        network.run(milliseconds: 60_000)
        #expect(try gz.balances()["expense/GZ/rent"] == "100.00")
        guard case .outcome = hz.ask(.revoke(node: "office")) else {
            Issue.record("not revoked")
            return
        }
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try node.balances()["due-from/HZ/GZ"] == nil)
            #expect(try node.balances()["due-to/GZ/HZ"] == "-100.00")
            let found = try rows(node)
            #expect(
                found.map { Array($0[0...2]) } == [["due", "\(number) expense/rent", "-100.00"]])
            #expect(found[0].contains { $0.contains("at GZ: `branchbook between book \(number)`") })
        }
        try gz.perform(.between(Details(), .book(number: number)))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try rows(node) == [])
            #expect(try node.balances()["expense/GZ/rent"] ?? "0.00" == "0.00")
        }
        #expect(gz.refusal(.between(Details(), .book(number: number))) == .unknownDocument)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// GZ's only machine is lost, and another takes its place: it keeps GZ's books.
    @Test func aNewMachineKeepsTheBooks() throws {
        let network = try TestNetwork.company(["gz"], seed: 874)
        let hz = try network["hz"]
        network.sever("hz", "gz")
        guard case .outcome = hz.ask(.revoke(node: "gz-1")) else {
            Issue.record("not revoked")
            return
        }
        _ = try charge(hz, to: "GZ", "100.00")
        let line = try network.invite("gz")
        let new = try TestNode(
            seed: 895, options: .init(ownAddresses: [TestNetwork.address("gz2")]))
        network.add("gz2", new)
        network.deliver(.request(RequestID(999), .join(line: line, name: "gz-2")), to: "gz2")
        network.run(milliseconds: 60_000)
        for node in [hz, new] {
            #expect(try node.balances()["due-to/GZ/HZ"] == "-100.00")
            #expect(try rows(node) == [])
        }
    }

    /// Where a branch has another node that may, that one keeps its books at once.
    @Test func anotherNodeOfTheBranchTakesOver() throws {
        let network = try TestNetwork.company(["gz"], seed: 876)
        let (hz, line) = (try network["hz"], try network.invite("gz"))
        let second = try TestNode(
            seed: 897, options: .init(ownAddresses: [TestNetwork.address("gz2")]))
        network.add("gz2", second)
        network.deliver(.request(RequestID(999), .join(line: line, name: "gz-2")), to: "gz2")
        network.settle()
        for other in ["hz", "gz2"] { network.sever("gz", other) }
        guard case .outcome = hz.ask(.revoke(node: "gz-1")) else {
            Issue.record("not revoked")
            return
        }
        _ = try charge(hz, to: "GZ", "100.00")
        network.run(milliseconds: 60_000)
        #expect(try second.balances()["due-to/GZ/HZ"] == "-100.00")
        #expect(try rows(hz) == [])
    }

    /// HZ charges GZ in the books of October, which are open there: both sides are of October, so that the company spent
    /// nothing by it. Where GZ has closed October, its side is of the first open day.
    @Test func bothSidesAreOfOnePeriod() throws {
        let network = try TestNetwork.company(["gz"], seed: 878)
        let (hz, gz) = (try network["hz"], try network["gz"])
        func expenses(_ node: TestNode, _ to: String) throws -> [String] {
            try node.report(
                .ledger(LedgerFilter(account: "expense/GZ/rent", from: "2020-01-01", to: to))
            ).rows.map { $0[0].plain }
        }
        func charge(_ day: String) throws {
            try hz.perform(
                .between(
                    Details(date: day),
                    .charge(to: "GZ", account: "expense/rent", amount: "60.00")))
            network.run(milliseconds: 60_000)
        }
        try charge("2026-10-31")
        for node in [hz, gz] { #expect(try expenses(node, "2026-10-31") == ["2026-10-31"]) }
        let check = try gz.report(.closeCheck(through: "2026-10-31"))
        #expect(check.rows == [] && check.facts.last?.value == .flag(true))
        try gz.perform(.close(Details(), through: "2026-10-31", isYearEnd: false))
        try charge("2026-10-31")
        for node in [hz, gz] {
            #expect(try expenses(node, "2026-12-31") == ["2026-10-31", "2026-11-01"])
        }
        #expect(
            try gz.report(.closeCheck(through: "2026-11-30")).rows.map { $0[0].plain }
                == ["2026-11-30 is not over"])
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// 999.00 were typed for 9.99, and HZ has not said that they came: GZ takes that back. Once HZ has said so it is HZ's.
    @Test func moneyThatWasSentByMistakeIsTakenBack() throws {
        let network = try TestNetwork.company(["gz"], seed: 879)
        let (hz, gz) = (try network["hz"], try network["gz"])
        func send(_ amount: String) throws -> Outcome {
            let outcome = try gz.perform(
                .between(Details(), .settle(to: "HZ", through: "bank:main", amount: amount)))
            network.run(milliseconds: 60_000)
            return outcome
        }
        let wrong = try send("999.00")
        #expect(wrong.notices.contains { $0.contains("GZ owes HZ 0.00, and 999.00 is sent") })
        try gz.perform(.reverse(Details(), number: wrong.subject))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try rows(node) == [])
            #expect(try node.balances()["bank/GZ/main"] ?? "0.00" == "0.00")
        }
        #expect(
            hz.refusal(.between(Details(), .accept(number: wrong.subject, through: "cash")))
                == .chargeState)
        // Beside each other: HZ says that it came while GZ takes it back.
        let right = try send("9.99").subject
        network.sever("hz", "gz")
        let accepted = try hz.perform(
            .between(Details(), .accept(number: right, through: "bank:main"))
        ).subject
        try gz.perform(.reverse(Details(), number: right))
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let found = try rows(node)
            #expect(
                found.map { Array($0[0...2]) } == [["money on its way", "\(right) to HZ", "-9.99"]])
            #expect(found[0].contains { $0.contains("`branchbook reverse \(accepted)`") })
        }
        #expect(gz.refusal(.reverse(Details(), number: right)) != nil)
        try hz.perform(.reverse(Details(), number: accepted))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] { #expect(try rows(node) == []) }
        let last = try send("5.00").subject
        try hz.perform(.between(Details(), .accept(number: last, through: "bank:main")))
        network.run(milliseconds: 60_000)
        #expect(gz.refusal(.reverse(Details(), number: last)) == .notReversible)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }
}
