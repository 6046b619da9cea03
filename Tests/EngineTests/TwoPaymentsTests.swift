import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Two payments that look like one, and are two. The test's day is 18 November.
@Suite struct TwoPaymentsTests {
    private func pay(_ node: TestNode, _ date: String, _ amount: String = "13.56") throws -> String
    {
        try node.perform(
            .pay(
                Details(date: date, person: "Wang"),
                Payment(
                    direction: .received, party: "Hotel", amount: amount, through: "cash"))
        ).subject
    }

    private func accept(_ numbers: String..., memo: String? = "two rooms") -> Command {
        .acceptBoth(Details(person: "Li", memo: memo), numbers)
    }

    private func page(_ node: TestNode) throws -> (rows: [String], notes: [String]) {
        let report = try node.report(.reconcile(branch: nil))
        return (
            report.rows.filter { $0[0].plain == "payment twice" }.map { $0[1].plain },
            report.notes.filter { $0.contains("are two payments") }
        )
    }

    @Test func twoPaymentsAreSaidToBeTwo() throws {
        let network = try TestNetwork.company(["gz"], seed: 310)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let first = try pay(hz, "2026-11-10")
        let second = try pay(hz, "2026-11-12")
        let other = try pay(hz, "2026-11-12", "13.57")
        #expect(try page(hz).rows == ["\(second) as \(first)"])
        #expect(hz.refusal(accept(first, second, memo: nil)) == .badOption)
        #expect(hz.refusal(accept(first, first)) == .badOption)
        #expect(hz.refusal(accept(first, other)) == .badOption)
        #expect(hz.refusal(accept(first)) == .badOption)
        network.settle()
        #expect(gz.refusal(accept(first, second)) == .notForThisBranch)
        #expect(
            try hz.perform(accept(first, second)).summary
                == "\(first) and \(second) are two payments")
        #expect(hz.refusal(accept(second, first)) == .nothingChanges)
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try page(node).rows == [])
            #expect(
                try page(node).notes == [
                    "\(second) and \(first) are two payments, said Li on 2026-11-18: two rooms"
                ])
        }
        // It stands on the payment's own page as what it is: a decision.
        #expect(
            try hz.report(.document(number: first)).notes.contains {
                $0.hasPrefix("decided by Li") && $0.hasSuffix("two rooms")
            })
        // A third one is asked about again, and one between them beside both.
        let third = try pay(hz, "2026-11-13")
        #expect(try page(hz).rows == ["\(third) as \(second)"])
        let between = try pay(hz, "2026-11-11")
        #expect(
            try page(hz).rows.sorted()
                == [
                    "\(between) as \(first)", "\(second) as \(between)", "\(third) as \(second)",
                ].sorted())
        #expect(hz.refusal(accept(third, first)) == nil)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Of two branches either may say so, also beside each other; of one branch's no other one's word counts.
    @Test func ofTwoBranchesEitherSaysSo() throws {
        let network = try TestNetwork.company(["gz"], seed: 311)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let first = try pay(hz, "2026-11-10")
        let second = try pay(gz, "2026-11-11")
        network.settle()
        network.sever("hz", "gz")
        try hz.perform(accept(first, second, memo: "one at each"))
        try gz.perform(accept(second, first, memo: "two stays"))
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        #expect(try page(hz).rows == [] && page(gz).rows == [])
        #expect(try page(hz).notes == page(gz).notes && page(hz).notes.count == 1)
        // GZ says it of two payments of HZ.
        let third = try pay(hz, "2026-11-16", "7.00")
        let fourth = try pay(hz, "2026-11-17", "7.00")
        network.settle()
        let numbers = try [third, fourth].map { try #require(DocumentNumber($0)) }
        let day = try #require(Day("2026-11-18"))
        let branches = try ["GZ", "HZ"].map { try #require(BranchCode($0)) }
        let pair = try #require(BranchPair(branches[0], branches[1]))
        let event = Event(
            entity: Talk.entity(numbers[0]), kind: "decided", person: "Eve", effectiveDate: day,
            fields: [
                .init("text", .text("two")), .init("version", .text("posted")),
                .init("beside", .text(numbers[1].description)),
            ])
        let engine = gz.engine
        try engine.store.transact {
            _ = try engine.commit([Draft.Part(.between(pair), [.append(event)])], at: gz.now)
            try engine.author?.seal(in: engine.store)
        }
        network.run(milliseconds: 60_000)
        for node in [hz, gz] { #expect(try page(node).rows == ["\(fourth) as \(third)"]) }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }
}
