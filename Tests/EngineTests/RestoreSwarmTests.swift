import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Backups of one branch are put back at any time, with and without a mark, old keys or new, and the
/// branch trades whether anybody is there or not.
@Suite struct RestoreSwarmTests {
    /// A copy of the branch's disk, and what it has acknowledged.
    private struct Copy {
        let node: TestNode
        var memos: Set<String>
    }

    private func memos(_ node: TestNode) throws -> [String] {
        try node.engine.store.access {
            try String.fetchAll($0, sql: "SELECT memo FROM document WHERE memo IS NOT NULL")
        }
    }

    /// The first seven seeds lost documents once: another copy's commits were taken for our own.
    ///
    /// Law: what a copy acknowledged is, once that copy has met a peer, at every peer, and once.
    @Test(arguments: [37, 72, 87, 150, 154, 159, 169] + (200..<209))
    func nothingThatWasAcknowledgedIsLostOrDoubled(seed: UInt64) throws {
        let network = try CopyTests.company(["gz", "sh"], seed: 300 + seed)
        var random = SeededRandom(seed: seed)
        var current = Copy(node: try network["gz"], memos: [])
        var backups: [Copy] = []
        var isOnline = true
        var number = 0
        var safe: Set<String> = []
        for step in 0..<24 {
            switch random.next() % 6 {
            case 0, 1:
                for _ in 0...(random.next() % 3) {
                    number += 1
                    let memo = "seed \(seed) sale \(number)"
                    try current.node.perform(
                        .sell(
                            Details(memo: memo), [Line(item: "TEA", quantity: "1")],
                            tender: "cash"))
                    current.memos.insert(memo)
                }
            case 2:
                try current.node.perform(
                    .setItem(ItemChange(code: "TEA", price: "\(1 + number).00")))
            case 3:
                backups.append(
                    Copy(
                        node: try TestNode(
                            copying: current.node, seed: 1_000 * seed + UInt64(step),
                            mark: current.node.mark), memos: current.memos))
            case 4:
                guard let backup = backups.randomElement(using: &random) else { continue }
                let hasMark = random.next() % 2 == 0
                let hasKeys = random.next() % 2 == 0
                let restored = try TestNode(
                    copying: backup.node, seed: 1_000 * seed + 500 + UInt64(step),
                    credentials: hasKeys ? current.node.engine.credentials : nil,
                    mark: hasMark ? current.node.mark : nil)
                set(&isOnline, false, network)
                network.replace("gz", with: restored)
                current = Copy(node: restored, memos: backup.memos)
            default: set(&isOnline, !isOnline, network)
            }
            network.run(milliseconds: isOnline ? 90_000 : 1_000)
            guard isOnline else { continue }
            safe.formUnion(current.memos)
            for name in ["hz", "sh"] {
                let there = try memos(try network[name])
                #expect(Set(there).isSuperset(of: safe), "seed \(seed) step \(step) at \(name)")
                #expect(Set(there).count == there.count, "seed \(seed) step \(step) at \(name)")
            }
        }
        set(&isOnline, true, network)
        network.run(milliseconds: 300_000)
        #expect(try network.digests().count == 1, "seed \(seed)")
        for name in ["hz", "gz", "sh"] {
            #expect(try network.verify(name).isSound, "seed \(seed) at \(name)")
            let kinds = try CopyTests.kinds(try network[name])
            #expect(kinds.isDisjoint(with: ["fork", "void", "half a document"]), "seed \(seed)")
        }
    }

    private func set(_ isOnline: inout Bool, _ next: Bool, _ network: TestNetwork) {
        guard isOnline != next else { return }
        isOnline = next
        for other in ["hz", "sh"] {
            if next { network.mend("gz", other) } else { network.sever("gz", other) }
        }
        network.settle()
    }
}
