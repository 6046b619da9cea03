import Testing

@testable import Books
@testable import Engine
@testable import Gossip
@testable import Replica
@testable import Sodium
@testable import Store

/// Several branches: joining, gossip, partitions and what comes of them.
@Suite struct SyncTests {
    private func stocked(_ branches: [String] = ["gz", "sh"]) throws -> TestNetwork {
        let network = try TestNetwork.company(branches)
        try network["hz"].perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "12.00", tax: "13")]))
        network.settle()
        return network
    }

    private func sell(_ node: TestNode, _ count: Int) throws {
        for _ in 0..<count {
            try node.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        }
    }

    @Test func branchesJoinAndAgree() throws {
        let network = try stocked()
        for name in ["hz", "gz", "sh"] {
            try network[name].perform(
                .receive(
                    Details(), [Line(item: "TEA", quantity: "100", cost: "4.00")], supplier: "ACME")
            )
            try sell(try network[name], 10)
        }
        network.settle()
        #expect(try network.digests().count == 1)
        let balances = try network["sh"].balances()
        #expect(balances["sales/HZ"] == "-120.00")
        #expect(balances["sales/GZ"] == "-120.00")
        #expect(balances == (try network["hz"].balances()))
        #expect(try network.verify("gz").isSound)
    }

    @Test func aBranchThatIsCutOffTradesAndCatchesUp() throws {
        let network = try stocked()
        network.sever("gz", "hz")
        network.sever("gz", "sh")
        try sell(try network["gz"], 40)
        try sell(try network["hz"], 30)
        network.settle()
        #expect(try network.digests().count == 2)
        network.mend("gz", "hz")
        network.mend("gz", "sh")
        network.run(milliseconds: 60_000)
        #expect(try network.digests().count == 1)
        #expect(try network["sh"].balances()["sales/GZ"] == "-480.00")
    }

    /// News reaches a branch that only ever talks to one of the others.
    @Test func entriesTravelThroughOthers() throws {
        let network = try stocked()
        network.sever("gz", "sh")
        try sell(try network["gz"], 5)
        network.run(milliseconds: 60_000)
        #expect(try network["sh"].balances()["sales/GZ"] == "-60.00")
        #expect(try network.digests().count == 1)
    }

    @Test func steadyTrafficIsOneCopyPerNode() throws {
        let network = try stocked()
        func sellOneByOne(_ count: Int) throws {
            for _ in 0..<count {
                try sell(try network["hz"], 1)
                network.settle(quietMilliseconds: 400)
            }
        }
        // The first copies tell who is upstream of whom.
        try sellOneByOne(3)
        network.traffic = []
        try sellOneByOne(50)
        let runs = network.traffic.filter { $0.kind == MessageKind.run.rawValue }
        #expect((100...105).contains(runs.count), "50 sales to two peers: \(runs.count)")
    }

    @Test func goodsTravelThroughTransit() throws {
        let network = try stocked()
        try network["hz"].perform(
            .receive(Details(), [Line(item: "TEA", quantity: "10", cost: "4.00")], supplier: "A"))
        let shipment = try network["hz"].perform(
            .ship(Details(), [Line(item: "TEA", quantity: "6")], to: "GZ"))
        network.settle()
        let open = try network["gz"].report(.transfers(openOnly: true))
        #expect(open.rows.count == 1)
        try network["gz"].perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "5", short: "1")],
                shipment: shipment.subject))
        network.settle()
        let stock = try network["hz"].report(.stock(branch: nil, item: "TEA", limit: 10))
        #expect(
            stock.rows.map { [$0[0], $0[3]] } == [
                [.text("GZ"), .decimal("5")], [.text("HZ"), .decimal("4")],
            ])
        let after = try network["sh"].report(.transfers(openOnly: true))
        #expect(after.rows.map { $0[5] } == [.decimal("1")])
        #expect(try network.digests().count == 1)
        #expect(try network.verify("sh").isSound)
    }

    @Test func aWriterWaitsUntilPeersHoldItDurably() throws {
        let network = try stocked()
        let id = RequestID(500)
        network.deliver(
            .request(
                id,
                .perform(
                    .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 2,
                    waitMilliseconds: 10_000)), to: "hz")
        network.settle()
        guard case .outcome(let outcome) = network.replies["hz"]?[id] else {
            Issue.record("no outcome")
            return
        }
        #expect(outcome.heldBy == 2)
        #expect(outcome.notices.contains { $0.hasPrefix("B0502") } == false)
    }

    @Test func aWriterThatIsAloneIsToldSo() throws {
        let network = try stocked()
        network.sever("hz", "gz")
        network.sever("hz", "sh")
        let id = RequestID(501)
        network.deliver(
            .request(
                id,
                .perform(
                    .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 1,
                    waitMilliseconds: 2_000)), to: "hz")
        network.settle()
        guard case .outcome(let outcome) = network.replies["hz"]?[id] else {
            Issue.record("no outcome")
            return
        }
        #expect(outcome.heldBy == 0)
        #expect(outcome.notices.contains { $0.hasPrefix("B0502") })
    }

    /// No more replies wait than may: one beyond them comes at once, and says what it lacks.
    @Test func repliesThatWaitAreBounded() throws {
        var options = Engine.Options()
        options.waitingMax = 2
        let node = try TestNode.founder(seed: 31, options: options)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "5")]))
        let receipts = (1...3).map { number in
            Input.request(
                RequestID(UInt64(600 + number)),
                .perform(
                    .receive(
                        Details(), [Line(item: "TEA", quantity: "1", cost: "2")], supplier: "Farm"),
                    wait: 1, waitMilliseconds: 10_000))
        }
        let effects = node.engine.handle(receipts, at: node.now)
        let replies = effects.compactMap { effect -> (RequestID, Reply)? in
            guard case .reply(let id, let reply) = effect else { return nil }
            return (id, reply)
        }
        #expect(replies.map(\.0) == [RequestID(603)])
        guard case .outcome(let outcome) = replies.first?.1 else {
            Issue.record("no outcome")
            return
        }
        #expect(outcome.heldBy == 0)
        #expect(outcome.notices.contains { $0.hasPrefix("B0502") })
        #expect(node.engine.excess == nil)
    }

    /// A clock that runs ahead infects nobody and refuses no sale: it is shown.
    @Test func aClockThatIsAheadIsShown() throws {
        let network = try stocked(["gz"])
        let gz = try network["gz"]
        let honest = network.now
        gz.now = honest.advanced(byMilliseconds: 3_600_000)
        // The sale itself is written by the wrong clock; the network's goes on as before.
        let effects = gz.onEffects
        gz.onEffects = nil
        try gz.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        gz.onEffects = effects
        gz.now = honest
        #expect(try gz.report(.exceptions).rows.contains { $0[0] == .text("clock") })
        let sale = try network["hz"].perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        #expect(!sale.subject.isEmpty)
        #expect(
            try network["hz"].report(.exceptions).rows.allSatisfy { $0[0] != .text("clock") })
    }

    @Test func anInvitationIsUsedOnce() throws {
        let network = try stocked([])
        let line = try network.invite("gz")
        func join(_ name: String, _ seed: UInt64) throws -> Reply? {
            network.add(name, try TestNode(seed: seed))
            network.deliver(.request(RequestID(1), .join(line: line, name: name)), to: name)
            network.run(milliseconds: 40_000)
            return network.replies[name]?[RequestID(1)]
        }
        guard case .outcome = try join("gz", 70) else {
            Issue.record("the first is let in")
            return
        }
        guard case .refused(let refusal) = try join("thief", 71) else {
            Issue.record("the second is not")
            return
        }
        #expect(refusal.code == .invitationUsed)
        #expect(try network["hz"].report(.members).rows.count == 2)
    }

    @Test func anExpiredInvitationIsRefused() throws {
        let network = try stocked([])
        let line = try network.invite("gz")
        network.now = network.now.advanced(byMilliseconds: 86_400_000 * 2)
        network.add("gz", try TestNode(seed: 70))
        network.deliver(.request(RequestID(1), .join(line: line, name: "gz")), to: "gz")
        guard case .refused(let refusal) = network.replies["gz"]?[RequestID(1)] else {
            Issue.record("refused")
            return
        }
        #expect(refusal.code == .invitationExpired)
    }

    /// A revoked node is turned away, and what it wrote above the cut counts for nothing.
    @Test func aRevokedNodeIsOut() throws {
        let network = try stocked()
        try sell(try network["gz"], 3)
        network.settle()
        network.sever("gz", "hz")
        network.sever("gz", "sh")
        try sell(try network["gz"], 2)
        guard case .outcome = try network["hz"].ask(.revoke(node: "gz-1")) else {
            Issue.record("revoked")
            return
        }
        network.settle()
        network.mend("gz", "hz")
        network.mend("gz", "sh")
        network.run(milliseconds: 120_000)
        #expect(try network["hz"].balances()["sales/GZ"] == "-36.00")
        #expect(try network["sh"].balances()["sales/GZ"] == "-36.00")
        let peers = try network["sh"].report(.peers)
        #expect(peers.rows.contains { $0[0] == .text("gz-1") && $0[2] == .text("revoked") })
    }

    /// A relay keeps and passes on what it cannot read.
    @Test func aRelayHoldsNoPlaintext() throws {
        let network = try TestNetwork.company([])
        guard let sh = BranchCode("SH"), let hz = BranchCode("HZ") else { return }
        try network.join("gz", seed: 10, readsAll: false, relays: [.money(hz), .money(sh)])
        try network.join("sh", seed: 11)
        try network["hz"].perform(
            .addItems([ItemChange(code: "SECRETIVE", name: "Tea", price: "12.00")]))
        network.settle()
        // SH hears of HZ's purchase through GZ alone, which has no key of it.
        network.sever("hz", "sh")
        network.overheard = []
        try network["hz"].perform(
            .receive(
                Details(memo: "PLAINTEXTMEMO"),
                [Line(item: "SECRETIVE", quantity: "5", cost: "4.00")], supplier: "HIDDENSUPPLIER"))
        network.run(milliseconds: 90_000)
        #expect(try network["sh"].balances()["payable/HZ/HIDDENSUPPLIER"] == "-20.00")
        #expect(try network["gz"].balances()["payable/HZ/HIDDENSUPPLIER"] == nil)
        let relay = try network["gz"]
        for word in ["HIDDENSUPPLIER", "PLAINTEXTMEMO"] {
            #expect(!network.overheard.contains { $0.holds(word) })
            for file in try relay.files() { #expect(!file.holds(word), "\(word)") }
        }
        // The test can fail: who holds the key has the word in its file.
        #expect(try network["sh"].files().contains { $0.holds("HIDDENSUPPLIER") })
    }

    @Test func aLateNewcomerCatchesUpAThousandSales() throws {
        let network = try stocked([])
        try sell(try network["hz"], 1_000)
        try network.join("gz", seed: 40)
        network.settle()
        #expect(try network.digests().count == 1)
        #expect(try network.verify("gz").isSound)
    }
}

extension [UInt8] {
    func holds(_ word: String) -> Bool {
        let word = Array(word.utf8)
        guard count >= word.count else { return false }
        return indices.dropLast(word.count - 1).contains { start in
            self[start] == word[0] && Array(self[start..<start + word.count]) == word
        }
    }
}
