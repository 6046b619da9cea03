import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What an administrator that is to be removed, or was, writes into however many logs of its own: it pushes out nothing of
/// what it did honestly, and costs the others neither folds nor memory.
@Suite struct RemovedAdministratorTests {
    /// What is at hand of the roster, when it was asked for.
    private func held(_ node: TestNode) throws -> HeldRoster {
        let store = node.engine.store
        _ = try store.roster(of: node.engine.needStanding().book)
        return try #require(store.memory.roster)
    }

    /// Logs of a thief as they come to a node by somebody.
    private struct Thief {
        let credentials: Credentials
        let victim: TestNode
        private var writers: [UInt64: LogWriter] = [:]
        private var time: UInt64 = 1
        /// What a log names goes never back.
        private var named: [UInt64: [LogID: RosterHead]] = [:]

        init(_ credentials: Credentials, _ victim: TestNode) {
            (self.credentials, self.victim) = (credentials, victim)
        }

        /// One entry of a log of the roster.
        ///
        /// - Parameter knowing: it names what the victim has read, its own logs but this one as well.
        mutating func write(
            _ acts: [RosterAct], _ incarnation: UInt64, knowing: [RosterHead] = [],
            isRead: Bool = true
        ) throws {
            let engine = victim.engine
            let standing = try engine.needStanding()
            let name = LogName(
                author: credentials.node, incarnation: incarnation, scope: .roster)
            let id = name.id(in: standing.book)
            var writer =
                writers[incarnation]
                ?? LogWriter(tip: LogTip(name, in: standing.book), chapter: Chapter())
            let (before, ops) = (writer.tip, acts.map { Operation.roster($0) })
            time += 1
            for head in knowing where head.log != id {
                let old = named[incarnation, default: [:]][head.log]
                if old.map({ $0.seq < head.seq }) ?? true {
                    named[incarnation, default: [:]][head.log] = head
                }
            }
            let entry = try writer.append(
                ops,
                at: .init(
                    commit: writer.tip.commit + 1, time: HybridTime(raw: time),
                    rosterHeads: Array((named[incarnation] ?? [:]).values)),
                key: standing.keyring.writingKey(.roster), signing: credentials.signing,
                signs: true)
            writers[incarnation] = writer
            try engine.store.transact {
                try engine.store.append(
                    [PreparedRun(written: [(entry, ops)], after: before, chapter: writer.chapter)],
                    roster: standing.roster)
                if isRead { try engine.rosterGrew(from: standing, at: victim.now) }
            }
        }
    }

    /// A thief puts a branch's keeper out above nothing, and names nobody: whoever says it again lets what was written count, and
    /// names who keeps the branch.
    @Test func aRevocationSaidAgainNamesAKeeper() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 1_030)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try network.join("sh-2", branch: "SH", by: "hz", seed: 1_035)
        let branch = try #require(BranchCode("SH"))
        let (first, second) = (
            sh.engine.credentials.node, try network["sh-2"].engine.credentials.node
        )
        #expect(try hz.engine.needStanding().roster.keepers[branch] == first)
        var thief = Thief(gz.engine.credentials, hz)
        try thief.write(
            [.revoke(Cut(node: first, limits: [], heads: []))], 9,
            knowing: try hz.engine.needStanding().rosterHeads)
        network.run(milliseconds: 60_000)
        #expect(try hz.engine.needStanding().roster.cuts[first] != nil)
        done(hz.ask(.revoke(node: "sh-1", confirms: true)))
        network.settle()
        for name in ["hz", "gz", "sh-2"] {
            let roster = try network[name].engine.needStanding().roster
            #expect(roster.keepers[branch] == second, "\(name)")
            #expect(roster.cutByPrincipals.contains(first), "\(name)")
        }
    }

    /// Its 300 longer logs come before it is removed: what it did honestly is in the cut, with the node that it let in.
    @Test(arguments: [false, true]) func aCutNamesWhatCame(first knowing: Bool) throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 1_000)
        let (hz, gz) = (try network["hz"], try network["gz"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 1_005)
        let day = try #require(Day("2026-11-10"))
        try gz.write(
            [
                .append(
                    Seal.sealing(
                        day, closes: [], absent: [], isPrincipals: false, state: "",
                        person: "Li", on: day))
            ], to: .catalog)
        try gz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        let node = gz.engine.credentials.node
        let catalog = try #require(
            hz.engine.store.logs(in: .catalog).first { $0.name.author == node }?.log)
        var thief = Thief(gz.engine.credentials, hz)
        let heads = try hz.engine.needStanding().rosterHeads
        let home = try #require(BranchCode("GZ"))
        try hz.engine.store.transact {
            let before = hz.engine.standing
            for incarnation in 1_000..<1_300 as Range<UInt64> {
                // In every other test they count, since their author had seen that it was named.
                for _ in 0..<6 {
                    try thief.write(
                        [.nameKeeper(branch: home, node: node)], incarnation,
                        knowing: knowing ? heads : [], isRead: false)
                }
            }
            try hz.engine.rosterGrew(from: before, at: hz.now)
        }
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        let roster = try hz.engine.needStanding().roster
        #expect(!roster.administrators.contains(node))
        #expect(try hz.members() == ["gz-1", "gz-2", "hz-1", "sh-1"])
        #expect(roster.isAdministrators(node, at: (catalog, 1)), "its seals")
        let office = try #require(roster.offices[node]?.first?.cuts.first)
        #expect(office.heads.count == RosterAct.headsMax)
        #expect(try hz.engine.store.staleMemory().isEmpty)
        #expect(try network.verify("hz").isSound)
    }

    /// What it writes afterwards is not folded, and of each log no more is at hand than it may name.
    @Test func itCostsNoFolds() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 1_010)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        network.settle()
        let heads = try hz.engine.needStanding().rosterHeads
        let before = try held(hz)
        let roster = try hz.engine.needStanding().roster
        var random = SeededRandom(seed: 1_011)
        func stranger() -> NodeID { NodeID(SigningKey(random: &random).publicKey) }
        let home = try #require(BranchCode("GZ"))
        let box = AgreementKey(random: &random).publicKey
        func admission(_ node: NodeID) throws -> RosterAct {
            .admit(
                Admission(
                    node: node, name: "x", transport: box, box: box, branch: home, grants: [],
                    series: try #require(Series(branch: home, letters: "zzz")), invitation: nil))
        }
        // A member admits somebody: nobody looks at that until somebody names it who was an administrator.
        let first = stranger()
        try sh.engine.store.transact {
            _ = try sh.engine.commit(
                [Draft.Part(.roster, [.roster(try admission(first))])], at: sh.now)
        }
        try sh.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        #expect(try !hz.engine.needStanding().roster.known.contains(first))
        var thief = Thief(gz.engine.credentials, hz)
        var admitted: [NodeID] = []
        // What is yet to come: those entries would else be folded one by one.
        let own = LogName(author: thief.credentials.node, incarnation: 1_000, scope: .roster)
            .id(in: try hz.engine.needStanding().book)
        let ahead = [40, 1 << 40].map {
            RosterHead(log: own, seq: $0, hash: Array(repeating: 7, count: 16))
        }
        for number in 0..<120 as Range<UInt64> {
            admitted.append(stranger())
            let knowing = number % 2 == 0 ? heads : [ahead[Int(number / 2 % 2)]]
            try thief.write(
                [.nameAdministrator(stranger()), try admission(admitted.last!)]
                    + Array(repeating: .nameKeeper(branch: home, node: first), count: 10),
                number % 3 == 0 ? 1_000 + number : 1_000, knowing: knowing)
        }
        try thief.write([.nameAdministrator(sh.engine.credentials.node)], 5_000, knowing: heads)
        let after = try held(hz)
        #expect(after.folds == before.folds, "nothing of it is folded")
        // 16 namings of its first log and those of 40 others.
        #expect(after.steps <= before.steps + 60)
        let now = try hz.engine.needStanding().roster
        #expect(now.judges(as: roster))
        #expect(now.known.isSuperset(of: admitted + [first]))
        #expect(try hz.engine.store.staleMemory().isEmpty)
        // Read from the disk it comes to the same, with as little at hand.
        let again = try TestNode(copying: hz)
        _ = try again.report(.members)
        let read = try held(again)
        #expect(read.steps <= before.steps + 60)
        #expect(try again.engine.needStanding().roster.known == now.known)
        // A principal one agrees to all that: the acts are read again, and count.
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: true)))
        let agreed = try hz.engine.needStanding().roster
        #expect(agreed.keepers[home] == first)
        #expect(agreed.isMember(admitted[0]))
        #expect(try hz.engine.store.staleMemory().isEmpty)
        #expect(try network.verify("hz").isSound)
    }

    /// Whatever it writes, and whatever is said of it meanwhile: what is at hand comes to what all on the disk does.
    @Test(arguments: 0..<6 as Range<UInt64>) func whatIsLetGoIsReadAgain(seed: UInt64) throws {
        let (network, key) = try TestNetwork.founded(["gz", "sh"], seed: 1_020 + 10 * seed)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        if seed % 2 == 0 {
            done(sh.ask(.recover(RecoveryOrder(key: key, names: ["sh-1"], removes: []))))
            network.settle()
        }
        for other in ["hz", "sh"] { network.sever("gz", other) }
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        var random = SeededRandom(seed: 77 + seed)
        func below(_ bound: Int) -> Int { Int(random.bytes(1)[0]) % bound }
        let nodes = [hz, gz, sh].map(\.engine.credentials.node)
        let home = try #require(BranchCode("GZ"))
        let box = AgreementKey(random: &random).publicKey
        let founding = try #require(try hz.engine.needStanding().roster.founding)
        let copied = try held(hz).copies.first.keys.first
        var thief = Thief(gz.engine.credentials, hz)
        for number in 0..<60 {
            let stranger = NodeID(SigningKey(random: &random).publicKey)
            let act: RosterAct
            switch below(8) {
            case 0: act = .nameAdministrator(nodes[below(3)])
            case 1: act = .nameAdministrator(stranger)
            case 2: act = .revoke(Cut(node: nodes[below(3)], limits: [], heads: []))
            case 3: act = .removeAdministrator(Cut(node: nodes[below(3)], limits: [], heads: []))
            case 4:
                act = .recover(
                    copied
                        ?? Recovery(
                            number: UInt64(number), names: [stranger], removals: [],
                            founding: founding, key: SigningKey(random: &random)))
            case 5:
                act = .admit(
                    Admission(
                        node: stranger, name: "x", transport: box, box: box, branch: home,
                        grants: [], series: try #require(Series(branch: home, letters: "zz")),
                        invitation: nil))
            default: act = .nameKeeper(branch: home, node: nodes[below(3)])
            }
            try thief.write(
                [act], UInt64(1_000 + below(5)),
                knowing: below(2) == 0 ? try hz.engine.needStanding().rosterHeads : [])
            if number % 20 == 15 {
                // Named again, removed again, agreed to.
                switch below(3) {
                case 0:
                    done(hz.ask(.removeAdministrator(node: "gz-1", confirms: true)))
                default:
                    done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: false)))
                    try thief.write(
                        [.nameKeeper(branch: home, node: nodes[1])], 1_000,
                        knowing: try hz.engine.needStanding().rosterHeads)
                    #expect(try hz.engine.store.staleMemory().isEmpty)
                    done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
                }
            }
            if number % 5 == 0 { #expect(try hz.engine.store.staleMemory().isEmpty, "\(number)") }
        }
        #expect(try hz.engine.store.staleMemory().isEmpty)
        #expect(try hz.engine.needStanding().roster.principals.contains(nodes[0]))
        #expect(try !hz.engine.needStanding().roster.administrators.contains(nodes[1]))
    }

    /// That an entry is not held is not so any more when it comes: that one, and no other of its log.
    @Test func whatWasNotHeldIsAskedAgain() throws {
        let network = try TestNetwork.company(["gz"], seed: 1_090)
        let hz = try network["hz"]
        var held = try self.held(hz)
        let log = LogName(author: hz.engine.credentials.node, incarnation: 77, scope: .roster)
            .id(in: try hz.engine.needStanding().book)
        held.keep(nil, of: log, at: 5)
        for seq in 1...4 as ClosedRange<UInt64> { held.add(log, seq) }
        #expect(held.roster != nil && held.hash(of: log, at: 5) == .some(.none))
        held.add(log, 5)
        #expect(held.roster == nil)
        #expect(held.hash(of: log, at: 5) == nil, "it is asked again")
    }
}
