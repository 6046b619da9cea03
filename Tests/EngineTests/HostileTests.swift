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
}
