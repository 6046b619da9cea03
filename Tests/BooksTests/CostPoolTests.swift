import Testing

@testable import Books
@testable import Replica
@testable import Sodium

/// The figures are those of the published cases named at each test; the cases themselves are to be
/// driven through the product's commands once there are any.
@Suite struct CostPoolTests {
    private let day = Day(number: 20_000)

    private func rows(
        _ moves: [CostPool.Move], _ method: CostPool.Method = .average
    ) throws -> (rows: [CostPool.Row], pool: CostPool) {
        var pool = CostPool(method)
        return (try moves.map { try pool.apply($0, day: day) }, pool)
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
        #expect(try pool.apply(.issue(quantity: 3), day: day).cost == 39_00)
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

    @Test(arguments: CostPool.Method.allCases)
    func overflowLeavesThePoolAsItWas(method: CostPool.Method) throws {
        var pool = CostPool(method)
        _ = try pool.apply(.receive(quantity: 1, value: .max), day: day)
        let before = pool
        #expect(throws: BooksError.overflow) {
            try pool.apply(.receive(quantity: 1, value: 1), day: day)
        }
        #expect(throws: BooksError.overflow) {
            try pool.apply(.issue(quantity: .max), day: day)
        }
        #expect(throws: BooksError.notPositive(0)) {
            try pool.apply(.issue(quantity: 0), day: day)
        }
        #expect(pool == before)
    }

    @Test(arguments: CostPool.Method.allCases, 0..<500 as Range<UInt64>)
    func valueIsConservedExactly(method: CostPool.Method, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var pool = CostPool(method)
        var (into, out, quantity) = (0 as Int64, 0 as Int64, 0 as Int64)
        var receipts: [String] = []
        for number in 0..<60 {
            let count = Int64(random.next() % 20) + 1
            let worth = Int64(random.next() % 100_000)
            let move: CostPool.Move
            var origin: String?
            var layers: [CostPool.Layer] = []
            switch random.next() % 6 {
            case 0, 1:
                move = .receive(quantity: count, value: worth)
                (into, quantity) = (into + worth, quantity + count)
                origin = "\(number)"
                receipts.append("\(number)")
                for _ in 0..<random.next() % 4 {
                    layers.append(
                        CostPool.Layer(
                            day: day, quantity: Int64(random.next() % 30) + 1,
                            value: Int64(random.next() % 1_000)))
                }
            case 2, 3:
                move = .issue(quantity: count)
                quantity -= count
            case 4:
                move = .sendBack(quantity: count, cost: worth)
                origin =
                    receipts.isEmpty ? nil : receipts[Int(random.next() % UInt64(receipts.count))]
                quantity -= count
            default:
                move = .revalue(by: worth - 50_000)
                into += worth - 50_000
            }
            let row = try pool.apply(move, day: day, origin: origin, layers: layers)
            out += row.cost + row.variance
            #expect(into == out + pool.value, "seed \(seed)")
            #expect(pool.quantity == quantity, "seed \(seed)")
            if pool.quantity == 0 { #expect(pool.value == 0, "seed \(seed)") }
            #expect(pool.uncosted <= max(0, -pool.quantity), "seed \(seed)")
            guard method == .fifo else { continue }
            let held = pool.layers
            #expect(held.map(\.quantity).reduce(0, +) == max(0, quantity), "seed \(seed)")
            #expect(held.allSatisfy { $0.quantity > 0 }, "seed \(seed)")
            if quantity > 0 {
                #expect(held.map(\.value).reduce(0, +) == pool.value, "seed \(seed)")
            }
        }
    }

    // MARK: First in, first out

    /// Tryton (B01): 4 at 10, 2 at 25; out 3, 1, 1.
    @Test func firstInFirstOut() throws {
        let (rows, pool) = try rows(
            [
                .receive(quantity: 4, value: 40_00), .receive(quantity: 2, value: 50_00),
                .issue(quantity: 3), .issue(quantity: 1), .issue(quantity: 1),
            ], .fifo)
        #expect(rows.map(\.cost) == [0, 0, 30_00, 10_00, 25_00])
        #expect(pool.layers == [CostPool.Layer(day: day, quantity: 1, value: 25_00)])
    }

    /// Beancount, booking_full_test (B10): 12 of 4, 5 and 6 at three prices.
    @Test func anIssueSpansLayers() throws {
        let (rows, pool) = try rows(
            [
                .receive(quantity: 4, value: 400_00), .receive(quantity: 5, value: 555_55),
                .receive(quantity: 6, value: 733_32), .issue(quantity: 12),
            ], .fifo)
        #expect(rows[3].taken.map(\.quantity) == [4, 5, 3])
        #expect(rows[3].taken.map(\.value) == [400_00, 555_55, 366_66])
        #expect(pool.layers == [CostPool.Layer(day: day, quantity: 3, value: 366_66)])
    }

    @Test func aShortageIsSquaredBeforeALayerIsMade() throws {
        let (rows, pool) = try rows(
            [
                .receive(quantity: 2, value: 20_00), .issue(quantity: 5),
                .receive(quantity: 4, value: 48_00),
            ], .fifo)
        #expect(rows[1].cost == 50_00, "three short at the last known cost of 10")
        #expect(rows[2].variance == 6_00, "three covered at 12 instead of 10")
        #expect(pool.layers == [CostPool.Layer(day: day, quantity: 1, value: 12_00)])
        #expect(pool.value == 12_00)
    }

    @Test func aReturnToTheSupplierTakesItsOwnLayer() throws {
        var pool = CostPool(.fifo)
        _ = try pool.apply(.receive(quantity: 5, value: 50_00), day: day, origin: "G1")
        _ = try pool.apply(.receive(quantity: 5, value: 100_00), day: day, origin: "G2")
        let row = try pool.apply(.sendBack(quantity: 2, cost: 40_00), day: day, origin: "G2")
        #expect(row.cost == 40_00)
        #expect(pool.layers.map(\.value) == [50_00, 60_00])
        // Of what is sold already the next goods go back.
        let more = try pool.apply(.sendBack(quantity: 4, cost: 80_00), day: day, origin: "G2")
        #expect(more.cost == 40_00)
        #expect(pool.layers.map(\.quantity) == [1, 3])
    }

    @Test func aReturnToTheSupplierLeavesNoValueBelowZero() throws {
        let (rows, pool) = try rows([
            .receive(quantity: 10, value: 10_00), .receive(quantity: 1, value: 100_00),
            .issue(quantity: 9), .sendBack(quantity: 1, cost: 100_00), .issue(quantity: 1),
        ])
        // 11 worth 110.00, 9 sold at 10.00: 2 worth 20.00 are all that can be given.
        #expect(rows[3].cost == 20_00)
        #expect(rows[4].cost == 0)
        #expect(pool.quantity == 0 && pool.value == 0)
    }

    // MARK: Layers that travel

    @Test func layersAreScaledToWhatCame() throws {
        func layer(_ quantity: Int64, _ value: Int64) -> CostPool.Layer {
            CostPool.Layer(day: day, quantity: quantity, value: value)
        }
        let sent = [layer(10, 500), layer(5, 300)]
        #expect(try CostPool.spread(layer(15, 800), over: sent) == sent)
        // A third of it: a third of each.
        #expect(
            try CostPool.spread(layer(5, 267), over: sent) == [layer(3, 167), layer(2, 100)])
        // Fewer units than layers: none is lost.
        let one = try CostPool.spread(layer(1, 9), over: [layer(1, 3), layer(1, 3), layer(1, 3)])
        #expect(one.map(\.quantity).reduce(0, +) == 1 && one.map(\.value).reduce(0, +) == 9)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func layersAreSpreadExactly(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let layers = (0..<random.next() % 6).map { _ in
            CostPool.Layer(
                day: day, quantity: Int64(random.next() % 9) + 1, value: Int64(random.next() % 100))
        }
        let whole = CostPool.Layer(
            day: day, quantity: Int64(random.next() % 40) + 1, value: Int64(random.next() % 500))
        let parts = try CostPool.spread(whole, over: layers)
        #expect(parts.map(\.quantity).reduce(0, +) == whole.quantity, "seed \(seed)")
        #expect(parts.map(\.value).reduce(0, +) == whole.value, "seed \(seed)")
        #expect(parts.allSatisfy { $0.quantity > 0 }, "seed \(seed)")
        let text = CostPool.Layer.text(parts)
        #expect(CostPool.Layer.layers(text) == parts, "seed \(seed)")
    }

    @Test func aLongListOfLayersKeepsItsSums() throws {
        let layers = (0..<2_000).map {
            CostPool.Layer(day: Day(number: Int32($0)), quantity: 1, value: Int64($0))
        }
        let text = CostPool.Layer.text(layers)
        #expect(text.utf8.count <= Value.bytesMax)
        let read = try #require(CostPool.Layer.layers(text))
        #expect(read.map(\.quantity).reduce(0, +) == 2_000)
        #expect(read.map(\.value).reduce(0, +) == 1_999_000)
        for text in ["1,2", "1,0,5;", "1,-1,5;", "9999999,1,1;", "a,1,1;", "1,1,1,1;"] {
            #expect(CostPool.Layer.layers(text) == nil, "\(text)")
        }
    }
}
