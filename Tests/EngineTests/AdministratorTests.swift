import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Nodes that change the roster beside each other, remove each other, and what the recovery key says.
@Suite struct AdministratorTests {
    /// What the documents say: a second administrator, that invites, admits and revokes on its own.
    @Test func aSecondAdministratorDoesWhatTheFirstDid() throws {
        let network = try TestNetwork.company(["gz"], seed: 700)
        let (hz, gz) = (try network["hz"], try network["gz"])
        #expect(
            code(gz.ask(.nameAdministrator(node: "gz-1", readsAll: false))) == .notAdministrator)
        #expect(code(hz.ask(.nameAdministrator(node: "nobody", readsAll: false))) == .badOption)
        #expect(code(hz.ask(.nameAdministrator(node: "hz-1", readsAll: false))) == .nothingChanges)
        #expect(
            code(hz.ask(.removeAdministrator(node: "hz-1", confirms: false))) == .lastAdministrator)
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        #expect(try gz.administrators() == ["gz-1", "hz-1"])
        done(hz.ask(.invite(InvitationOrder(branch: "SH", branchName: "Shanghai"))))
        network.settle()
        // The founder's machine is off. The other one lets two nodes in, of the new branch and of its own.
        network.sever("hz", "gz")
        network.settle()
        try network.join("sh-1", branch: "SH", by: "gz", seed: 710)
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 711)
        let sh = try network["sh-1"]
        try sh.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try sh.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "Mill"))
        done(gz.ask(.revoke(node: "gz-2")))
        network.mend("hz", "gz")
        network.settle()
        try network.expectAlike(["hz", "gz"])
        #expect(try hz.members() == ["gz-1", "hz-1", "sh-1"])
        #expect(try hz.balances()["inventory/SH"] == "20.00")
        #expect(try network.verify("sh-1").isSound)
        // It removes no administrator: that is the founder's, and the recovery key's.
        for request in [
            Request.revoke(node: "hz-1"), .removeAdministrator(node: "hz-1", confirms: false),
            .removeAdministrator(node: "gz-1", confirms: false),
        ] {
            #expect(code(gz.ask(request)) == .notAdministrator)
        }
        #expect(code(hz.ask(.revoke(node: "hz-1"))) == .badOption)
        #expect(
            code(hz.ask(.removeAdministrator(node: "hz-1", confirms: false))) == .notAdministrator)
        done(hz.ask(.revoke(node: "gz-1")))
        network.settle()
        #expect(try sh.administrators() == ["hz-1"])
        #expect(try sh.members() == ["hz-1", "sh-1"])
        #expect(code(hz.ask(.nameAdministrator(node: "gz-1", readsAll: false))) == .revoked)
    }

    /// One hands on the keys that it holds, and says so where it holds none.
    @Test func keysAreHandedOnByWhoHoldsThem() throws {
        let network = try TestNetwork.company(["sh"], seed: 720)
        try network.join("gz", seed: 722, readsAll: false)
        let (hz, gz) = (try network["hz"], try network["gz"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: false)))
        network.settle()
        #expect(code(gz.ask(.invite(InvitationOrder(branch: "SH")))) == .lacksKeys)
        #expect(code(gz.ask(.invite(InvitationOrder(branch: "GZ", readsAll: true)))) == .lacksKeys)
        #expect(code(gz.ask(.nameAdministrator(node: "gz-1", readsAll: true))) == .lacksKeys)
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 730)
        let second = try network["gz-2"]
        try second.enterRent()
        network.settle()
        #expect(try gz.balances()["expense/GZ/rent"] == "5.00")
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try network.join("sh-2", branch: "SH", by: "gz", seed: 731)
        #expect(try network.verify("sh-2").isSound)
        try network.expectAlike(["hz", "gz", "sh"])
    }

    /// What the documents say: branches, their keys and legal entities are made by a principal administrator. The founder's
    /// machine is lost, and the recovery key names the second one.
    @Test func onlyAPrincipalOpensABranch() throws {
        let (network, key) = try TestNetwork.founded(["gz"], readsAll: false, seed: 860)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let opening = Request.invite(InvitationOrder(branch: "BJ", branchName: "Beijing"))
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: false)))
        network.settle()
        #expect(code(gz.ask(opening)) == .notAdministrator)
        #expect(code(gz.ask(.addEntity(name: "South Ltd"))) == .notAdministrator)
        // A principal one that does not read every branch could hand on no keys of the new one.
        network.sever("hz", "gz")
        done(gz.ask(.recover(RecoveryOrder(key: key, names: ["gz-1"], removes: []))))
        #expect(code(gz.ask(opening)) == .lacksKeys)
        done(gz.ask(.addEntity(name: "South Ltd")))
        network.mend("hz", "gz")
        network.settle()
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        // The founder's machine burns.
        network.sever("hz", "gz")
        done(gz.ask(.recover(RecoveryOrder(key: key, names: [], removes: ["hz-1"]))))
        try network.join("bj-1", branch: "BJ", by: "gz", seed: 866)
        try network["bj-1"].perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "expense/rent", amount: "5.00"),
                    JournalLine(account: "bank/main", amount: "-5.00"),
                ]))
        network.settle()
        #expect(try gz.balances()["expense/BJ/rent"] == "5.00")
        network.mend("hz", "gz")
        try network.expectAlike(["hz", "gz", "bj-1"])
        // It is found again: it is none any more.
        #expect(code(hz.ask(opening)) == .notAdministrator)
    }

    /// Both admit, name and change something with the cable cut.
    @Test func twoActBesideEachOther() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 740)
        let hz = try network["hz"]
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        network.settle()
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 750)
        try network.join("gz-3", branch: "GZ", by: "hz", seed: 751)
        done(try network["gz"].ask(.nameAdministrator(node: "sh-1", readsAll: false)))
        for (one, other) in [("gz-2", "hz"), ("gz-2", "sh"), ("gz-2", "gz-3"), ("gz-3", "gz")] {
            network.sever(one, other)
        }
        for name in ["gz-2", "gz-3"] {
            try network[name].perform(
                .journal(
                    Details(),
                    [
                        JournalLine(account: "expense/rent", amount: "5.00"),
                        JournalLine(account: "bank/main", amount: "-5.00"),
                    ]))
        }
        network.settle()
        for other in ["hz", "sh"] { network.mend("gz", other) }
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.members() == ["gz-1", "gz-2", "gz-3", "hz-1", "sh-1"])
        #expect(try hz.administrators() == ["gz-1", "hz-1", "sh-1"])
        #expect(try hz.balances()["expense/GZ/rent"] == "10.00")
    }

    /// A removed administrator goes on with the cable cut: it counts nowhere, in whatever order it comes, until a principal
    /// one agrees.
    @Test func aRemovedOneGoesOn() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 760)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        for name in ["gz-1", "sh-1"] {
            done(hz.ask(.nameAdministrator(node: name, readsAll: true)))
        }
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        network.settle()
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 770)
        let second = try network["gz-2"]
        try second.enterRent()
        network.settle()
        #expect(try gz.balances()["expense/GZ/rent"] == "5.00")
        for other in ["hz", "sh"] { network.mend("gz", other) }
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try sh.administrators() == ["hz-1", "sh-1"])
        #expect(try gz.members() == ["gz-1", "hz-1", "sh-1"])
        #expect(try gz.balances()["expense/GZ/rent"] == nil)
        #expect(code(gz.ask(.invite(InvitationOrder(branch: "GZ")))) == .notAdministrator)
        #expect(code(hz.ask(.removeAdministrator(node: "sh-1", confirms: true))) == .badOption)
        #expect(
            code(sh.ask(.removeAdministrator(node: "gz-1", confirms: true))) == .notAdministrator)
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: true)))
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.members() == ["gz-1", "gz-2", "hz-1", "sh-1"])
        #expect(try hz.administrators() == ["hz-1", "sh-1"])
        #expect(try hz.balances()["expense/GZ/rent"] == "5.00")
    }

    /// The founder's machine is lost: the recovery key says who removes others now, at a node that is no administrator's.
    @Test func theRecoveryKeySaysWho() throws {
        let network = TestNetwork()
        let node = try TestNode(seed: 780, options: .init(ownAddresses: ["hz:7700"]))
        let founded = try node.engine.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: 2, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), at: node.now, save: { _ in })
        network.add("hz", node)
        try network.join("gz", seed: 781)
        try network.join("sh", seed: 782)
        let (hz, gz, sh) = (node, try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        let key = founded.recoveryKey.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
        func recover(_ key: String, _ names: [String], _ removes: [String] = []) -> Request {
            .recover(RecoveryOrder(key: key, names: names, removes: removes))
        }
        #expect(code(sh.ask(recover(String(key.reversed()), ["hz-1"]))) == .badRecoveryKey)
        #expect(code(sh.ask(recover("secret", ["hz-1"]))) == .badRecoveryKey)
        #expect(code(sh.ask(recover(key, ["hz-1"], ["hz-1"]))) == .badOption)
        #expect(code(sh.ask(recover(key, []))) == .badOption)
        #expect(code(sh.ask(recover(key, [], ["hz-1", "gz-1"]))) == .lastAdministrator)
        // Carried by who is no administrator, with the cable cut; the founder's node goes on and does not know.
        for other in ["hz", "gz"] { network.sever("sh", other) }
        network.sever("hz", "gz")
        done(sh.ask(recover(key, ["gz-1"], ["hz-1"])))
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        try network.join("hz-2", branch: "HZ", by: "hz", seed: 789)
        network.settle()
        for other in ["hz", "gz"] { network.mend("sh", other) }
        network.mend("hz", "gz")
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.administrators() == ["gz-1"])
        #expect(try sh.members() == ["gz-1", "hz-1", "sh-1"])
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 790)
        done(gz.ask(.nameAdministrator(node: "sh-1", readsAll: true)))
        try network.expectAlike(["hz", "gz", "sh"])
        #expect(try hz.members().contains("gz-2"))
        done(gz.ask(.revoke(node: "hz-1")))
        try network.expectAlike(["gz", "sh"])
        #expect(try sh.members() == ["gz-1", "gz-2", "sh-1"])
        #expect(try sh.administrators() == ["gz-1", "sh-1"])
        #expect(code(sh.ask(recover(key, ["hz-1"]))) == .revoked)
        done(sh.ask(recover(key, ["sh-1"], ["gz-1"])))
        try network.expectAlike(["gz", "sh"])
        #expect(try gz.administrators() == ["sh-1"])
        #expect(try gz.members().contains("gz-2"), "what it did until then counts")
    }

    /// What no more is looked at is refused, and nothing of it is kept.
    @Test func whatWouldCountForNothingIsRefused() throws {
        let network = try TestNetwork.company(["gz"], seed: 815)
        let hz = try network["hz"]
        var random = SeededRandom(seed: 816)
        try hz.engine.store.transact {
            for _ in 0..<RosterReading.namingsMax {
                try hz.engine.write(
                    [.nameAdministrator(NodeID(SigningKey(random: &random).publicKey))],
                    at: hz.now)
            }
            for node in try hz.engine.needStanding().roster.administrators
            where node != hz.engine.credentials.node {
                try hz.engine.write(
                    [.removeAdministrator(Cut(node: node, limits: [], heads: []))], at: hz.now)
            }
        }
        let before = try hz.report(.digests).rows
        #expect(
            code(hz.ask(.nameAdministrator(node: "gz-1", readsAll: false))) == .notAdministrator)
        #expect(try hz.report(.digests).rows == before)
        #expect(try hz.administrators() == ["hz-1"])
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        #expect(try network.verify("hz").isSound)
    }

    /// Of the 16 heads that an entry names one author fills none but his own two, with however many logs, and who copies what
    /// the recovery key said fills none.
    @Test func nobodyFillsTheHeads() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 840)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try gz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        for other in ["hz", "sh"] { network.sever("gz", other) }
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        let standing = try hz.engine.needStanding()
        let thief = gz.engine.credentials
        let op = Operation.roster(.nameAdministrator(thief.node))
        try hz.engine.store.transact {
            for incarnation in 1_000..<1_040 as Range<UInt64> {
                let name = LogName(author: thief.node, incarnation: incarnation, scope: .roster)
                var writer = LogWriter(tip: LogTip(name, in: standing.book), chapter: Chapter())
                let before = writer.tip
                let entry = try writer.append(
                    [op], at: .init(commit: 1, time: HybridTime(raw: 1)),
                    key: standing.keyring.writingKey(.roster),
                    signing: thief.signing, signs: true)
                try hz.engine.store.append(
                    [PreparedRun(written: [(entry, [op])], after: before, chapter: writer.chapter)],
                    roster: standing.roster)
            }
            try hz.engine.stand()
        }
        let heads = try hz.engine.needStanding().rosterHeads
        #expect(heads.count <= 2)
        done(hz.ask(.nameAdministrator(node: "sh-1", readsAll: true)))
        network.settle()
        done(sh.ask(.invite(InvitationOrder(branch: "SH"))))
        network.settle()
        #expect(try hz.engine.needStanding().roster.invitations.count == 3)
        #expect(try sh.administrators() == ["hz-1", "sh-1"])
        #expect(try hz.engine.store.staleMemory().isEmpty)
    }

    /// What authors had seen of the roster is the same from memory and from the disk, with one log and with more.
    @Test func whatWasSeenIsTheSameFromTheDisk() throws {
        let network = try TestNetwork.company(["gz"], seed: 850)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for _ in 0..<2 {
            for node in [hz, gz] {
                let book = try node.engine.needStanding().book
                _ = try node.engine.store.roster(of: book)
                let memory = try #require(node.engine.store.memory.roster)
                let store = node.engine.store
                #expect(try store.isOnDisk(memory))
                #expect(memory.acts.values.contains { $0.contains { !$0.seen.isEmpty } })
                var other = try #require(try store.heldRoster(of: book))
                for (author, acts) in memory.acts {
                    other.keep(
                        acts.map {
                            Roster.Step(
                                time: $0.time, author: $0.author, dot: $0.dot, act: $0.act)
                        }, of: author)
                }
                #expect(try !store.isOnDisk(other), "the heads are compared")
                #expect(try node.engine.store.staleMemory().isEmpty)
            }
            done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
            network.settle()
            done(gz.ask(.invite(InvitationOrder(branch: "GZ"))))
            network.settle()
            guard try gz.administrators().count == 2 else { break }
            done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
            network.settle()
        }
    }

    /// A member fills its own log of the roster: nobody reads the book again for that, and all hold the same.
    @Test func nothingIsReadAgainForNothing() throws {
        let network = try TestNetwork.company(["gz"], seed: 825)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let before = try hz.engine.needStanding().roster
        let day = try #require(Day("2026-11-10"))
        let home = try #require(BranchCode("HZ"))
        // Something that counts for nothing, and might count with a greater roster.
        try gz.write(
            [
                .append(
                    Seal.sealing(
                        day, closes: [], absent: [], isPrincipals: true, state: "",
                        person: "Eve", on: day))
            ], to: .catalog)
        try gz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.settle()
        #expect(try hz.engine.store.hasRosterVoids())
        try gz.engine.store.transact {
            for _ in 0..<20 {
                _ = try gz.engine.commit(
                    [
                        Draft.Part(
                            .roster,
                            [
                                .roster(.nameAdministrator(gz.engine.credentials.node)),
                                .roster(
                                    .nameKeeper(
                                        branch: home, node: gz.engine.credentials.node)),
                            ])
                    ], at: gz.now)
            }
        }
        var reads = 0
        hz.engine.store.onRead = { reads += $0 }
        try gz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        #expect(reads == 0)
        #expect(try hz.engine.needStanding().roster.judges(as: before))
        try network.expectAlike(["hz", "gz"])
        #expect(try gz.administrators() == ["hz-1"])
    }

    /// A member that is no administrator writes such acts, and one with a signature of its own: nobody believes it.
    @Test func aMemberThatIsNoneWritesActs() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 800)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let standing = try gz.engine.needStanding()
        let founding = try #require(standing.roster.founding)
        var random = SeededRandom(seed: 801)
        let forged = Recovery(
            number: 1, names: [standing.node], removals: [], founding: founding,
            key: SigningKey(random: &random))
        let hzNode = hz.engine.credentials.node
        let cut = Cut(node: hzNode, limits: [], heads: [])
        try gz.engine.store.transact {
            try gz.engine.write(
                [
                    .nameAdministrator(standing.node), .removeAdministrator(cut), .revoke(cut),
                    .recover(forged),
                ], at: gz.now)
        }
        // It goes out with what the node does next.
        try gz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        try network.expectAlike(["hz", "gz", "sh"])
        for name in ["hz", "gz", "sh"] {
            #expect(try network[name].administrators() == ["hz-1"], "\(name)")
            #expect(try network[name].members() == ["gz-1", "hz-1", "sh-1"], "\(name)")
        }
        #expect(code(gz.ask(.invite(InvitationOrder(branch: "GZ")))) == .notAdministrator)
    }

    /// Read again from what is on the disk it is the same: the heads stand in the entries.
    @Test func aRestartKnowsWhoIsOne() throws {
        let network = try TestNetwork.company(["gz"], seed: 820)
        let (hz, gz) = (try network["hz"], try network["gz"])
        done(hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)))
        network.settle()
        try network.join("gz-2", branch: "GZ", by: "gz", seed: 830)
        done(hz.ask(.removeAdministrator(node: "gz-1", confirms: false)))
        network.settle()
        for node in [hz, gz] {
            let again = try TestNode(copying: node)
            #expect(try again.administrators() == ["hz-1"])
            #expect(try again.members() == ["gz-1", "gz-2", "hz-1"])
            _ = again.ask(.rebuild)
            #expect(try again.administrators() == ["hz-1"])
            #expect(try again.members() == ["gz-1", "gz-2", "hz-1"])
        }
        // What it writes now names the heads of who was one as well: a log's heads never go back.
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try gz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        try network.expectAlike(["hz", "gz", "gz-2"])
    }
}
