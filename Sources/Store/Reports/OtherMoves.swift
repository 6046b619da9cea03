import Books
import GRDB
import Replica

/// What came onto shelves and left them beside transfers: summed by month, but for goods that became another item, which are
/// told document by document.
struct OtherMoves {
    private struct Key: Hashable {
        let branch: BranchCode
        let item: Int64
        let month: Int32
    }

    private struct Place: Hashable, Comparable {
        let log: Int64
        let seq: Int64
        let op: Int64

        static func < (a: Self, b: Self) -> Bool {
            (a.seq, a.op, a.log) < (b.seq, b.op, b.log)
        }
    }

    /// Goods of one document that became another item, or that are what they were again.
    private struct Making {
        let number: DocumentNumber
        /// Of a reversal, what it takes back.
        let target: DocumentNumber?
        let branch: BranchCode
        let day: Int32
        let time: Int64
        var goods: [TransferProfit.Goods] = []

        /// Nil where nothing that it was made of is among the items that are asked for, or it makes no one item.
        var fact: TransferProfit.Fact? {
            let from = goods.filter { $0.quantity < 0 }.sorted { $0.item < $1.item }
            let into = goods.filter { $0.quantity > 0 }
            guard target == nil, into.count == 1, !from.isEmpty else { return nil }
            return .repacked(
                number, at: branch, from: from.map { .init($0.item, -$0.quantity) }, into: into[0])
        }
    }

    private var came: [Key: Int128] = [:]
    private var left: [Key: Int128] = [:]
    private var makings: [Place: Making] = [:]

    /// - Parameter row: day, item, amount, kind of document, what it reverses, log, seq, op, number, time.
    mutating func add(_ row: Row, at branch: BranchCode) throws {
        let (day, item): (Int32, Int64) = (try row.at(0), try row.at(1))
        let amount = Int128(try row.at(2) as Int64)
        let kind = DocumentKind(rawValue: try row.at(3))
        let target = (try row.at(4) as String?).flatMap { DocumentNumber($0) }
        if kind == .repack || target?.kind == .repack,
            let number = (try row.at(8) as String?).flatMap({ DocumentNumber($0) })
        {
            let place = Place(log: try row.at(5), seq: try row.at(6), op: try row.at(7))
            let time: Int64 = try row.at(9)
            var making =
                makings[place]
                ?? Making(
                    number: number, target: target, branch: branch, day: day, time: time)
            making.goods.append(.init(item, amount))
            makings[place] = making
            return
        }
        // What customers brought back is as if it had not left.
        let isBack = kind == .customerReturn || target?.kind == .sale
        add(amount, of: item, at: branch, on: day, isLeaving: amount < 0 || isBack)
    }

    private mutating func add(
        _ amount: Int128, of item: Int64, at branch: BranchCode, on day: Int32, isLeaving: Bool
    ) {
        let key = Key(branch: branch, item: item, month: Day(number: day).month)
        if isLeaving {
            left[key, default: 0] -= amount
        } else if amount > 0 {
            came[key, default: 0] += amount
        }
    }

    /// In no order.
    mutating func facts() -> [Store.TransferFact] {
        let ordered = makings.sorted { $0.key < $1.key }.map(\.value)
        let made = Set(ordered.filter { $0.fact != nil }.map(\.number))
        var facts: [Store.TransferFact] = []
        for making in ordered {
            var fact = making.fact
            if let target = making.target, made.contains(target) { fact = .unpacked(target) }
            if let fact {
                facts.append(
                    Store.TransferFact(
                        item: making.goods[0].item, day: Day(number: making.day), fact: fact,
                        time: making.time, order: 1, name: making.number.description))
                continue
            }
            // Nothing of it was ever charged a price, or what it takes back stands on a later day.
            for goods in making.goods {
                add(
                    goods.quantity, of: goods.item, at: making.branch, on: making.day,
                    isLeaving: goods.quantity < 0)
            }
        }
        makings = [:]
        return facts + summed(came, order: 0) { .came($0, $1) }
            + summed(left, order: 2) { .left($0, $1) }
    }

    private func summed(
        _ sums: [Key: Int128], order: Int, _ fact: (BranchCode, Int128) -> TransferProfit.Fact
    ) -> [Store.TransferFact] {
        sums.map { key, amount in
            let month = Month(number: key.month)
            return Store.TransferFact(
                item: key.item, day: order == 0 ? month.first : month.last,
                fact: fact(key.branch, amount), time: 0, order: order, name: key.branch.text)
        }
    }
}
