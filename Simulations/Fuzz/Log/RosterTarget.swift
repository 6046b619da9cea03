import Sodium

@testable import Replica

/// Acts of an administrator, and of whoever takes himself for one, and the roster they fold into.
struct RosterTarget: FuzzTarget {
    static let name = "roster"

    private let company: Company
    /// What an honest founder said before.
    private let known: [Roster.Step]

    init() throws {
        let company = try Company()
        self.company = company
        known = company.acts.enumerated().map { number, act in
            Roster.Step(
                time: HybridTime(raw: UInt64(number)), author: company.node(0),
                dot: Dot(log: LogID(.zero), seq: 0, index: UInt32(number)), act: act)
        }
    }

    func run(_ input: [UInt8]) {
        var input = Input(input)
        var steps: [Roster.Step] = []
        while !input.isAtEnd, steps.count < 256 {
            let author = company.node(input.choice(3))
            let time = HybridTime(raw: input.number())
            let bytes = input.blob()
            guard let act = try? RosterAct(bytes: bytes) else { continue }
            law(act.bytes == bytes, "\(act) has a second spelling")
            steps.append(
                Roster.Step(
                    time: time, author: author,
                    dot: Dot(log: LogID(.zero), seq: UInt64(steps.count + 1), index: 0), act: act,
                    // All of them say that they have seen all before.
                    seen: [
                        RosterHead(
                            log: LogID(.zero), seq: UInt64(steps.count),
                            hash: Array(Digest.zero.bytes.prefix(EntryHeader.referenceBytes)))
                    ]))
        }
        for all in [steps, known + steps] {
            let (forward, backward) = (Roster(all), Roster(all.reversed()))
            law(forward.nodes == backward.nodes, "members depend on the order of arrival")
            law(forward.cuts == backward.cuts, "cuts depend on the order of arrival")
            law(
                forward.administrators == backward.administrators,
                "administrators depend on the order of arrival")
            law(forward.holders == backward.holders, "holders depend on the order of arrival")
        }
    }

    func seeds() -> [[UInt8]] {
        let cut = Cut(
            node: company.node(0), limits: [],
            heads: [.init(log: LogID(.zero), head: Head(seq: 2, hash: .zero))])
        let more: [RosterAct] = [
            .nameAdministrator(company.node(1)), .removeAdministrator(cut), .revoke(cut),
        ]
        let single = (company.acts + more).map { act in
            Script.bytes {
                $0.byte(0)
                $0.number(9)
                $0.blob(act.bytes)
            }
        }
        return single + [single.flatMap { $0 }]
    }
}
