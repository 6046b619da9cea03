import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What members and removed administrators write into the roster to make others work, or to stop them.
@Suite struct AdministratorAttackTests {
    /// Writes acts into a node's own roster log, whatever it is.
    private func write(_ node: TestNode, _ acts: [RosterAct], times: Int = 1) throws {
        try node.engine.store.transact {
            for _ in 0..<times {
                _ = try node.engine.commit(
                    [Draft.Part(.roster, acts.map { .roster($0) })], at: node.now)
            }
        }
    }

    /// What the recovery key said is said again by a member, once an entry: nobody reads the book again.
    @Test func aCopyIsNotReadAgain() throws {
        let (network, key) = try TestNetwork.founded(["gz", "sh"], seed: 900)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(sh.ask(.recover(RecoveryOrder(key: key, names: ["sh-1"], removes: []))))
        network.settle()
        try hz.enterRent()
        // Whoever became a principal one reads the book again: what is asked of memory is read first.
        _ = try sh.engine.store.roster(of: sh.engine.needStanding().book)
        let act = try #require(
            sh.engine.store.memory.roster?.acts[sh.engine.credentials.node]?.last?.act)
        guard case .recover = act else {
            Issue.record("\(act)")
            return
        }
        let before = try hz.engine.needStanding().roster
        var reads = 0
        for number in 0..<10 {
            try write(gz, [act])
            hz.engine.store.onRead = { reads += $0 }
            try gz.perform(
                .addItems([ItemChange(code: "CUP\(number)", name: "Cup", price: "9.00")]))
            network.settle()
            try gz.enterRent()
            network.settle()
        }
        #expect(reads == 0)
        #expect(try hz.engine.needStanding().roster.judges(as: before))
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try gz.administrators() == ["hz-1", "sh-1"])
    }

    /// A member's roster log is kept, and not looked at: one signature of it is verified, and nothing is in memory.
    @Test func aMembersActsAreNotLookedAt() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 910)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let founding = try #require(try hz.engine.needStanding().roster.founding)
        var random = SeededRandom(seed: 911)
        let key = SigningKey(random: &random)
        let node = gz.engine.credentials.node
        for number in 0..<30 as Range<UInt64> {
            try write(
                gz,
                (0..<10).map { place in
                    .recover(
                        Recovery(
                            number: 1 + 10 * number + place, names: [node], removals: [],
                            founding: founding, key: key))
                } + [.nameAdministrator(node)])
        }
        try gz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        for name in ["hz", "sh"] {
            let store = try network[name].engine.store
            #expect(store.recoveryChecks.count == 1)
            #expect(store.memory.roster?.acts[node] == nil)
            #expect(store.memory.roster?.roster != nil, "it was not folded again")
            let again = try TestNode(copying: try network[name])
            _ = try again.report(.members)
            #expect(again.engine.store.recoveryChecks.count == 1)
        }
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.administrators() == ["hz-1"])
        // Whoever is named afterwards is looked at, and what it wrote before counts for nothing.
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try network.expectAlike(["hz", "gz", "sh"])
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 915)
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.members().contains("gz-2"))
    }

    /// A founder's node that was restored twice writes in its third log: whom it names there acts, at every node.
    @Test func theFoundersThirdLogIsSeen() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 920)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        for number in 0..<3 {
            try hz.engine.store.transact { try hz.engine.begin(.olderCopy) }
            done(hz.ask(.addEntity(name: "Company \(number)")))
            network.settle()
        }
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 925)
        for node in [hz, gz, sh] { try node.enterRent() }
        network.settle()
        for node in [hz, gz, sh] {
            try node.perform(.close(Details(), through: "2026-10-31", isYearEnd: false))
        }
        network.settle()
        try gz.perform(.seal(Details(), .seal(through: "2026-10-31", absent: [])))
        network.settle()
        #expect(try hz.engine.store.hasRosterVoids() == false)
        // It removes, and names again, whom it named there.
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        network.settle()
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        done(gz.ask(.invite(InvitationOrder(branch: "GZ"))))
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.members().contains("gz-2"))
    }

    /// An administrator puts a branch's node out above nothing; a principal one lets what it wrote count again.
    @Test func whoWasPutOutByAThiefCountsAgain() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 930)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        try sh.enterRent()
        network.settle()
        let node = sh.engine.credentials.node
        try write(gz, [.revoke(Cut(node: node, limits: [], heads: []))])
        try gz.enterRent()
        network.settle()
        #expect(try hz.balances()["expense/SH/rent"] == nil)
        #expect(code(hz.ask(.revoke(node: "sh-1"))) == .badOption)
        #expect(code(hz.ask(.revoke(node: "gz-1", confirms: true))) == .badOption)
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        done(hz.ask(.revoke(node: "sh-1", confirms: true)))
        #expect(code(hz.ask(.revoke(node: "sh-1", confirms: true))) == .nothingChanges)
        network.run(milliseconds: 120_000)
        for name in ["hz", "gz"] {
            #expect(try network[name].balances()["expense/SH/rent"] == "5.00")
            #expect(try !network[name].members().contains("sh-1"))
            #expect(try network.verify(name).isSound)
        }
    }

    /// An administrator hands a node a key that nobody else holds: what that node writes is read as before.
    @Test func nobodyIsMadeUnreadable() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 950)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        var random = SeededRandom(seed: 951)
        let book = try gz.engine.needStanding().book
        let credentials = sh.engine.credentials
        var acts: [RosterAct] = []
        for scope in [Scope.roster, .money(try #require(BranchCode("SH")))] {
            let key = ScopeKey(scope: scope, key: SymmetricKey(random: &random), book: book)
            let sealed = try SealedBox.seal(
                key.key.bytes, to: credentials.box.publicKey, random: &random)
            acts += [
                .openEpoch(scope: scope, commitment: key.epoch),
                .handKey(
                    KeyHandout(subject: .scope(scope), to: credentials.node, sealed: sealed)),
            ]
        }
        try write(gz, acts)
        try gz.enterRent()
        network.settle()
        try sh.enterRent()
        done(hz.ask(.nameAdministrator(node: "sh-1", readsAll: false)))
        network.settle()
        done(sh.ask(.invite(InvitationOrder(branch: "SH"))))
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.balances()["expense/SH/rent"] == "5.00")
        #expect(try hz.engine.needStanding().roster.invitations.count == 3)
    }

    /// A second administrator makes another key of the catalog and of the roster and hands it to one node, and opens a branch
    /// with the clock of years ago before the founder does: nobody holds those keys, and the branch is the founder's.
    @Test func nobodyElseMakesKeysAndBranches() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 960)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        var random = SeededRandom(seed: 961)
        let book = try gz.engine.needStanding().book
        let newcomer = sh.engine.credentials
        let bj = try #require(BranchCode("BJ"))
        let box = AgreementKey(random: &random).publicKey
        var acts: [RosterAct] = [
            .addEntity(name: "Thief Ltd", currency: try #require(CurrencyCode("USD"))),
            .addBranch(
                BranchFacts(
                    code: bj, name: "Thief", entity: "Thief Ltd", isHeadOffice: true,
                    tradePairKey: box, moneyPairKey: box)),
        ]
        var keys: [ScopeKey] = []
        for scope in [Scope.catalog, .roster, .money(bj)] {
            let key = ScopeKey(scope: scope, key: SymmetricKey(random: &random), book: book)
            keys.append(key)
            let sealed = try SealedBox.seal(
                key.key.bytes, to: newcomer.box.publicKey, random: &random)
            acts += [
                .openEpoch(scope: scope, commitment: key.epoch),
                .handKey(KeyHandout(subject: .scope(scope), to: newcomer.node, sealed: sealed)),
            ]
        }
        let incarnation: UInt64 = 1_000_000
        let name = LogName(
            author: gz.engine.credentials.node, incarnation: incarnation, scope: .roster)
        let standing = try gz.engine.needStanding()
        try gz.engine.store.transact {
            var writer = LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
            let before = writer.tip
            let ops = acts.map { Operation.roster($0) }
            let entry = try writer.append(
                ops,
                at: .init(
                    commit: 1, time: HybridTime(raw: 1), rosterHeads: standing.rosterHeads),
                key: standing.keyring.writingKey(.roster),
                signing: gz.engine.credentials.signing, signs: true)
            try gz.engine.store.append(
                [PreparedRun(written: [(entry, ops)], after: before, chapter: writer.chapter)],
                roster: standing.roster)
        }
        try network.join("bj-1", branch: "BJ", by: "hz", seed: 965)
        for other in ["hz", "sh"] { network.mend("gz", other) }
        network.run(milliseconds: 120_000)
        try network["bj-1"].enterRent()
        try sh.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try network.expectAlike(["hz", "gz", "sh"])
        for node in [hz, gz, sh] {
            let standing = try node.engine.needStanding()
            #expect(standing.roster.branches[bj]?.entity == "Company")
            #expect(standing.roster.entities.count == 1)
            for key in keys {
                #expect(standing.keyring.key(key.scope, key.epoch) == nil)
                #expect(standing.roster.epochs[key.scope]?.contains(key.epoch) == false)
            }
            #expect(try node.balances()["expense/BJ/rent"] == "5.00")
        }
        #expect(try network.verify("bj-1").isSound)
        // Of the roster not even the founder makes another one.
        let own = keys[1]
        let sealed = try SealedBox.seal(
            own.key.bytes, to: newcomer.box.publicKey, random: &random)
        try write(
            hz,
            [
                .openEpoch(scope: .roster, commitment: own.epoch),
                .handKey(KeyHandout(subject: .scope(.roster), to: newcomer.node, sealed: sealed)),
            ])
        try hz.enterRent()
        network.settle()
        #expect(try sh.engine.needStanding().keyring.keys(of: .roster).count == 1)
        #expect(try sh.engine.needStanding().roster.epochs[.roster]?.count == 1)
    }

    /// Forty logs of an administrator that was removed lie about: a newcomer joins at another one's node.
    @Test func aNewcomerJoinsAmongManyLogs() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 940)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for name in ["gz-1", "sh-1"] {
            done(hz.ask(.nameAdministrator(node: name, readsAll: true)))
        }
        network.settle()
        try gz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        let thief = gz.engine.credentials
        let standing = try hz.engine.needStanding()
        let op = Operation.roster(.nameAdministrator(thief.node))
        try hz.engine.store.transact {
            for incarnation in 1_000..<1_040 as Range<UInt64> {
                let name = LogName(author: thief.node, incarnation: incarnation, scope: .roster)
                var writer = LogWriter(tip: LogTip(name, in: standing.book), chapter: Chapter())
                let before = writer.tip
                let entry = try writer.append(
                    [op], at: .init(commit: 1, time: HybridTime(raw: 1)),
                    key: standing.keyring.writingKey(.roster), signing: thief.signing, signs: true)
                try hz.engine.store.append(
                    [PreparedRun(written: [(entry, [op])], after: before, chapter: writer.chapter)],
                    roster: standing.roster)
            }
            try hz.engine.stand()
        }
        try hz.enterRent()
        network.run(milliseconds: 120_000)
        try network.join("sh-2", branch: "SH", by: "sh", seed: 945)
        try network.join("hz-2", branch: "HZ", by: "hz", seed: 946)
        try network.expectAlike(["hz", "sh"])
        #expect(try hz.members() == ["gz-1", "hz-1", "hz-2", "sh-1", "sh-2"])
        for name in ["sh-2", "hz-2"] {
            #expect(try network.verify(name).isSound, "\(name)")
            #expect(try network[name].administrators() == ["hz-1", "sh-1"])
        }
    }
}
