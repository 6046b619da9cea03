import Testing
import Wire

@testable import Replica
@testable import Sodium

/// A company in which two administrators turn thieves: honest ones act on what they read, those write whatever they like
/// into logs old and new, with any clock, and say to have seen whatever there is.
private struct RosterHistory {
    let book = BookID(.zero)
    let branch = BranchCode("HZ")!
    let key: SigningKey
    let founding: Founding
    let nodes: [NodeID]
    private(set) var steps: [Roster.Step] = []
    private var heads: [LogID: UInt64] = [:]
    private var authors: [LogID: NodeID] = [:]
    private var clock: UInt64 = 10
    private var series = 0
    private var random: SeededRandom

    var founder: NodeID { nodes[0] }
    var thieves: [NodeID] { [nodes[3], nodes[4]] }
    /// No administrator by itself: carries what the key signed.
    var member: NodeID { nodes[5] }
    var successor: NodeID { nodes[1] }

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var nodes: [NodeID] = []
        for _ in 0..<8 { nodes.append(NodeID(SigningKey(random: &random).publicKey)) }
        self.nodes = nodes
        key = SigningKey(random: &random)
        let box = AgreementKey(random: &random).publicKey
        founding = Founding(
            name: "Company", currency: CurrencyCode("CNY")!, scale: 2, recovery: key.publicKey,
            transport: box, box: box, rosterEpoch: .zero)
        add(nodes[0], 1, .found(founding), seen: [:])
        add(
            nodes[0], 1,
            .addBranch(
                BranchFacts(
                    code: branch, name: "HZ", entity: "Company", isHeadOffice: true,
                    tradePairKey: box, moneyPairKey: box)), seen: [:])
        for node in nodes[0..<6] { add(nodes[0], 1, admission(of: node), seen: [:]) }
    }

    mutating func below(_ bound: Int) -> Int {
        Int(random.bytes(4).reduce(0) { $0 << 8 | UInt64($1) } % UInt64(max(bound, 1)))
    }

    mutating func admission(of node: NodeID) -> RosterAct {
        series += 1
        let letters =
            String(UnicodeScalar(UInt8(0x61 + series / 26 % 26)))
            + String(UnicodeScalar(UInt8(0x61 + series % 26)))
        return .admit(
            Admission(
                node: node, name: "node", transport: founding.box, box: founding.box,
                branch: branch, grants: [.trade(branch)],
                series: Series(branch: branch, letters: letters)!, invitation: nil))
    }

    @discardableResult
    mutating func add(
        _ author: NodeID, _ incarnation: UInt64, _ act: RosterAct, seen: [LogID: UInt64],
        clock at: UInt64? = nil
    ) -> Roster.Step {
        let log = LogName(author: author, incarnation: incarnation, scope: .roster).id(in: book)
        let isNew = heads[log] == nil
        let seq = (heads[log] ?? 0) + 1
        heads[log] = seq
        authors[log] = author
        clock += 1
        let step = Roster.Step(
            // A log's clock goes on.
            time: HybridTime(raw: isNew ? at ?? clock : clock), author: author,
            dot: Dot(log: log, seq: seq, index: 0), act: act,
            seen: seen.filter { $0.key != log }.map {
                RosterHead(
                    log: $0.key, seq: $0.value,
                    hash: Array(Acts.entry($0.key, $0.value).bytes.prefix(16)))
            }.sorted { $0.log < $1.log }, entry: Acts.entry(log, seq))
        steps.append(step)
        return step
    }

    func cut(_ node: NodeID) -> Cut {
        Cut(
            node: node, limits: [],
            heads: heads.filter { authors[$0.key] == node }.sorted { $0.key < $1.key }.map {
                .init(
                    log: $0.key,
                    head: Head(seq: $0.value, hash: Acts.entry($0.key, $0.value)))
            })
    }

    /// What a thief says to have seen: anything that is there.
    private mutating func anything() -> [LogID: UInt64] {
        var seen: [LogID: UInt64] = [:]
        for (log, seq) in heads.sorted(by: { $0.key < $1.key }) where below(5) > 0 {
            let claimed = UInt64(below(Int(seq) + 1))
            if claimed > 0 { seen[log] = claimed }
        }
        return seen
    }

    @discardableResult
    mutating func steal(_ authors: [NodeID], also said: RosterAct? = nil) -> Roster.Step {
        let author = authors[below(authors.count)]
        let other = nodes[below(nodes.count)]
        let logs: [UInt64] = [1, 7, 8, 91, 92]
        let act: RosterAct
        switch below(said == nil ? 6 : 7) {
        case 0: act = .nameAdministrator(other)
        case 1: act = .removeAdministrator(below(2) == 0 ? cut(other) : none(other))
        case 2: act = .revoke(none(other))
        case 3: act = admission(of: NodeID(SigningKey(random: &random).publicKey))
        case 4: act = .nameKeeper(branch: branch, node: other)
        case 5: act = .changeGrants(node: other, grants: [])
        default: act = said ?? .nameAdministrator(other)
        }
        return add(
            author, logs[below(logs.count)], act, seen: anything(),
            clock: below(2) == 0 ? 1 : nil)
    }

    private func none(_ node: NodeID) -> Cut { Cut(node: node, limits: [], heads: []) }

    /// A time in which all of them act.
    mutating func begin() {
        for _ in 0..<(4 + below(11)) {
            let roster = Roster(steps)
            let author = nodes[below(6)]
            guard !thieves.contains(author) else {
                steal([author])
                continue
            }
            guard roster.administrators.contains(author) else { continue }
            let others = nodes[0..<6].filter {
                $0 != author && !roster.principals.contains($0)
            }
            let other = others[below(others.count)]
            let act: RosterAct
            switch below(roster.isPrincipal(author) ? 5 : 3) {
            case 0: act = .nameKeeper(branch: branch, node: other)
            case 1, 2:
                guard !roster.administrators.contains(other) else { continue }
                act = .nameAdministrator(other)
            default: act = .removeAdministrator(cut(other))
            }
            add(author, 1, act, seen: heads)
        }
    }

    mutating func recover(_ number: UInt64, names: Set<NodeID>, removes: [NodeID]) -> RosterAct {
        let act = RosterAct.recover(
            Recovery(
                number: number, names: names, removals: removes.map(cut), founding: founding,
                key: key))
        add(member, 2 + number, act, seen: heads)
        return act
    }

    mutating func shuffled() -> [Roster.Step] { steps.shuffled(using: &random) }

    mutating func settle() {
        for thief in thieves { add(founder, 1, .removeAdministrator(cut(thief)), seen: heads) }
    }

    var seenByAll: [LogID: UInt64] { heads }
}

@Suite struct RosterHistoryTests {
    /// In what both judge, keep, and let count of those who were administrators.
    private func isSame(_ a: Roster, _ b: Roster, _ steps: [Roster.Step]) -> Bool {
        a.judges(as: b)
            && steps.allSatisfy {
                a.offices[$0.author] == nil || a.isVoid($0.dot) == b.isVoid($0.dot)
            }
    }

    /// Nothing that a thief writes after he was removed counts or changes what does, and no order of arrival matters.
    @Test(arguments: 0..<150 as Range<UInt64>)
    func aThiefChangesNothingAfterwards(seed: UInt64) {
        var history = RosterHistory(seed: seed)
        history.begin()
        if seed % 3 == 0 { _ = history.recover(1, names: [history.founder], removes: []) }
        history.settle()
        let before = Roster(history.steps)
        let isOut = before.administrators.isDisjoint(with: history.thieves)
        #expect(isOut)
        let known = history.steps
        // Whom a thief had named before that is one.
        let hostile =
            history.thieves
            + [history.nodes[6], history.member].filter { !before.administrators.contains($0) }
        for _ in 0..<6 {
            let held = Roster(history.steps)
            let step = history.steal(hostile)
            let after = Roster(history.steps)
            let isLikeBefore = isSame(before, after, known)
            #expect(isLikeBefore)
            // What is beyond is not folded: then it must not matter.
            switch step.act {
            case .nameAdministrator, .recover: break
            default:
                guard held.isBeyond(step.author, at: (step.dot.log, step.dot.seq)) else { break }
                let isLikeHeld = after.judges(as: held) && after.awaited == held.awaited
                #expect(isLikeHeld)
            }
        }
        let last = Roster(history.steps)
        for _ in 0..<3 {
            let other = Roster(history.shuffled())
            let isAlike = isSame(last, other, history.steps) && last.known == other.known
            #expect(isAlike)
        }
    }

    /// The same where the founder is a thief as well, and the key says who goes on; whoever says it again.
    ///
    /// The last five: who carried what the key said was named by a thief, and the order of what counts was another.
    @Test(arguments: Array(1_000..<1_145) + [10_008, 12_818, 12_924, 15_156, 15_866] as [UInt64])
    func theKeyEndsIt(seed: UInt64) {
        var history = RosterHistory(seed: seed)
        history.begin()
        if seed % 2 == 0 {
            _ = history.recover(1, names: [history.thieves[0]], removes: [])
            for _ in 0..<3 { history.steal(history.thieves) }
        }
        let all = history.thieves + [history.founder]
        let said = history.recover(2, names: [history.successor], removes: all)
        history.add(
            history.successor, 1, .nameAdministrator(history.nodes[2]), seen: history.seenByAll)
        history.add(
            history.nodes[2], 1, history.admission(of: history.nodes[7]), seen: history.seenByAll)
        let before = Roster(history.steps)
        let isSettled =
            before.administrators.isDisjoint(with: all)
            && before.principals.contains(history.successor)
        #expect(isSettled)
        // A thief whom the key had named may have put them out.
        if [2, 7].allSatisfy({ before.cuts[history.nodes[$0]] == nil }) {
            let acts = before.administrators.contains(history.nodes[2])
            let isIn = before.isMember(history.nodes[7])
            #expect(acts && isIn)
        }
        let known = history.steps
        let hostile = all + [history.nodes[6]].filter { !before.administrators.contains($0) }
        for _ in 0..<8 { history.steal(hostile, also: said) }
        let after = Roster(history.steps)
        let isLikeBefore = isSame(before, after, known)
        let other = Roster(history.shuffled())
        let isAlike = isSame(after, other, history.steps) && after.known == other.known
        #expect(isLikeBefore && isAlike)
    }
}
