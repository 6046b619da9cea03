import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Gossip
@testable import Replica
@testable import Sodium
@testable import Store

/// Directories that exist twice: a backup that was put back, a disk that was cloned or lost.
@Suite struct CopyTests {
    /// The founder `hz` and others that read everything; TEA is on sale, each has sold one.
    static func company(_ branches: [String] = ["gz"], seed: UInt64 = 81) throws -> TestNetwork {
        let network = try TestNetwork.company(branches, seed: seed)
        try network["hz"].perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        for name in ["hz"] + branches { try sell(try network[name]) }
        network.settle()
        return network
    }

    @discardableResult
    static func sell(_ node: TestNode, _ quantity: String = "1", _ times: Int = 1) throws
        -> String
    {
        var last = ""
        for _ in 0..<times {
            last = try node.perform(
                .sell(Details(), [Line(item: "TEA", quantity: quantity)], tender: "cash")
            ).subject
        }
        return last
    }

    static func kinds(_ node: TestNode) throws -> Set<String> {
        Set(
            try node.report(.exceptions).rows.compactMap { row in
                if case .text(let kind) = row[0] { kind } else { nil }
            })
    }

    static func exceptions(_ kind: String, _ node: TestNode) throws -> [[Report.Cell]] {
        try node.report(.exceptions).rows.filter { $0[0] == .text(kind) }
    }

    /// The node is cut off from all others, another takes its place, the cables are mended.
    static func swap(
        _ name: String, for node: TestNode, in network: TestNetwork, others: [String] = ["hz"]
    ) {
        for other in others { network.sever(name, other) }
        network.settle()
        network.replace(name, with: node)
        for other in others { network.mend(name, other) }
        network.run(milliseconds: 120_000)
    }

    private func incarnation(_ node: TestNode) -> UInt64 { Self.incarnation(node) }

    static func incarnation(_ node: TestNode) -> UInt64 { node.engine.author?.incarnation ?? 0 }

    // MARK: Restored

    /// Last month's copy comes back: it learns from its peers what it wrote since, and goes on in a new
    /// incarnation.
    @Test func aRestoredNodeLearnsItsOwnDocuments() throws {
        let network = try Self.company()
        let backup = try TestNode(copying: try network["gz"])
        try Self.sell(try network["gz"], "1", 5)
        network.settle()
        let before = try network["hz"].report(.digests).rows
        Self.swap("gz", for: backup, in: network)
        #expect(try backup.report(.digests).rows == before)
        #expect(Incarnation.generation(incarnation(backup)) == 1)
        #expect(backup.engine.credentials.membership?.incarnation == incarnation(backup))
        #expect(try Self.sell(backup).hasSuffix("000007"))
        network.settle()
        #expect(try network.digests().count == 1)
        for node in [try network["hz"], backup] {
            #expect(try Self.kinds(node) == ["shortage", "count needed"])
            #expect(try Self.exceptions("count needed", node).count == 1)
        }
        #expect(try network.verify("hz").isSound)
    }

    /// It was alone and traded: what it sold is written anew, and nothing of either history is lost.
    @Test func aRestoredNodeThatTradedAloneLosesNothing() throws {
        let network = try Self.company()
        let gz = try network["gz"]
        let backup = try TestNode(copying: gz)
        try Self.sell(gz, "1", 5)
        network.settle()
        try Self.sell(backup, "10", 3)
        Self.swap("gz", for: backup, in: network)
        #expect(try network.digests().count == 1)
        // 1 and 5 of the original, 3 × 10 of the copy.
        for node in [backup, try network["hz"]] {
            #expect(try node.balances()["sales/GZ"] == "-324.00")
            #expect(
                try Self.kinds(node).isSuperset(of: ["count needed", "duplicate number"]))
            #expect(try !Self.kinds(node).contains("fork"))
            #expect(try Self.exceptions("duplicate number", node).count == 3)
        }
        #expect(try Self.exceptions("written anew", backup).map { $0[2] } == [.integer(3)])
        #expect(try Self.sell(backup).hasSuffix("000007"))
        network.settle()
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
        // A restart finds the same.
        let again = try TestNode(copying: backup, mark: backup.mark)
        #expect(incarnation(again) == incarnation(backup))
        #expect(try again.report(.digests).rows == backup.report(.digests).rows)
    }

    /// Entries that the backup held and had not sent, but the original then did, are not doubled.
    @Test func whatBothHistoriesHoldIsNotDoubled() throws {
        let network = try Self.company()
        let gz = try network["gz"]
        network.sever("gz", "hz")
        try Self.sell(gz, "1", 2)
        let backup = try TestNode(copying: gz)
        network.mend("gz", "hz")
        network.run(milliseconds: 60_000)
        try Self.sell(gz, "1", 2)
        network.settle()
        try Self.sell(backup, "10", 2)
        Self.swap("gz", for: backup, in: network)
        #expect(try network.digests().count == 1)
        // 1 + 2 + 2 of the original, 2 × 10 of the copy.
        #expect(try backup.balances()["sales/GZ"] == "-225.00")
        #expect(try Self.exceptions("written anew", backup).map { $0[2] } == [.integer(2)])
        #expect(try network.verify("gz").isSound)
    }

    /// Of register writes that supersede one another only the last shows, written anew or not.
    @Test func registersSupersedeAsBefore() throws {
        let network = try Self.company()
        let hz = try network["hz"]
        let backup = try TestNode(copying: hz)
        try hz.perform(.addItems([ItemChange(code: "RICE", name: "Rice", price: "3.00")]))
        network.settle()
        for price in ["10.00", "11.00", "12.00"] {
            try backup.perform(.setItem(ItemChange(code: "TEA", price: price)))
        }
        // An administrator's acts are written anew too.
        guard
            case .outcome(let invitation) = backup.ask(
                .invite(
                    InvitationOrder(
                        branch: "SH", branchName: "Shanghai", addresses: [TestNetwork.address("hz")]
                    )))
        else {
            Issue.record("no invitation")
            return
        }
        network.sever("hz", "gz")
        network.settle()
        // Restarted, so that the network hears which keys it accepts.
        network.replace("hz", with: try TestNode(copying: backup))
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz"] {
            let item = try network[name].report(.item(code: "TEA"))
            #expect(item.rows.filter { $0[0] == .text("price") }.count <= 1)
            #expect(try !Self.kinds(try network[name]).contains("contested"))
            #expect(try network[name].engine.standing?.roster.branches.count == 3)
            #expect(try !network[name].report(.item(code: "RICE")).rows.isEmpty)
        }
        let sale = try network["gz"].perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        #expect(sale.total == "12.00")
        network.add("sh", try TestNode(seed: 77))
        network.deliver(
            .request(RequestID(1), .join(line: invitation.subject, name: "sh-1")), to: "sh")
        network.run(milliseconds: 60_000)
        guard case .outcome = network.replies["sh"]?[RequestID(1)] else {
            Issue.record("an invitation that was written anew lets in")
            return
        }
    }

    /// Who waits for peers to hold a commit waits for what it was written anew as.
    @Test func aWriterThatWaitsIsNotToldOfAnotherHistory() throws {
        let network = try Self.company()
        let gz = try network["gz"]
        let backup = try TestNode(copying: gz)
        try Self.sell(gz, "1", 5)
        network.sever("gz", "hz")
        network.settle()
        network.replace("gz", with: backup)
        let id = RequestID(70)
        network.deliver(
            .request(
                id,
                .perform(
                    .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 1,
                    waitMilliseconds: 600_000)), to: "gz")
        network.mend("gz", "hz")
        network.run(milliseconds: 120_000)
        guard case .outcome(let outcome) = network.replies["gz"]?[id] else {
            Issue.record("no outcome")
            return
        }
        #expect(outcome.heldBy == 1)
        let found = try network["hz"].report(.document(number: outcome.subject))
        #expect(try found.rows == backup.report(.document(number: outcome.subject)).rows)
        #expect(try network.digests().count == 1)
    }

    // MARK: Forks that others have seen

    /// Both histories were handed out: they stay as they are, what nobody saw is written anew, and what
    /// comes after reaches everybody.
    @Test func aPublishedForkStaysAndNothingMoreIsLost() throws {
        let network = try Self.company(["gz", "sh"])
        let gz = try network["gz"]
        let clone = try TestNode(copying: gz)
        network.sever("hz", "sh")
        network.sever("gz", "sh")
        try Self.sell(gz, "2", 2)
        network.settle()
        network.sever("gz", "hz")
        network.settle()
        // The clone meets SH alone, then nobody, then HZ.
        network.replace("gz", with: clone)
        network.mend("gz", "sh")
        network.run(milliseconds: 60_000)
        try Self.sell(clone, "5", 2)
        network.settle()
        #expect(try network["sh"].balances()["sales/GZ"] == "-99.00")
        network.sever("gz", "sh")
        network.settle()
        try Self.sell(clone, "7", 3)
        network.mend("gz", "hz")
        network.run(milliseconds: 120_000)
        for node in [try network["hz"], clone] {
            #expect(try Self.kinds(node).contains("fork"))
        }
        // HZ: 1 + 2 × 2 of the original, 3 × 7 written anew.
        #expect(try network["hz"].balances()["sales/GZ"] == "-234.00")
        // The clone: 1 + 2 × 5 of its own history, 3 × 7.
        #expect(try clone.balances()["sales/GZ"] == "-288.00")
        #expect(try Self.exceptions("written anew", clone).map { $0[2] } == [.integer(3)])
        let sale = try clone.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        #expect(sale.notices.allSatisfy { !$0.hasPrefix(Refusal.Code.forked.rawValue) })
        network.settle()
        #expect(try network["hz"].balances()["sales/GZ"] == "-243.00")
        network.mend("hz", "sh")
        network.run(milliseconds: 120_000)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
        #expect(try network["sh"].balances()["sales/GZ"] == clone.balances()["sales/GZ"])
    }

    /// A disk was cloned to two sites; both trade, and meet the same peer by turns.
    @Test func clonesAtTwoSitesEndInLogsOfTheirOwn() throws {
        let network = try Self.company()
        var (here, there) = (try network["gz"], try TestNode(copying: try network["gz"], seed: 5))
        for round in 0..<6 {
            try Self.sell(here, "1", 2)
            network.run(milliseconds: 60_000)
            there.now = network.now.advanced(byMilliseconds: 17)
            try Self.sell(there, "1", 2)
            Self.swap("gz", for: there, in: network)
            (here, there) = (there, here)
            #expect(
                try network["hz"].balances()["sales/GZ"] == "-\(9 * (1 + 4 * (round + 1))).00",
                "round \(round)")
        }
        #expect(try network.digests().count == 1)
        #expect(try !Self.kinds(try network["hz"]).contains("fork"))
        #expect(Incarnation.generation(incarnation(here)) <= 3)
        #expect(Incarnation.generation(incarnation(there)) <= 3)
        #expect(incarnation(here) != incarnation(there))
        #expect(try network.verify("hz").isSound)
    }

    // MARK: A lost disk

    @Test(arguments: ["gz", "hz"])
    func aNodeThatLostItsDiskComesBackFromItsPeers(lost: String) throws {
        let network = try Self.company(["gz", "sh"])
        let old = try network[lost]
        let others = ["hz", "gz", "sh"].filter { $0 != lost }
        network.settle()
        let node = try TestNode(
            keysOf: old.engine.credentials, seed: 12,
            options: .init(ownAddresses: [TestNetwork.address(lost)]))
        for other in others { network.sever(lost, other) }
        network.settle()
        network.replace(lost, with: node)
        for other in others { network.mend(lost, other) }
        guard case .outcome = node.ask(.addPeer(address: TestNetwork.address(others[0]))) else {
            Issue.record("no peer added")
            return
        }
        network.run(milliseconds: 300_000)
        #expect(try network.digests().count == 1)
        #expect(try Self.sell(node).hasSuffix("000002"))
        network.settle()
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
        #expect(try Self.exceptions("count needed", node).count == 1)
        if lost == "hz" { #expect(try !network.invite("bj").isEmpty) }
    }

    // MARK: Words without proof

    /// A member that says, again and again, that it holds more of our logs than we do.
    @Test func aHostileClaimCostsAMinuteAtMost() throws {
        let network = try Self.company()
        let gz = try network["gz"]
        let peer = try #require(gz.engine.gossip.peers.first { $0.node != nil })
        let began = gz.now
        var refusals = 0
        for step in 0..<30 {
            gz.now = began.advanced(byMilliseconds: Int64(step) * 10_000)
            let log = LogName(
                author: gz.engine.credentials.node, incarnation: 1 + UInt64(step % 4),
                scope: .catalog)
            let book = try #require(gz.engine.credentials.membership?.book)
            gz.engine.gossip.pretend(log, upTo: 1_000, on: peer.link, in: book)
            gz.engine.claimed(log, on: peer.link, at: gz.now)
            if gz.refusal(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
                == .ownLogBehind
            {
                refusals += 1
                #expect(step <= 6)
            }
        }
        #expect((1...6).contains(refusals))
        #expect(incarnation(gz) == 1)
    }

    /// A member that says, of every log we begin, that it has another history.
    @Test func aHostileForkCostsOneIncarnation() throws {
        let network = try Self.company()
        let gz = try network["gz"]
        let peer = try #require(gz.engine.gossip.peers.first { $0.node != nil })
        guard let branch = BranchCode("GZ") else { return }
        var incarnations: Set<UInt64> = []
        for _ in 0..<10 {
            let log = LogName(
                author: gz.engine.credentials.node, incarnation: incarnation(gz),
                scope: .trade(branch))
            try gz.engine.forked(log, at: 1, on: peer.link)
            try Self.sell(gz)
            incarnations.insert(incarnation(gz))
        }
        #expect(incarnations.count == 1)
        #expect(Incarnation.generation(incarnation(gz)) == 1)
    }
}
