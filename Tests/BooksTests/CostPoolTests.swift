import Testing

@testable import Books
@testable import Sodium

/// The figures are those of the published cases named at each test; the cases themselves are to be
/// driven through the product's commands once there are any.
@Suite struct CostPoolTests {
    private func rows(_ moves: [CostPool.Move]) throws -> (rows: [CostPool.Row], pool: CostPool) {
        var pool = CostPool()
        return (try moves.map { try pool.apply($0) }, pool)
    }

    /// Odoo, test_average_perpetual_1 (A04): the last issue takes the exact remainder.
    @Test func textbookRunWithRounding() throws {
        let (rows, pool) = try rows([
            .receive(quantity: 60, value: 900_00), .receive(quantity: 140, value: 2170_00),
            .issue(quantity: 190), .receive(quantity: 70, value: 1120_00),
            .issue(quantity: 30), .issue(quantity: 50),
        ])
        #expect(rows.map(\.cost) == [0, 0, 2916_50, 0, 477_56, 795_94])
        #expect(pool.quantity == 0 && pool.value == 0)
    }

    /// metasfresh (A09): an invoice of 130 for a receipt of 100 acts at the receipt's place.
    @Test func aLateDifferenceFollowsTheGoods() throws {
        let before = try rows([.receive(quantity: 10, value: 100_00), .issue(quantity: 7)])
        let after = try rows([.receive(quantity: 10, value: 130_00), .issue(quantity: 7)])
        #expect(before.rows[1].cost == 70_00 && before.pool.value == 30_00)
        #expect(after.rows[1].cost - before.rows[1].cost == 21_00)
        #expect(after.pool.value - before.pool.value == 9_00)
        var pool = after.pool
        #expect(try pool.apply(.issue(quantity: 3)).cost == 39_00)
        #expect(pool.value == 0)
    }

    /// ERPNext, test_transfer_invariants (C07): 1,728 of 20,000 kg worth 3,130,520.00.
    @Test func anAwkwardUnitCostLosesNothing() throws {
        let (rows, pool) = try rows([
            .receive(quantity: 20_000, value: 3_130_520_00), .issue(quantity: 1_728),
        ])
        #expect(rows[1].cost == 270_476_93)
        #expect(pool.value == 3_130_520_00 - 270_476_93)
    }

    /// Tryton (A01): receipts, then revaluations by a factor.
    @Test func revaluation() throws {
        let (_, pool) = try rows([
            .receive(quantity: 1, value: 100_00), .receive(quantity: 3, value: 600_00),
            .revalue(by: -140_00), .revalue(by: 56_00),
        ])
        #expect(pool.value == 4 * 154_00 && pool.quantity == 4)
    }

    @Test func aShortageIsSquaredByTheReceiptThatCoversIt() throws {
        let (rows, pool) = try rows([
            .receive(quantity: 2, value: 20_00), .issue(quantity: 5),
            .receive(quantity: 1, value: 14_00), .receive(quantity: 4, value: 48_00),
        ])
        #expect(rows[1].cost == 50_00, "three short at the last known cost of 10")
        #expect(rows[2].variance == 4_00)
        #expect(rows[3].variance == 4_00, "two covered at 12 instead of 10")
        #expect(pool.quantity == 2 && pool.value == 24_00)
    }

    /// Seed 111 of the simulator: two were sold before any cost was known, one was found at 2.50, one
    /// came back without a cost; what was shipped then went out for nothing.
    @Test func goodsOfUnknownCostDoNotMakeThemFree() throws {
        let (rows, pool) = try rows([
            .issue(quantity: 2), .receive(quantity: 1, value: 2_50),
            .receive(quantity: 1, value: 0), .issue(quantity: 5),
        ])
        #expect(rows[3].cost == 12_50 && rows[3].uncosted == 0)
        #expect(pool.quantity == -5 && pool.value == -12_50)
    }

    @Test func goodsThatNeverCameAreUncosted() throws {
        let (rows, pool) = try rows([
            .issue(quantity: 3), .issue(quantity: 2), .receive(quantity: 6, value: 60_00),
        ])
        #expect(rows[0] == CostPool.Row(uncosted: 3))
        #expect(rows[1] == CostPool.Row(uncosted: 2))
        #expect(rows[2].variance == 50_00)
        #expect(pool.uncosted == 0 && pool.quantity == 1 && pool.value == 10_00)
    }

    @Test func overflowLeavesThePoolAsItWas() throws {
        var pool = CostPool()
        _ = try pool.apply(.receive(quantity: 1, value: .max))
        let before = pool
        #expect(throws: BooksError.overflow) { try pool.apply(.receive(quantity: 1, value: 1)) }
        #expect(throws: BooksError.overflow) { try pool.apply(.issue(quantity: .max)) }
        #expect(throws: BooksError.notPositive(0)) { try pool.apply(.issue(quantity: 0)) }
        #expect(pool == before)
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func valueIsConservedExactly(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var pool = CostPool()
        var (into, out, quantity) = (0 as Int64, 0 as Int64, 0 as Int64)
        for _ in 0..<60 {
            let count = Int64(random.next() % 20) + 1
            let worth = Int64(random.next() % 100_000)
            let move: CostPool.Move
            switch random.next() % 5 {
            case 0, 1:
                move = .receive(quantity: count, value: worth)
                (into, quantity) = (into + worth, quantity + count)
            case 2, 3:
                move = .issue(quantity: count)
                quantity -= count
            default:
                move = .revalue(by: worth - 50_000)
                into += worth - 50_000
            }
            let row = try pool.apply(move)
            out += row.cost + row.variance
            #expect(into == out + pool.value, "seed \(seed)")
            #expect(pool.quantity == quantity, "seed \(seed)")
            if pool.quantity == 0 { #expect(pool.value == 0, "seed \(seed)") }
            #expect(pool.uncosted <= max(0, -pool.quantity), "seed \(seed)")
        }
    }
}
