import Testing
import Wire

@testable import Replica
@testable import Sodium

/// A founder and three nodes of one branch, each with a roster log of its own and what it has read of the others'.
struct Acts {
    let founder: NodeID
    let ada: NodeID
    let bob: NodeID
    let eve: NodeID
    let recovery: SigningKey
    let founding: Founding
    private(set) var steps: [Roster.Step] = []
    private var seqs: [NodeID: UInt64] = [:]
    private var clock: UInt64 = 0
    private var others: [LogID: UInt64] = [:]
    private let box: AgreementPublicKey
    let branch = BranchCode("HZ")!
    private var letters = 0

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func node() -> NodeID { NodeID(SigningKey(random: &random).publicKey) }
        (founder, ada, bob, eve) = (node(), node(), node(), node())
        recovery = SigningKey(random: &random)
        box = AgreementKey(random: &random).publicKey
        founding = Founding(
            name: "Company", currency: CurrencyCode("CNY")!, scale: 2,
            recovery: recovery.publicKey, transport: box, box: box, rosterEpoch: .zero)
        add(founder, .found(founding))
        add(
            founder,
            .addBranch(
                BranchFacts(
                    code: branch, name: "HZ", entity: "Company", isHeadOffice: true,
                    tradePairKey: box, moneyPairKey: box)))
        for other in [founder, ada, bob, eve] { add(founder, admission(of: other)) }
    }

    static func log(_ node: NodeID, _ incarnation: UInt64 = 1) -> LogID {
        LogName(author: node, incarnation: incarnation, scope: .roster).id(in: BookID(.zero))
    }

    /// The hash of an entry: nobody knows that of one that is not written.
    static func entry(_ log: LogID, _ seq: UInt64) -> Digest {
        Blake2b.hash256(log.bytes + [UInt8](String(seq).utf8))
    }

    mutating func admission(of node: NodeID) -> RosterAct {
        letters += 1
        let series = Series(
            branch: branch, letters: String(UnicodeScalar(UInt8(0x60 + letters))))!
        return .admit(
            Admission(
                node: node, name: "node", transport: box, box: box, branch: branch,
                grants: [.trade(branch)], series: series, invitation: nil))
    }

    /// What all have read by now, unless it is said.
    var heads: [NodeID: UInt64] { seqs }

    /// - Parameter clock: what the author's clock shows; later than all before by itself.
    @discardableResult
    mutating func add(
        _ author: NodeID, _ act: RosterAct, seen: [NodeID: UInt64]? = nil, clock at: UInt64? = nil,
        incarnation: UInt64 = 1, hash: UInt8? = nil
    ) -> Roster.Step {
        let seen = seen ?? seqs
        let log = Self.log(author, incarnation)
        others[log, default: 0] += 1
        if incarnation == 1 { seqs[author, default: 0] += 1 }
        clock += 1
        let step = Roster.Step(
            time: HybridTime(raw: at ?? clock), author: author,
            dot: Dot(log: log, seq: others[log, default: 0], index: 0), act: act,
            seen: seen.map {
                RosterHead(
                    log: Self.log($0.key), seq: $0.value,
                    hash: hash.map { [UInt8](repeating: $0, count: 16) }
                        ?? Array(Self.entry(Self.log($0.key), $0.value).bytes.prefix(16)))
            }.sorted { $0.log < $1.log },
            entry: Self.entry(log, others[log, default: 0]))
        steps.append(step)
        return step
    }

    /// Another history of a node's log.
    mutating func replace(_ author: NodeID, _ seq: UInt64, by act: RosterAct) {
        let log = Self.log(author)
        guard let place = steps.firstIndex(where: { $0.dot.log == log && $0.dot.seq == seq })
        else { return }
        let old = steps[place]
        steps[place] = Roster.Step(
            time: old.time, author: author, dot: old.dot, act: act, seen: old.seen,
            entry: Blake2b.hash256(Array("other".utf8) + old.entry.bytes))
    }

    /// Of what a node has done up to an entry.
    func cut(_ node: NodeID, upTo seq: UInt64) -> Cut {
        Cut(
            node: node, limits: [],
            heads: [
                .init(
                    log: Self.log(node),
                    head: Head(seq: seq, hash: Self.entry(Self.log(node), seq)))
            ])
    }

    /// The same in whatever order it comes.
    func roster(_ place: SourceLocation = #_sourceLocation) -> Roster {
        let first = Roster(steps)
        for seed in 0..<24 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let other = Roster(steps.shuffled(using: &random))
            #expect(other.administrators == first.administrators, sourceLocation: place)
            #expect(other.offices == first.offices, sourceLocation: place)
            #expect(other.principals == first.principals, sourceLocation: place)
            #expect(other.nodes == first.nodes, sourceLocation: place)
            #expect(other.known == first.known, sourceLocation: place)
            #expect(other.keepers == first.keepers, sourceLocation: place)
            #expect(other.cuts == first.cuts, sourceLocation: place)
            #expect(other.branches == first.branches, sourceLocation: place)
            #expect(other.entities == first.entities, sourceLocation: place)
            #expect(other.epochs == first.epochs, sourceLocation: place)
        }
        return first
    }
}

@Suite struct AuthorityTests {
    private func guest(_ seed: UInt64) -> NodeID {
        var random = SeededRandom(seed: 900 + seed)
        return NodeID(SigningKey(random: &random).publicKey)
    }

    /// Who is named acts from when it has seen that, whatever its clock says.
    @Test func theSecondAdministratorActs() {
        var acts = Acts(seed: 1)
        let (early, late) = (guest(1), guest(2))
        acts.add(acts.ada, acts.admission(of: early))
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.ada, acts.admission(of: late), clock: 0)
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder, acts.ada])
        #expect(roster.isMember(late), "its clock is years behind")
        #expect(!roster.isMember(early), "it had not been named")
        #expect(roster.mayWrite(.roster, acts.ada) && !roster.mayWrite(.roster, acts.bob))
    }

    /// What an administrator does after what another one did acts on that, however wrong the clocks are.
    @Test func whatWasSeenComesFirst() {
        var acts = Acts(seed: 2)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameKeeper(branch: acts.branch, node: acts.bob), clock: 9_000)
        acts.add(acts.ada, .nameKeeper(branch: acts.branch, node: acts.eve), clock: 5)
        #expect(acts.roster().isKeeper(acts.eve, of: acts.branch))
    }

    @Test func aMemberNamesNobody() {
        var acts = Acts(seed: 3)
        acts.add(acts.eve, .nameAdministrator(acts.eve))
        acts.add(acts.eve, .nameAdministrator(acts.bob))
        acts.add(acts.bob, .removeAdministrator(acts.cut(acts.founder, upTo: 1)))
        acts.add(acts.eve, acts.admission(of: guest(1)))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder] && roster.former.isEmpty)
        #expect(!roster.isMember(guest(1)) && !roster.known.contains(guest(1)))
    }

    /// Removal is strong: what was done beside it counts for nothing, until somebody agrees.
    @Test func whatARemovedOneDidBesideItIsVoid() {
        var acts = Acts(seed: 4)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        acts.add(acts.ada, acts.admission(of: guest(1)))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 1)))
        acts.add(acts.ada, acts.admission(of: guest(2)), seen: then)
        acts.add(acts.ada, .nameAdministrator(acts.eve), seen: then)
        acts.add(acts.eve, acts.admission(of: guest(3)))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder, acts.bob])
        #expect(roster.isMember(guest(1)) && !roster.isMember(guest(2)))
        #expect(!roster.isMember(guest(3)))
        // Kept and handed on all the same: some may have met them.
        #expect(roster.known.contains(guest(2)))
        // Bob is no principal one: his word changes nothing.
        acts.add(acts.bob, .removeAdministrator(acts.cut(acts.ada, upTo: 2)))
        #expect(!acts.roster().isMember(guest(2)))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 2)))
        let later = acts.roster()
        #expect(later.isMember(guest(2)))
        #expect(later.administrators == [acts.founder, acts.bob])
        // What it does now, having seen all that, counts for nothing.
        acts.add(acts.ada, acts.admission(of: guest(4)))
        acts.add(acts.ada, .removeAdministrator(acts.cut(acts.founder, upTo: 3)))
        #expect(acts.roster().administrators == [acts.founder, acts.bob])
        #expect(!acts.roster().isMember(guest(4)))
    }

    /// A thief takes nobody along, however late he says it and whatever he says to have seen.
    @Test func nobodyRemovesWhoMayRemoveHim() {
        var acts = Acts(seed: 5)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 0)), seen: then)
        acts.add(acts.founder, acts.admission(of: guest(1)))
        acts.add(acts.bob, acts.admission(of: guest(2)))
        let before = acts.roster()
        for (place, node) in [acts.founder, acts.bob].enumerated() {
            acts.add(
                acts.ada, .removeAdministrator(acts.cut(node, upTo: 0)), seen: then, clock: 1,
                incarnation: UInt64(9 + place))
            acts.add(
                acts.ada, .revoke(acts.cut(node, upTo: 0)), seen: then, clock: 1,
                incarnation: UInt64(9 + place))
        }
        let after = acts.roster()
        #expect(after.administrators == [acts.founder, acts.bob])
        #expect(after.isMember(guest(1)) && after.isMember(guest(2)) && after.cuts.isEmpty)
        #expect(after.judges(as: before), "nothing is to be read again for it")
        // And the key settles it with whatever cut.
        acts.add(
            acts.bob,
            recovery(acts, 1, names: [acts.founder], removals: [acts.cut(acts.ada, upTo: .max)]))
        #expect(acts.roster().administrators == [acts.founder, acts.bob])
        #expect(acts.roster().isMember(guest(1)))
    }

    /// A head that names what is yet to be written is a lie, whatever number it says: its author has not seen it.
    @Test(arguments: [true, false]) func nobodyHasSeenWhatIsNotWritten(early: Bool) {
        var acts = Acts(seed: 21)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        let all = Dictionary(
            uniqueKeysWithValues: [acts.founder, acts.bob, acts.eve].map { ($0, UInt64.max >> 1) })
        // Its own naming is verified first, then it claims the future.
        acts.add(acts.ada, .nameKeeper(branch: acts.branch, node: acts.ada))
        acts.add(
            acts.ada, .nameAdministrator(acts.ada), seen: all, clock: early ? 2 : 999_999, hash: 0)
        #expect(acts.roster().administrators == [acts.founder, acts.ada, acts.bob])
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 2)))
        #expect(acts.roster().administrators == [acts.founder, acts.bob])
        acts.add(acts.ada, acts.admission(of: guest(7)), seen: all, hash: 0)
        acts.add(acts.ada, .nameAdministrator(acts.ada), seen: all, hash: 0)
        acts.add(acts.bob, recovery(acts, 1, removals: [acts.cut(acts.ada, upTo: 2)]))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder, acts.bob])
        #expect(!roster.isMember(guest(7)))
        // The right number and another hash is the same.
        var other = Acts(seed: 22)
        other.add(other.founder, .nameAdministrator(other.ada))
        other.add(other.ada, other.admission(of: guest(8)), hash: 7)
        #expect(!other.roster().isMember(guest(8)))
    }

    /// What is held of the roster decides, and an entry without acts is one too.
    @Test func aHeadMayNameAnEntryWithoutActs() {
        var acts = Acts(seed: 23)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let log = Acts.log(acts.founder)
        let next = (acts.heads[acts.founder] ?? 0) + 1
        acts.add(acts.ada, acts.admission(of: guest(1)), seen: [acts.founder: next])
        #expect(!Roster(acts.steps).isMember(guest(1)))
        var entries = RosterEntries(acts.steps)
        entries.add(log, next, Acts.entry(log, next))
        #expect(Roster(acts.steps, entries: entries).isMember(guest(1)))
    }

    /// What a node says of itself lets nothing of it count.
    @Test func nobodyRemovesItself() {
        var acts = Acts(seed: 24)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        for act in [
            RosterAct.removeAdministrator(acts.cut(acts.ada, upTo: .max)),
            .revoke(acts.cut(acts.ada, upTo: .max)),
        ] {
            acts.add(acts.ada, act)
        }
        #expect(acts.roster().administrators.contains(acts.ada) && acts.roster().cuts.isEmpty)
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 2)))
        acts.add(acts.ada, acts.admission(of: guest(1)))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder, acts.bob] && !roster.isMember(guest(1)))
        #expect(
            !roster.isAdministrators(acts.ada, at: (Acts.log(acts.ada), 3))
                && roster.isAdministrators(acts.ada, at: (Acts.log(acts.ada), 2)))
        // Nor does the founder undo what the key says of it.
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.founder, upTo: .max)))
        acts.add(
            acts.bob,
            recovery(
                acts, 1, names: [acts.bob],
                removals: [acts.cut(acts.founder, upTo: acts.heads[acts.founder] ?? 0)]))
        acts.add(acts.founder, acts.admission(of: guest(2)))
        #expect(acts.roster().administrators == [acts.bob] && !acts.roster().isMember(guest(2)))
    }

    /// Acts in another log, with an older clock, push out none that count.
    @Test func whatIsNotLookedAtIsCountedByLog() {
        var acts = Acts(seed: 25)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.ada, .nameAdministrator(acts.bob))
        acts.add(acts.bob, acts.admission(of: guest(1)))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 1)))
        let before = acts.roster()
        for number in 0..<200 as Range<UInt64> {
            acts.add(
                acts.ada, .nameAdministrator(guest(number)), seen: [:], clock: 1, incarnation: 9)
        }
        let after = acts.roster()
        #expect(after.isMember(guest(1)) && after.administrators == before.administrators)
    }

    /// Named again and removed again: what it did beside its first removal does not count for that.
    @Test func aSecondRemovalLetsNoMoreCount() {
        var acts = Acts(seed: 26)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 0)))
        acts.add(acts.ada, acts.admission(of: guest(1)), seen: then)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.ada, acts.admission(of: guest(2)))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 2)))
        let roster = acts.roster()
        #expect(!roster.isMember(guest(1)) && roster.isMember(guest(2)))
        #expect(roster.administrators == [acts.founder])
    }

    /// An administrator puts a member out, and no administrator; a principal one does; nobody puts out the founder.
    @Test func whoPutsOutWhom() {
        var acts = Acts(seed: 27)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        acts.add(acts.ada, .revoke(acts.cut(acts.bob, upTo: 0)))
        acts.add(acts.ada, .revoke(acts.cut(acts.founder, upTo: 0)))
        #expect(acts.roster().cuts.isEmpty)
        acts.add(acts.ada, .revoke(acts.cut(acts.eve, upTo: 0)))
        #expect(!acts.roster().isMember(acts.eve))
        // Whoever was put out is named no more.
        acts.add(acts.bob, .nameAdministrator(acts.eve))
        #expect(!acts.roster().administrators.contains(acts.eve))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 1)))
        acts.add(acts.ada, .revoke(acts.cut(acts.bob, upTo: 1)))
        #expect(!acts.roster().isMember(acts.bob), "it was none any more, and Ada had seen that")
        acts.add(acts.founder, .revoke(acts.cut(acts.ada, upTo: 5)))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder] && !roster.isMember(acts.ada))
    }

    /// What stands in the catalog counts as an administrator's where its entry had seen the naming.
    @Test func sealsAreOfAnAdministratorsTime() {
        var acts = Acts(seed: 28)
        let catalog = LogName(author: acts.ada, incarnation: 1, scope: .catalog)
            .id(in: BookID(.zero))
        let named = acts.add(acts.founder, .nameAdministrator(acts.ada)).dot
        func head(_ seq: UInt64) -> [RosterHead] {
            [RosterHead(log: named.log, seq: seq, hash: [])]
        }
        let roster = acts.roster()
        #expect(roster.isAdministrators(acts.ada, at: (catalog, 1), seen: head(named.seq)))
        #expect(!roster.isAdministrators(acts.ada, at: (catalog, 1), seen: head(named.seq - 1)))
        #expect(!roster.isAdministrators(acts.ada, at: (catalog, 1), seen: []))
        #expect(roster.isAdministrators(acts.founder, at: (catalog, 1), seen: []))
    }

    private func recovery(
        _ acts: Acts, _ number: UInt64, names: Set<NodeID> = [], removals: [Cut] = []
    ) -> RosterAct {
        .recover(
            Recovery(
                number: number, names: names, removals: removals, founding: acts.founding,
                key: acts.recovery))
    }

    /// The recovery key settles it; whoever carries what it says, and however often.
    @Test func theRecoveryKeySettlesIt() {
        var acts = Acts(seed: 7)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        let founders = then[acts.founder] ?? 0
        acts.add(
            acts.eve,
            recovery(
                acts, 1, names: [acts.bob], removals: [acts.cut(acts.founder, upTo: founders)]))
        acts.add(acts.founder, acts.admission(of: guest(2)), seen: then)
        acts.add(acts.bob, acts.admission(of: guest(1)))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.bob, acts.ada] && roster.principals == [acts.bob])
        #expect(roster.isMember(guest(1)) && roster.recoveryNumber == 1)
        #expect(!roster.isMember(guest(2)))
        let settled = recovery(acts, 2, names: [acts.founder])
        acts.add(acts.eve, settled)
        acts.add(acts.founder, acts.admission(of: guest(3)))
        #expect(acts.roster().isMember(guest(3)) && !acts.roster().isMember(guest(2)))
        // Who is removed says again what the key said once, with an old clock.
        acts.add(
            acts.eve,
            recovery(
                acts, 3,
                removals: [
                    acts.cut(acts.founder, upTo: acts.heads[acts.founder] ?? 0)
                ]))
        acts.add(acts.founder, settled, seen: [:], clock: 0)
        acts.add(acts.founder, acts.admission(of: guest(4)))
        #expect(acts.roster().administrators == [acts.bob, acts.ada])
        #expect(!acts.roster().isMember(guest(4)) && acts.roster().isMember(guest(3)))
        // Of equal numbers, removal wins.
        acts.add(acts.eve, recovery(acts, 3, names: [acts.eve, acts.founder]))
        #expect(acts.roster().administrators == [acts.bob, acts.ada, acts.eve])
    }

    /// Nobody but the key itself undoes what it says without having seen it.
    @Test func theRecoveryKeyOutranks() {
        var acts = Acts(seed: 8)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        acts.add(
            acts.bob,
            recovery(acts, 1, names: [acts.bob], removals: [acts.cut(acts.founder, upTo: 6)]))
        acts.add(acts.ada, .removeAdministrator(acts.cut(acts.bob, upTo: 0)), seen: then)
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 0)), seen: then)
        let roster = acts.roster()
        // The founder's naming of Ada was above the cut, and counts no more.
        #expect(roster.administrators == [acts.bob])
    }

    @Test func aForgedRecoveryIsNone() throws {
        var acts = Acts(seed: 9)
        var random = SeededRandom(seed: 77)
        let other = SigningKey(random: &random)
        acts.add(
            acts.eve,
            .recover(
                Recovery(
                    number: 1, names: [acts.eve], removals: [], founding: acts.founding,
                    key: other)))
        let good = Recovery(
            number: 1, names: [acts.bob], removals: [], founding: acts.founding,
            key: acts.recovery)
        // Another name under the same signature, and another number.
        for forged in [
            Recovery(number: 1, names: [acts.eve], removals: [], signature: good.signature),
            Recovery(number: 9, names: [acts.bob], removals: [], signature: good.signature),
        ] {
            acts.add(acts.eve, .recover(forged))
        }
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder] && roster.recoveryNumber == 0)
        #expect(
            roster.verdict(
                on: .success(.roster(.recover(good))),
                log: LogName(author: acts.eve, incarnation: 1, scope: .roster), commit: 1)
                == .valid)
    }

    /// The founder's node is put out like any other when the key has removed it.
    @Test func theFounderIsRevoked() {
        var acts = Acts(seed: 10)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        let cut = acts.cut(acts.founder, upTo: then[acts.founder] ?? 0)
        acts.add(acts.ada, recovery(acts, 1, names: [acts.ada], removals: [cut]))
        acts.add(acts.ada, .revoke(cut))
        acts.add(acts.founder, acts.admission(of: guest(1)), seen: then)
        let roster = acts.roster()
        #expect(roster.administrators == [acts.ada] && !roster.isMember(acts.founder))
        #expect(!roster.isMember(guest(1)) && roster.isMember(acts.bob))
    }

    /// Named again, it acts again; what it did in between counts for nothing.
    @Test func whoIsNamedAgainActsAgain() {
        var acts = Acts(seed: 11)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 0)))
        acts.add(acts.ada, acts.admission(of: guest(1)), seen: then)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.ada, acts.admission(of: guest(2)))
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder, acts.ada] && roster.former.isEmpty)
        #expect(!roster.isMember(guest(1)) && roster.isMember(guest(2)))
    }

    /// Heads that name each other, more acts than are looked at, and a log of another's name: nothing traps.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func hostileActsFoldAlike(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var acts = Acts(seed: 12)
        func number(_ below: Int) -> Int {
            Int(random.bytes(2).reduce(0) { $0 << 8 | Int($1) }) % below
        }
        let all = [acts.founder, acts.ada, acts.bob, acts.eve]
        for _ in 0..<40 {
            let (author, other) = (all[number(4)], all[number(4)])
            let seen = Dictionary(
                uniqueKeysWithValues: all.map { ($0, UInt64(number(30))) })
            let act: RosterAct =
                switch number(4) {
                case 0: .nameAdministrator(other)
                case 1: .removeAdministrator(acts.cut(other, upTo: UInt64(number(20))))
                case 2: .revoke(acts.cut(other, upTo: .max))
                default: .nameKeeper(branch: acts.branch, node: other)
                }
            acts.add(author, act, seen: seen, clock: UInt64(number(50)))
        }
        _ = acts.roster()
    }

    @Test func manyNamingsOfALogAreNotLookedAt() {
        var acts = Acts(seed: 13)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        for number in 0..<UInt64(RosterReading.namingsMax) {
            acts.add(acts.ada, .nameAdministrator(guest(number)))
        }
        let last = acts.add(acts.ada, .nameAdministrator(acts.eve)).dot
        let roster = Roster(acts.steps)
        #expect(!roster.administrators.contains(acts.eve) && roster.isVoid(last))
        #expect(roster.administrators.count == 2 + RosterReading.namingsMax)
    }

    /// What the key signed is one act, however often somebody says it again: in his log, in others, with whatever he has seen.
    @Test func aCopyChangesNothing() {
        var acts = Acts(seed: 30)
        let said = recovery(acts, 1, names: [acts.bob])
        acts.add(acts.eve, said)
        acts.add(acts.bob, acts.admission(of: guest(1)))
        let before = acts.roster()
        #expect(before.isMember(guest(1)))
        for number in 0..<20 as Range<UInt64> {
            acts.add(acts.eve, said)
            acts.add(acts.ada, said, clock: 1, incarnation: 10 + number)
        }
        let after = acts.roster()
        #expect(after.judges(as: before) && after.isMember(guest(1)))
        #expect(after.isPrincipal(acts.bob) && after.recoveryNumber == 1)
    }

    /// Of a log that goes on with what the key did not sign no more is looked at: nobody makes others verify signatures.
    @Test func badSignaturesEndALog() throws {
        var acts = Acts(seed: 31)
        var random = SeededRandom(seed: 78)
        let other = SigningKey(random: &random)
        let good = recovery(acts, 1, names: [acts.bob])
        for number in 0..<50 as Range<UInt64> {
            acts.add(
                acts.eve,
                .recover(
                    Recovery(
                        number: 2 + number, names: [acts.eve], removals: [],
                        founding: acts.founding, key: other)))
        }
        acts.add(acts.eve, good)
        #expect(acts.roster().principals == [acts.founder])
        let founding = acts.founding
        let checks = RecoveryChecks()
        var copies = RecoveryCopies()
        for step in acts.steps where step.author == acts.eve {
            copies.read(step) { checks.isSigned($0, for: founding) }
        }
        #expect(checks.count == 1)
        // Whoever was asked to carry it does so elsewhere.
        acts.add(acts.ada, good)
        #expect(acts.roster().principals == [acts.founder, acts.bob])
    }

    /// Who says that an administrator is put out, and may not, keeps nobody from naming it again.
    @Test func aVoidRevocationBarsNoNaming() {
        var acts = Acts(seed: 32)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        acts.add(acts.ada, .revoke(acts.cut(acts.bob, upTo: 0)))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 1)))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 0)))
        #expect(acts.roster().administrators == [acts.founder])
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        acts.add(acts.bob, acts.admission(of: guest(1)))
        #expect(acts.roster().administrators == [acts.founder, acts.bob])
        #expect(acts.roster().isMember(guest(1)))
        // One that counts does: it had seen that Bob was none any more.
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 1)))
        acts.add(acts.ada, .revoke(acts.cut(acts.bob, upTo: 1)))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        #expect(acts.roster().administrators == [acts.founder, acts.ada])
        #expect(!acts.roster().isMember(acts.bob))
    }

    /// Put out by somebody who had seen its removal: that a principal one agrees to more of what it did undoes nothing of it.
    @Test func agreeingUndoesNoRevocation() {
        var acts = Acts(seed: 33)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 0)))
        let seen = acts.heads
        acts.add(acts.bob, acts.admission(of: guest(1)), seen: then)
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 1)))
        acts.add(acts.ada, .revoke(acts.cut(acts.bob, upTo: 1)), seen: seen)
        let roster = acts.roster()
        #expect(!roster.isMember(acts.bob) && roster.isMember(guest(1)))
    }

    /// What a principal one agreed to stays, whoever says afterwards that the node had been named again in between.
    @Test func aVoidNamingTakesNothingBack() {
        var acts = Acts(seed: 34)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .nameAdministrator(acts.bob))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 0)))
        acts.add(acts.bob, acts.admission(of: guest(1)), seen: then)
        acts.add(acts.eve, recovery(acts, 1, names: [acts.founder]))
        acts.add(acts.eve, .nameAdministrator(acts.bob))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 1)))
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 0)))
        let before = acts.roster()
        #expect(before.isMember(guest(1)))
        acts.add(acts.ada, .nameAdministrator(acts.eve), seen: then, clock: 1, incarnation: 9)
        let after = acts.roster()
        #expect(after.isMember(guest(1)) && after.judges(as: before))
    }

    /// Whoever takes an invitation back beside an admission, or gives another node its series with a clock of years ago,
    /// puts out nobody whom a principal one let in.
    ///
    /// - Parameter isKnown: who let it in had seen something else of that administrator's.
    @Test(arguments: [false, true]) func nobodyIsPutOutByWhatComesFirst(_ isKnown: Bool) {
        var acts = Acts(seed: 35)
        let invitation = Invitation(
            id: Acts.entry(Acts.log(acts.founder), 77), branch: acts.branch, grants: [],
            expiresMilliseconds: 0)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.founder, .invite(invitation))
        let then = acts.heads
        if isKnown { acts.add(acts.ada, .changeGrants(node: acts.bob, grants: [])) }
        let box = acts.founding.box
        func admission(_ node: NodeID, _ letters: String, _ used: Digest?) -> RosterAct {
            .admit(
                Admission(
                    node: node, name: "node", transport: box, box: box, branch: acts.branch,
                    grants: [.trade(acts.branch)],
                    series: Series(branch: acts.branch, letters: letters)!, invitation: used))
        }
        acts.add(acts.founder, admission(guest(1), "xx", invitation.id))
        let before = acts.roster()
        #expect(before.isMember(guest(1)))
        for (clock, act) in [
            RosterAct.withdrawInvitation(id: invitation.id), admission(guest(2), "xx", nil),
            admission(guest(3), "yy", invitation.id),
        ].enumerated() {
            acts.add(
                acts.ada, act, seen: then, clock: UInt64(clock + 1), incarnation: isKnown ? 9 : 1)
        }
        let after = acts.roster()
        #expect(after.nodes == before.nodes)
        #expect(after.invitations[invitation.id]?.isWithdrawn == true)
        // After it was seen it is not to be used.
        acts.add(
            acts.founder,
            .invite(
                Invitation(
                    id: .zero, branch: acts.branch, grants: [], expiresMilliseconds: 0)))
        acts.add(acts.ada, .withdrawInvitation(id: .zero))
        acts.add(acts.founder, admission(guest(4), "zz", .zero))
        #expect(!acts.roster().isMember(guest(4)))
    }

    /// What a principal administrator says of whom it puts out stands, whatever another one lets count, or does not, before or
    /// after it.
    @Test(arguments: [false, true]) func aRevocationIsThePrincipals(_ after: Bool) {
        var acts = Acts(seed: 39)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let own = acts.cut(acts.bob, upTo: 2)
        let all = Cut(
            node: acts.bob, limits: [.init(incarnation: 1, commit: .max)], heads: [])
        let none = Cut(node: acts.bob, limits: [], heads: [])
        func thief() {
            for cut in [all, none] { acts.add(acts.ada, .revoke(cut)) }
        }
        if !after { thief() }
        acts.add(acts.founder, .revoke(own))
        if after { thief() }
        #expect(acts.roster().cuts[acts.bob] == own)
        // And it may say more itself.
        let more = acts.cut(acts.bob, upTo: 3)
        acts.add(acts.founder, .revoke(more))
        #expect(acts.roster().cuts[acts.bob] == own.joined(with: more))
        #expect(own.joined(with: more) != own)
    }

    /// Grants are added and never taken: not by a thief, and not by whoever gives others beside it.
    @Test func grantsOnlyGrow() {
        var acts = Acts(seed: 37)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        acts.add(acts.founder, .changeGrants(node: acts.bob, grants: [.readMoney(acts.branch)]))
        acts.add(acts.ada, .changeGrants(node: acts.bob, grants: [.catalog]), seen: then)
        acts.add(acts.ada, .changeGrants(node: acts.bob, grants: []), clock: 99_999)
        #expect(
            acts.roster().nodes[acts.bob]?.grants
                == [.trade(acts.branch), .readMoney(acts.branch), .catalog])
    }

    /// Branches, legal entities and keys are made by a principal administrator: of others, whatever their clocks say, none
    /// counts, until the recovery key names one.
    @Test func onlyAPrincipalMakesBranchesAndKeys() throws {
        var acts = Acts(seed: 38)
        let code = try #require(BranchCode("SH"))
        let cny = try #require(CurrencyCode("CNY"))
        func branch(_ entity: String) -> RosterAct {
            .addBranch(
                BranchFacts(
                    code: code, name: "SH", entity: entity, isHeadOffice: false,
                    tradePairKey: acts.founding.box, moneyPairKey: acts.founding.box))
        }
        let epochs = (0..<4 as Range<UInt64>).map { Acts.entry(Acts.log(acts.eve), $0) }
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        acts.add(acts.founder, branch("Company"))
        acts.add(acts.founder, .openEpoch(scope: .money(code), commitment: epochs[0]))
        acts.add(acts.ada, branch("Other"), seen: then, clock: 1)
        acts.add(acts.ada, .addEntity(name: "Other", currency: cny), seen: then, clock: 1)
        for scope in [Scope.money(code), .catalog] {
            acts.add(
                acts.ada, .openEpoch(scope: scope, commitment: epochs[1]), seen: then, clock: 1)
        }
        // The roster's is the founding one.
        acts.add(acts.founder, .openEpoch(scope: .roster, commitment: epochs[2]))
        let roster = acts.roster()
        #expect(roster.branches[code]?.entity == "Company" && roster.entities.isEmpty)
        #expect(roster.epochs == [.roster: [.zero], .money(code): [epochs[0]]])
        acts.add(acts.eve, recovery(acts, 1, names: [acts.ada]))
        acts.add(acts.ada, .addEntity(name: "South", currency: cny))
        acts.add(acts.ada, .openEpoch(scope: .catalog, commitment: epochs[3]))
        let later = acts.roster()
        #expect(later.entities == ["South": cny] && later.epochs[.catalog] == [epochs[3]])
        #expect(later.branches == roster.branches)
    }

    /// An administrator wrote two histories of its log. A removal names one: where the other is held nothing of that log
    /// counts, in whatever order it came, and all else is judged alike.
    @Test(arguments: 0..<3) func aRemovalIsOfOneHistory(kind: Int) {
        var acts = Acts(seed: 39)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        acts.add(acts.ada, acts.admission(of: guest(1)))
        acts.add(acts.ada, .nameAdministrator(acts.bob))
        acts.add(acts.bob, acts.admission(of: guest(2)))
        let cut = acts.cut(acts.ada, upTo: 2)
        switch kind {
        case 0: acts.add(acts.founder, .removeAdministrator(cut))
        case 1: acts.add(acts.founder, .revoke(cut))
        default: acts.add(acts.eve, recovery(acts, 1, removals: [cut]))
        }
        let here = acts.roster()
        #expect(here.isMember(guest(1)) && here.isMember(guest(2)))
        #expect(here.administrators == [acts.founder, acts.bob])
        var other = acts
        let admission = other.admission(of: guest(3))
        other.replace(acts.ada, 1, by: admission)
        other.replace(acts.ada, 2, by: .nameAdministrator(acts.bob))
        let there = other.roster()
        #expect(!there.isMember(guest(1)) && !there.isMember(guest(3)))
        // Nor does what rests on it.
        #expect(there.administrators == [acts.founder] && !there.isMember(guest(2)))
        #expect(!there.isAdministrators(acts.ada, at: (Acts.log(acts.ada), 1)))
        #expect(there.branches == here.branches && there.keepers == here.keepers)
        // Without the log it is as there, and so in whatever order its entries come.
        let log = Acts.log(acts.ada)
        let none = Roster(other.steps.filter { $0.dot.log != log })
        #expect(there.nodes == none.nodes && there.administrators == none.administrators)
    }

    /// Who is named again and again in one log, by somebody who has seen nothing else, is named once.
    @Test func whatIsSaidAgainIsSaidOnce() {
        var acts = Acts(seed: 40)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        for _ in 0..<8 { acts.add(acts.ada, .nameAdministrator(acts.bob)) }
        #expect(acts.roster().offices[acts.bob]?.count == 1)
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.bob, upTo: 0)))
        #expect(acts.roster().administrators == [acts.founder, acts.ada])
        for _ in 0..<4 { acts.add(acts.ada, .nameAdministrator(acts.bob)) }
        let roster = acts.roster()
        #expect(roster.administrators == [acts.founder, acts.ada, acts.bob])
        #expect(roster.offices[acts.bob]?.count == 2)
    }

    /// Many logs are folded in a time that grows with them, and not with their square.
    @Test func manyLogsAreFolded() {
        var acts = Acts(seed: 36)
        acts.add(acts.founder, .nameAdministrator(acts.ada))
        let then = acts.heads
        acts.add(acts.founder, .removeAdministrator(acts.cut(acts.ada, upTo: 0)))
        let before = Roster(acts.steps)
        for number in 0..<3_000 as Range<UInt64> {
            acts.add(
                acts.ada, .nameKeeper(branch: acts.branch, node: acts.ada), seen: then, clock: 1,
                incarnation: 10 + number)
        }
        #expect(Roster(acts.steps).judges(as: before))
    }

    /// Byte for byte as `docs/protocol-gossip.md` says.
    @Test func actsHaveOneForm() throws {
        let node = NodeID(try #require(PublicKey((0x20...0x3f).map { UInt8($0) })))
        #expect(hex(RosterAct.nameAdministrator(node).bytes) == "0c" + hex(node.key.bytes))
        let log = LogID(try #require(Digest([UInt8](repeating: 0x11, count: 32))))
        let cut = Cut(
            node: node, limits: [.init(incarnation: 1, commit: 9)],
            heads: [.init(log: log, head: Head(seq: 300, hash: .zero))])
        #expect(
            hex(RosterAct.removeAdministrator(cut).bytes)
                == "0d" + hex(node.key.bytes) + "010109" + "01"
                + String(repeating: "11", count: 32) + "ac02" + String(repeating: "00", count: 32))
        let key = SigningKey(seed: [UInt8](repeating: 1, count: 32))
        let box = try #require(AgreementPublicKey([UInt8](repeating: 9, count: 32)))
        let founding = Founding(
            name: "Company", currency: CurrencyCode("CNY")!, scale: 2, recovery: key.publicKey,
            transport: box, box: box,
            rosterEpoch: try #require(Digest([UInt8](repeating: 3, count: 32))))
        let act = RosterAct.recover(
            Recovery(number: 1, names: [node], removals: [], founding: founding, key: key))
        #expect(
            hex(act.bytes) == "0e01" + "01" + hex(node.key.bytes) + "00"
                + Self.signature)
        for act in [.nameAdministrator(node), .removeAdministrator(cut), act] {
            #expect(try RosterAct(bytes: act.bytes) == act)
            #expect(throws: WireError.self) { try RosterAct(bytes: act.bytes + [0]) }
            #expect(throws: WireError.self) { try RosterAct(bytes: act.bytes.dropLast()) }
        }
    }

    private static let signature =
        "c1a6ab561e9b97e7b3dc9f077d82e77d90694d65671a6f598c2cb7621ec2c815"
        + "ae34050921171d5538b5747acd363d3269d388f8558e5e5a2c4083cb3b79dd05"

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}
