import Testing

@testable import Books
@testable import Engine
@testable import Gossip
@testable import Replica
@testable import Sodium
@testable import Store

/// A member that is out of its mind: its messages come cut, longer, flipped, twice, out of order, or
/// not at all. The channel would refuse most of it; the engine must not depend on that.
@Suite struct HostileTests {
    @Test(arguments: 0..<12)
    func badMessagesCostALinkAndNothingElse(seed: UInt64) throws {
        let network = try TestNetwork.company(["gz"], seed: 200 + seed)
        try network["hz"].perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        var random = SeededRandom(seed: seed)
        var kept: [[UInt8]] = []
        network.tamper = { message in
            switch random.next() % 12 {
            case 0: return []
            case 1: return [message, message]
            case 2: return [Array(message.prefix(Int(random.next() % UInt64(message.count))))]
            case 3: return [message + random.bytes(1 + Int(random.next() % 9))]
            case 4:
                var flipped = message
                flipped[Int(random.next() % UInt64(message.count))] ^= 1 << UInt8(random.next() % 8)
                return [flipped]
            case 5:
                kept.append(message)
                return []
            case 6: return kept.popLast().map { [message, $0] } ?? [message]
            default: return [message]
            }
        }
        for number in 0..<30 {
            for name in ["hz", "gz"] {
                try network[name].perform(
                    .sell(
                        Details(memo: "\(number)"), [Line(item: "TEA", quantity: "1")],
                        tender: "cash"))
            }
            network.run(milliseconds: 2_000)
        }
        network.tamper = nil
        network.run(milliseconds: 400_000)
        let rows = try network["hz"].report(.digests).rows
        #expect(try network["gz"].report(.digests).rows == rows, "seed \(seed)")
        for name in ["hz", "gz"] {
            #expect(try network.verify(name).isSound, "seed \(seed)")
            // A flipped hash is what a fork looks like: it is told, may cost an incarnation, and stops nothing.
            #expect(
                try network[name].report(.exceptions).rows.allSatisfy {
                    [.text("shortage"), .text("fork"), .text("count needed")].contains($0[0])
                }, "seed \(seed)")
        }
    }

    /// A mark that joins the slash before it hides no name: by every name of which not everybody may speak it is void, from
    /// whoever writes it and wherever.
    @Test func aMarkBehindASlashHidesNothing() throws {
        let network = try TestNetwork.company(["gz"], seed: 97)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .journal(
                Details(date: "2026-11-05"),
                [
                    JournalLine(account: "expense/rent", amount: "1.00"),
                    JournalLine(account: "bank/main", amount: "-1.00"),
                ]))
        network.settle()
        let names = [
            "close/HZa-E-2026-000099", "seal/2026-11-10", "match/HZa-N-2026-000001",
            "invoice/HZa-I-2026-000001", "debt/HZa-J-2026-000009", "clearing/HZa-P-2026-000001",
            "bank/HZ/main/2026-11", "audit/HZ/2026-11", "free/HZ", "figures/HZ/2026-11",
            "order/HZa-D-2026-000001", "charge/HZa-J-2026-000001", "count/HZa-C-2026-000001",
            "shift/HZa-H-2026-000001", "reclaim/HZa-Y-2026-000001",
            "refund/HZa-A-2026-000001", "transfer/HZa-T-2026-000001", "task/HZa-L-2026-000001",
            "notice/HZa-Z-2026-000001", "talk/HZa-S-2026-000001",
        ]
        let day = try #require(Day("2026-11-18"))
        let events = names.map { name in
            let slash = name.firstIndex(of: "/") ?? name.endIndex
            let marked = name[...slash] + "\u{301}" + name[name.index(after: slash)...]
            return Event(
                entity: String(marked), kind: "opened", person: "Eve", effectiveDate: day,
                fields: [.init("through", .text("2099-12-31"))])
        }
        for event in events {
            #expect(event.matter == .nothing && event.opens == nil, "\(event.entity)")
        }
        let engine = gz.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.board, events.map { .append($0) })], at: gz.now)
            try engine.author?.seal(in: engine.store)
        }
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let voids = try node.report(.status).facts.first { $0.key == "voids" }?.value
            #expect(voids == .integer(Int64(names.count)))
            #expect(try node.report(.periods(branch: nil)).rows.isEmpty)
            #expect(try node.report(.seals).rows.isEmpty)
        }
        try hz.perform(
            .journal(
                Details(date: "2026-11-05"),
                [
                    JournalLine(account: "expense/rent", amount: "1.00"),
                    JournalLine(account: "bank/main", amount: "-1.00"),
                ]))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }
}
