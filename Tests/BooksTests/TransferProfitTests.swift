import Testing

@testable import Books
@testable import Replica
@testable import Sodium

@Suite struct TransferProfitTests {
    private static let codes = ["HZ", "GZ", "SH"].compactMap { BranchCode($0) }

    private func number(_ branch: BranchCode, _ running: UInt64) throws -> DocumentNumber {
        DocumentNumber(
            series: try #require(Series(branch: branch, letters: "a")), kind: .shipment, year: 2026,
            running: running)
    }

    /// What is charged beyond cost is on its way, held, earned or gone, whatever happens to the goods, and in whatever
    /// order the clocks put it.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func nothingIsLost(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var facts: [TransferProfit.Fact] = []
        var charged = Int128(0)
        for running in 1...40 as ClosedRange<UInt64> {
            let bytes = random.bytes(6)
            let from = Self.codes[Int(bytes[0]) % 3]
            let to = Self.codes[(Int(bytes[0]) + 1 + Int(bytes[1]) % 2) % 3]
            let number = try number(from, running)
            let quantity = Int128(bytes[2] % 50) + 1
            facts.append(.came(from, Int128(bytes[3] % 60)))
            facts.append(.shipped(number, from: from, to: to, quantity))
            let profit: Int128 = Int128(bytes[4]) * Int128(7) - Int128(300)
            facts.append(.earned(number, by: from, profit))
            charged += profit
            let part: Int128 = quantity / (Int128(bytes[5] % 3) + 1)
            let rest: Int128 = quantity - part
            let back: Int128 = Int128(0) - profit / 2
            facts.append(.arrived(number, at: to, part))
            if bytes[5] & 64 != 0 { facts.append(.cameBack(number, at: from, rest)) }
            if bytes[5] & 128 != 0 { facts.append(.lost(number, at: from, rest)) }
            if bytes[5] & 32 != 0 {
                facts.append(.unearned(by: from, areLost: bytes[5] & 128 != 0, back))
                charged += back
            }
            let left: Int128 = Int128(bytes[1] % 40) - 5
            facts.append(.left(to, left))
            if bytes[2] & 1 != 0 {
                let made = try self.number(to, running + 100)
                facts.append(
                    .repacked(
                        made, at: to, from: [.init(0, Int128(bytes[3] % 20) + 1)],
                        into: .init(1, Int128(bytes[4] % 5) + 1)))
                if bytes[3] & 3 == 0 { facts.append(.unpacked(made)) }
            }
        }
        for place in facts.indices.reversed() where place > 0 {
            let other = Int(random.bytes(1)[0]) % (place + 1)
            if random.bytes(1)[0] < 60 { facts.swapAt(place, other) }
        }
        for count in [2, 3] {
            let branches = Set(Self.codes.prefix(count))
            var profit = TransferProfit(of: branches)
            var earned = Int128(0)
            for fact in facts {
                // What a set of branches charged others is none of its own.
                switch fact {
                case .earned(let number, let by, let amount):
                    guard branches.contains(by), count == 3 || number.running % 2 == 0 else {
                        continue
                    }
                    earned += amount
                case .unearned(let by, _, let amount):
                    guard branches.contains(by), count == 3 else { continue }
                    earned += amount
                default: break
                }
                profit.apply(fact)
            }
            var sum: Int128 = profit.onItsWay + profit.sentOut
            for amount in profit.held.values { sum += amount }
            for amount in profit.realised.values { sum += amount }
            #expect(sum == earned, "seed \(seed)")
            if count == 3 { #expect(earned == charged) }
        }
    }

    /// Five of ten units with 10 of profit are sold before five come with none: a half is earned, and no more.
    @Test func partsGoByQuantity() throws {
        let (hz, gz) = (Self.codes[0], Self.codes[1])
        var profit = TransferProfit(of: [hz, gz])
        let first = try number(hz, 1)
        for fact: TransferProfit.Fact in [
            .came(hz, 20), .shipped(first, from: hz, to: gz, 10), .earned(first, by: hz, 10),
            .arrived(first, at: gz, 10), .left(gz, 5), .came(gz, 5),
        ] { profit.apply(fact) }
        #expect(profit.held == [gz: 5] && profit.realised == [gz: 5])
        // On to somebody else: what goes along is that part.
        let second = try number(gz, 2)
        profit.apply(.shipped(second, from: gz, to: hz, 4))
        #expect(profit.onItsWay == 2 && profit.held == [gz: 3])
        // The last units take the rest.
        profit.apply(.arrived(second, at: hz, 3))
        profit.apply(.lost(second, at: gz, 1))
        #expect(profit.onItsWay == 0 && profit.held == [gz: 3, hz: 2])
    }

    /// What is charged later for goods that are mostly sold is mostly earned.
    @Test func aLatePriceFollowsTheGoods() throws {
        let (hz, gz) = (Self.codes[0], Self.codes[1])
        var profit = TransferProfit(of: [hz, gz])
        let first = try number(hz, 1)
        for fact: TransferProfit.Fact in [
            .came(hz, 1_000), .shipped(first, from: hz, to: gz, 1_000),
            .earned(first, by: hz, 100_000), .arrived(first, at: gz, 1_000), .left(gz, 999),
            .earned(first, by: hz, 10_000),
        ] { profit.apply(fact) }
        #expect(profit.held == [gz: 110] && profit.realised == [gz: 109_890])
        // Sold in one month and back in another, all of it.
        profit.apply(.left(gz, -999))
        #expect(profit.held == [gz: 110_000] && profit.realised == [gz: 0])
    }

    /// Four units with 8 of profit and two of another item with 3 become one box: it has 11, as long as it is there.
    @Test func whatIsMadeHasWhatItsPartsHad() throws {
        let (hz, gz) = (Self.codes[0], Self.codes[1])
        let (first, second, box) = (try number(hz, 1), try number(hz, 2), try number(gz, 1))
        func begin() -> TransferProfit {
            var profit = TransferProfit(of: [hz, gz])
            for (item, shipment, quantity, earned) in [(1, first, 8, 16), (2, second, 2, 3)]
                as [(Int64, DocumentNumber, Int128, Int128)]
            {
                profit.apply(.came(hz, quantity), of: item)
                profit.apply(.shipped(shipment, from: hz, to: gz, quantity), of: item)
                profit.apply(.earned(shipment, by: hz, earned), of: item)
                profit.apply(.arrived(shipment, at: gz, quantity), of: item)
            }
            return profit
        }
        let making = TransferProfit.Fact.repacked(
            box, at: gz, from: [.init(1, 4), .init(2, 2)], into: .init(3, 1))
        var profit = begin()
        profit.apply(making)
        #expect(profit.held == [gz: 19] && profit.realised == [:])
        // What is left of the first item has 8, and the box 11.
        profit.apply(.left(gz, 4), of: 1)
        #expect(profit.held == [gz: 11] && profit.realised == [gz: 8])
        // It goes on as a whole, and is sold by the other.
        let third = try number(gz, 2)
        profit.apply(.shipped(third, from: gz, to: hz, 1), of: 3)
        #expect(profit.onItsWay == 11)
        profit.apply(.arrived(third, at: hz, 1), of: 3)
        profit.apply(.left(hz, 1), of: 3)
        #expect(profit.realised == [gz: 8, hz: 11] && profit.held == [:])
        // Taken back, all is as it was, in whatever order the two are heard of.
        for order in [[making, .unpacked(box)], [.unpacked(box), making]] {
            var again = begin()
            for fact in order { again.apply(fact) }
            again.apply(.left(gz, 2), of: 2)
            #expect(again.held == [gz: 16] && again.realised == [gz: 3])
        }
        // Of two boxes one was sold before: what it had is earned.
        var sold = begin()
        sold.apply(.repacked(box, at: gz, from: [.init(1, 8), .init(2, 2)], into: .init(3, 2)))
        sold.apply(.left(gz, 1), of: 3)
        sold.apply(.unpacked(box))
        let held = sold.held[gz] ?? 0
        #expect(held + (sold.realised[gz] ?? 0) == 19 && held < 19)
    }

    /// What another company sends back is held again.
    @Test func whatComesBackFromOutsideIsHeld() throws {
        let (hz, gz, sh) = (Self.codes[0], Self.codes[1], Self.codes[2])
        var profit = TransferProfit(of: [hz, gz])
        let (first, second) = (try number(gz, 1), try number(hz, 1))
        for fact: TransferProfit.Fact in [
            .came(gz, 10), .shipped(first, from: gz, to: hz, 10), .earned(first, by: gz, 10),
            .arrived(first, at: hz, 10), .shipped(second, from: hz, to: sh, 10),
        ] { profit.apply(fact) }
        #expect(profit.sentOut == 10 && profit.onItsWay == 0 && profit.held == [:])
        profit.apply(.arrived(second, at: sh, 4))
        profit.apply(.cameBack(second, at: hz, 6))
        #expect(profit.sentOut == 4 && profit.held == [hz: 6])
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func theTaxInAPriceIsTheTaxOnIt(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let bytes = random.bytes(12)
            var net = Int64(0)
            for byte in bytes[0..<5] { net = net << 8 | Int64(byte) }
            var rate = Int64(0)
            for byte in bytes[5..<8] { rate = rate << 8 | Int64(byte) }
            rate %= 1_000_001
            let price = TransferPrice(.value(net), taxMillionths: rate)
            let tax = try price.tax(on: price.net(cost: 0))
            #expect(try price.tax(in: net + tax) == tax, "\(net) at \(rate)")
        }
    }

    @Test func rulesAreReadAndShown() throws {
        for (text, shown) in [
            ("cost", "cost"), ("cost+10%", "cost+10.0000%"), ("cost+0%", "cost"),
            ("list:South and East", "list:South and East"),
        ] {
            let rule = try TransferRule(asked: text)
            #expect(rule.shown == shown && TransferRule(rule.text) == rule)
        }
        for text in ["", "cost+", "cost+10", "cost+-1%", "cost+9901%", "list:", "price", "cost+1"] {
            #expect(throws: (any Error).self, "\(text)") { try TransferRule(asked: text) }
        }
        #expect(TransferRule("cost+99000001") == nil && TransferRule("cost+-1") == nil)
    }
}
