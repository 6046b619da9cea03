package import Replica

/// What branches earned on each other by prices of transfers, and where it is: in goods that are on their way, in goods
/// that another branch still has, or earned for good by who sold them (未实现内部利润).
///
/// Of one item and a set of branches. Facts go by their day in the ledger, so that a closed day never changes. A pool's
/// profit is shared by quantity between what leaves and what stays; what comes and goes beside transfers acts by
/// month: what came at its beginning, what left at its end, as an average of the month has it.
/// Law: what is on its way, in pools and earned is all that was charged beyond cost, to the cent.
package struct TransferProfit: Sendable {
    /// Goods or profit at one place in time.
    package enum Fact: Hashable, Sendable {
        /// Goods left `from` for `to` on a shipment.
        case shipped(DocumentNumber, from: BranchCode, to: BranchCode, Int128)
        /// The receiver took up goods of a shipment.
        case arrived(DocumentNumber, at: BranchCode, Int128)
        /// They are the sender's again.
        case cameBack(DocumentNumber, at: BranchCode, Int128)
        /// They are gone, and were the sender's.
        case lost(DocumentNumber, at: BranchCode, Int128)
        /// Charged beyond cost for goods of a shipment.
        case earned(DocumentNumber, by: BranchCode, Int128)
        /// Taken back of that, for goods that the sender has again, or that are lost.
        case unearned(by: BranchCode, areLost: Bool, Int128)
        /// A month begins: what comes to a branch in it beside transfers.
        case came(BranchCode, Int128)
        /// A month ends: what left a branch in it beside transfers, less what customers brought back.
        case left(BranchCode, Int128)
    }

    private struct Pool {
        var quantity = Int128(0)
        var profit = Int128(0)
        /// What left beside transfers, and what was earned on it: some of it may come back.
        var sold = Int128(0)
        var soldProfit = Int128(0)
    }

    private struct Transit {
        var shipped = Int128(0)
        var left = Int128(0)
        var profit = Int128(0)
        var receiver: BranchCode?
        /// What arrived by clocks before it was shipped.
        var waiting: [Fact] = []
    }

    private let branches: Set<BranchCode>
    private var pools: [BranchCode: Pool] = [:]
    private var transits: [DocumentNumber: Transit] = [:]
    /// What is earned for good, by the branch that let the goods go.
    package private(set) var realised: [BranchCode: Int128] = [:]
    /// What is earned for good, as goods left for a branch that is none of these.
    package var sentOut: Int128 {
        transits.values.reduce(goneOut) { isOut($1) ? $0 + $1.profit : $0 }
    }

    private var goneOut = Int128(0)

    package init(of branches: Set<BranchCode>) { self.branches = branches }

    /// What is in the goods that a branch has.
    package var held: [BranchCode: Int128] {
        pools.mapValues(\.profit).filter { $0.value != 0 }
    }

    /// What is in goods on their way, or in dispute.
    package var onItsWay: Int128 {
        transits.values.reduce(0) { isOut($1) ? $0 : $0 + $1.profit }
    }

    /// Does it go to a branch that is none of these?
    private func isOut(_ transit: Transit) -> Bool {
        transit.receiver.map { !branches.contains($0) } ?? false
    }

    package mutating func apply(_ fact: Fact) {
        switch fact {
        case .shipped(let number, let from, let to, let quantity):
            ship(number, from: from, to: to, quantity)
        case .arrived(let number, let branch, let quantity),
            .cameBack(let number, let branch, let quantity),
            .lost(let number, let branch, let quantity):
            guard transits[number]?.receiver != nil else {
                transits[number, default: Transit()].waiting.append(fact)
                return
            }
            let profit = takeOff(number, quantity)
            if case .lost = fact {
                realised[branch, default: 0] += profit
            } else {
                add(quantity, profit, to: branch)
            }
        case .earned(let number, let branch, let profit): earn(number, by: branch, profit)
        case .unearned(let branch, let areLost, let profit):
            if areLost {
                realised[branch, default: 0] += profit
            } else {
                add(0, profit, to: branch)
            }
        case .came(let branch, let quantity): add(quantity, 0, to: branch)
        case .left(let branch, let quantity):
            if quantity < 0 { comeBack(-quantity, to: branch) } else { sell(quantity, at: branch) }
        }
    }

    private mutating func sell(_ quantity: Int128, at branch: BranchCode) {
        let profit = take(quantity, from: branch)
        realised[branch, default: 0] += profit
        pools[branch]?.sold += quantity
        pools[branch]?.soldProfit += profit
    }

    /// More came back in a month than left in it: it brings its share of what was earned on all that left.
    private mutating func comeBack(_ quantity: Int128, to branch: BranchCode) {
        var profit = Int128(0)
        if var pool = pools[branch], pool.sold > 0 {
            let count = min(quantity, pool.sold)
            profit =
                count == pool.sold
                ? pool.soldProfit : Self.share(pool.soldProfit, count, of: pool.sold)
            pool.sold -= count
            pool.soldProfit -= profit
            pools[branch] = pool
        }
        realised[branch, default: 0] -= profit
        add(quantity, profit, to: branch)
    }

    private mutating func ship(
        _ number: DocumentNumber, from: BranchCode, to: BranchCode, _ quantity: Int128
    ) {
        let profit = take(quantity, from: from)
        var transit = transits[number] ?? Transit()
        transit.shipped += quantity
        transit.left += quantity
        transit.profit += profit
        transit.receiver = to
        let waiting = transit.waiting
        transit.waiting = []
        transits[number] = transit
        for fact in waiting { apply(fact) }
    }

    /// What was said of a price after some of the goods had come is in these as well.
    private mutating func earn(_ number: DocumentNumber, by branch: BranchCode, _ profit: Int128) {
        var transit = transits[number] ?? Transit()
        let stays =
            transit.shipped > 0
            ? Self.share(profit, max(transit.left, 0), of: transit.shipped) : profit
        transit.profit += stays
        transits[number] = transit
        guard profit != stays else { return }
        // Of what came, what is still there can be no more than what its branch has.
        let (to, rest) = (transit.receiver ?? branch, profit - stays)
        let came = transit.shipped - max(transit.left, 0)
        let here = min(max(pools[to]?.quantity ?? 0, 0), came)
        let held = branches.contains(to) ? Self.share(rest, here, of: came) : rest
        add(0, held, to: to)
        guard held != rest else { return }
        realised[to, default: 0] += rest - held
        pools[to]?.soldProfit += rest - held
    }

    /// The last units take all that is left.
    private mutating func takeOff(_ number: DocumentNumber, _ quantity: Int128) -> Int128 {
        guard var transit = transits[number] else { return 0 }
        let profit =
            quantity >= transit.left
            ? transit.profit : Self.share(transit.profit, quantity, of: transit.left)
        transit.left -= min(quantity, transit.left)
        transit.profit -= profit
        transits[number] = transit
        return profit
    }

    /// Goods that cover a shortage were sold before they came.
    private mutating func add(_ quantity: Int128, _ profit: Int128, to branch: BranchCode) {
        guard branches.contains(branch) else {
            goneOut += profit
            return
        }
        var pool = pools[branch] ?? Pool()
        var sold = Int128(0)
        if pool.quantity < 0, quantity > 0 {
            let covered = min(-pool.quantity, quantity)
            sold = covered == quantity ? profit : Self.share(profit, covered, of: quantity)
        }
        pool.quantity += quantity
        pool.profit += profit - sold
        // Nothing is held where there are no goods.
        if pool.quantity <= 0 {
            sold += pool.profit
            pool.profit = 0
        }
        pools[branch] = pool
        if sold != 0 { realised[branch, default: 0] += sold }
    }

    private mutating func take(_ quantity: Int128, from branch: BranchCode) -> Int128 {
        guard branches.contains(branch) else { return 0 }
        var pool = pools[branch] ?? Pool()
        let profit =
            quantity >= pool.quantity
            ? pool.profit
            : quantity <= 0 ? 0 : Self.share(pool.profit, quantity, of: pool.quantity)
        pool.quantity -= quantity
        pool.profit -= profit
        pools[branch] = pool
        return profit
    }

    /// Rounded half away from zero. Figures that no business has have no share.
    private static func share(_ value: Int128, _ part: Int128, of whole: Int128) -> Int128 {
        guard let value = Int64(exactly: value), let part = Int64(exactly: part),
            let whole = Int64(exactly: whole), whole > 0,
            let share = try? Amount.share(value, part, of: whole)
        else { return 0 }
        return Int128(share)
    }
}
