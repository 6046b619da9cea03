package import Replica

/// What branches earned on each other by prices of transfers, and where it is: in goods that are on their way, in goods
/// that another branch still has, or earned for good by who sold them (未实现内部利润).
///
/// Of a set of branches. What is made of goods has what was earned on them, all of it: an item is made of several, and not
/// several of one. Facts go by their day in the ledger, so that a closed day never changes. A pool's
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
        /// Goods became another item, `into` by its id.
        case repacked(DocumentNumber, at: BranchCode, from: [Goods], into: Goods)
        /// They are what they were before that document.
        case unpacked(DocumentNumber)
        /// A month begins: what comes to a branch in it beside transfers.
        case came(BranchCode, Int128)
        /// A month ends: what left a branch in it beside transfers, less what customers brought back.
        case left(BranchCode, Int128)

        /// With what was earned in other money.
        package func turned(_ turn: (BranchCode, Int128) throws -> Int128) rethrows -> Fact {
            switch self {
            case .earned(let number, let branch, let profit):
                .earned(number, by: branch, try turn(branch, profit))
            case .unearned(let branch, let areLost, let profit):
                .unearned(by: branch, areLost: areLost, try turn(branch, profit))
            default: self
            }
        }
    }

    package struct Goods: Hashable, Sendable {
        package let item: Int64
        package let quantity: Int128

        package init(_ item: Int64, _ quantity: Int128) {
            self.item = item
            self.quantity = quantity
        }
    }

    /// What went along when goods became another item.
    private struct Making {
        let branch: BranchCode
        let parts: [(goods: Goods, profit: Int128)]
        let product: Goods
    }

    private struct Place: Hashable {
        let branch: BranchCode
        let item: Int64
    }

    private struct Voyage: Hashable {
        let number: DocumentNumber
        let item: Int64
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
    private var pools: [Place: Pool] = [:]
    private var transits: [Voyage: Transit] = [:]
    private var made: [DocumentNumber: Making] = [:]
    /// What was taken back by clocks before it was made.
    private var unmade: Set<DocumentNumber> = []
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
        pools.reduce(into: [BranchCode: Int128]()) { sums, pool in
            sums[pool.key.branch, default: 0] += pool.value.profit
        }.filter { $0.value != 0 }
    }

    /// What is in goods on their way, or in dispute.
    package var onItsWay: Int128 {
        transits.values.reduce(0) { isOut($1) ? $0 : $0 + $1.profit }
    }

    /// Does it go to a branch that is none of these?
    private func isOut(_ transit: Transit) -> Bool {
        transit.receiver.map { !branches.contains($0) } ?? false
    }

    /// - Parameter item: its id; a fact about several items names them itself.
    package mutating func apply(_ fact: Fact, of item: Int64 = 0) {
        switch fact {
        case .shipped(let number, let from, let to, let quantity):
            ship(Voyage(number: number, item: item), from: from, to: to, quantity)
        case .arrived(let number, let branch, let quantity),
            .cameBack(let number, let branch, let quantity),
            .lost(let number, let branch, let quantity):
            let voyage = Voyage(number: number, item: item)
            guard transits[voyage]?.receiver != nil else {
                transits[voyage, default: Transit()].waiting.append(fact)
                return
            }
            let profit = takeOff(voyage, quantity)
            if case .lost = fact {
                realised[branch, default: 0] += profit
            } else {
                add(quantity, profit, to: Place(branch: branch, item: item))
            }
        case .earned(let number, let branch, let profit):
            earn(Voyage(number: number, item: item), by: branch, profit)
        case .unearned(let branch, let areLost, let profit):
            if areLost {
                realised[branch, default: 0] += profit
            } else {
                add(0, profit, to: Place(branch: branch, item: item))
            }
        case .repacked(let number, let branch, let goods, let product):
            make(number, at: branch, of: goods, product)
        case .unpacked(let number): unmake(number)
        case .came(let branch, let quantity):
            add(quantity, 0, to: Place(branch: branch, item: item))
        case .left(let branch, let quantity):
            let place = Place(branch: branch, item: item)
            if quantity < 0 { comeBack(-quantity, to: place) } else { sell(quantity, at: place) }
        }
    }

    private mutating func sell(_ quantity: Int128, at place: Place) {
        let profit = take(quantity, from: place)
        realised[place.branch, default: 0] += profit
        pools[place]?.sold += quantity
        pools[place]?.soldProfit += profit
    }

    private mutating func make(
        _ number: DocumentNumber, at branch: BranchCode, of goods: [Goods], _ product: Goods
    ) {
        guard branches.contains(branch) else { return }
        var sum = Int128(0)
        let parts = goods.map { part in
            let profit = take(part.quantity, from: Place(branch: branch, item: part.item))
            sum += profit
            return (goods: part, profit: profit)
        }
        add(product.quantity, sum, to: Place(branch: branch, item: product.item))
        // Of two that bear one number the first is what a reversal takes back.
        guard made[number] == nil else { return }
        made[number] = Making(branch: branch, parts: parts, product: product)
        if unmade.remove(number) != nil { unmake(number) }
    }

    /// Back goes what came, as far as it is still there: what was sold is sold.
    private mutating func unmake(_ number: DocumentNumber) {
        guard let making = made.removeValue(forKey: number) else {
            unmade.insert(number)
            return
        }
        let place = Place(branch: making.branch, item: making.product.item)
        let came = making.parts.reduce(Int128(0)) { $0 + $1.profit }
        var pool = pools[place] ?? Pool()
        let isHeld = (pool.profit < 0) == (came < 0)
        let back = !isHeld ? 0 : came.magnitude <= pool.profit.magnitude ? came : pool.profit
        pool.quantity -= making.product.quantity
        pool.profit -= back
        if pool.quantity <= 0, pool.profit != 0 {
            realised[making.branch, default: 0] += pool.profit
            pool.profit = 0
        }
        pools[place] = pool
        var left = back
        for (index, part) in making.parts.enumerated() {
            let isLast = index == making.parts.count - 1
            let profit =
                back == came
                ? part.profit : isLast ? left : Self.share(back, part.profit, of: came)
            left -= profit
            add(
                part.goods.quantity, profit,
                to: Place(branch: making.branch, item: part.goods.item))
        }
        if left != 0 { realised[making.branch, default: 0] += left }
    }

    /// More came back in a month than left in it: it brings its share of what was earned on all that left.
    private mutating func comeBack(_ quantity: Int128, to place: Place) {
        var profit = Int128(0)
        if var pool = pools[place], pool.sold > 0 {
            let count = min(quantity, pool.sold)
            profit =
                count == pool.sold
                ? pool.soldProfit : Self.share(pool.soldProfit, count, of: pool.sold)
            pool.sold -= count
            pool.soldProfit -= profit
            pools[place] = pool
        }
        realised[place.branch, default: 0] -= profit
        add(quantity, profit, to: place)
    }

    private mutating func ship(
        _ voyage: Voyage, from: BranchCode, to: BranchCode, _ quantity: Int128
    ) {
        let profit = take(quantity, from: Place(branch: from, item: voyage.item))
        var transit = transits[voyage] ?? Transit()
        transit.shipped += quantity
        transit.left += quantity
        transit.profit += profit
        transit.receiver = to
        let waiting = transit.waiting
        transit.waiting = []
        transits[voyage] = transit
        for fact in waiting { apply(fact, of: voyage.item) }
    }

    /// What was said of a price after some of the goods had come is in these as well.
    private mutating func earn(_ voyage: Voyage, by branch: BranchCode, _ profit: Int128) {
        var transit = transits[voyage] ?? Transit()
        let stays =
            transit.shipped > 0
            ? Self.share(profit, max(transit.left, 0), of: transit.shipped) : profit
        transit.profit += stays
        transits[voyage] = transit
        guard profit != stays else { return }
        // Of what came, what is still there can be no more than what its branch has.
        let (to, rest) = (transit.receiver ?? branch, profit - stays)
        let came = transit.shipped - max(transit.left, 0)
        let place = Place(branch: to, item: voyage.item)
        let here = min(max(pools[place]?.quantity ?? 0, 0), came)
        let held = branches.contains(to) ? Self.share(rest, here, of: came) : rest
        add(0, held, to: place)
        guard held != rest else { return }
        realised[to, default: 0] += rest - held
        pools[place]?.soldProfit += rest - held
    }

    /// The last units take all that is left.
    private mutating func takeOff(_ voyage: Voyage, _ quantity: Int128) -> Int128 {
        guard var transit = transits[voyage] else { return 0 }
        let profit =
            quantity >= transit.left
            ? transit.profit : Self.share(transit.profit, quantity, of: transit.left)
        transit.left -= min(quantity, transit.left)
        transit.profit -= profit
        transits[voyage] = transit
        return profit
    }

    /// Goods that cover a shortage were sold before they came.
    private mutating func add(_ quantity: Int128, _ profit: Int128, to place: Place) {
        guard branches.contains(place.branch) else {
            goneOut += profit
            return
        }
        var pool = pools[place] ?? Pool()
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
        pools[place] = pool
        if sold != 0 { realised[place.branch, default: 0] += sold }
    }

    private mutating func take(_ quantity: Int128, from place: Place) -> Int128 {
        guard branches.contains(place.branch) else { return 0 }
        var pool = pools[place] ?? Pool()
        let profit =
            quantity >= pool.quantity
            ? pool.profit
            : quantity <= 0 ? 0 : Self.share(pool.profit, quantity, of: pool.quantity)
        pool.quantity -= quantity
        pool.profit -= profit
        pools[place] = pool
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
