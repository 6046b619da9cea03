import Books
import Replica
import Store

/// Branches, or legal entities, as if they were one: what they charged each other for goods is no sale, and what of it
/// is in goods that they have is no profit.
extension Engine {
    /// Takes off a column what its branches earned on each other: of a position what is in goods that they have, and of a
    /// span what they charged each other as well, which is left out already. Cost: all moves of the items that are charged a price,
    /// for each end of the span; nothing where nobody charges one.
    ///
    /// - Parameters:
    ///   - branches: those of the column that are read here.
    ///   - ledger: of the table.
    ///   - translated: what those of them that keep their books in another currency than the table's earned on others of them
    ///     in the span, day by day, and is left out.
    func eliminate(
        _ column: inout Column, _ branches: Set<BranchCode>, _ chart: OwnChart, _ ledger: Ledger,
        isPosition: Bool, translated: Int128
    ) throws {
        guard branches.count > 1, try store.hasTransferPrices() else { return }
        var sums = try profits(of: branches, ledger, upTo: column.to)
        if let from = column.from {
            let before = try profits(of: branches, ledger, upTo: Day(number: from.number &- 1))
            for (branch, amount) in before.realised { sums.realised[branch, default: 0] -= amount }
            sums.translated -= before.translated
        }
        func take(_ amount: Int128, off account: Account) {
            guard amount != 0, let line = chart.line(of: account) else { return }
            column.sums[line, default: 0] -= amount
        }
        if isPosition {
            // The end of a year may have taken what was earned to the capital: it is less by what is in goods.
            for (branch, amount) in sums.held {
                take(amount, off: .simple(.inventory, branch))
                take(-amount, off: .simple(.costOfSales, branch))
            }
            column.sums[chart.betweenBranches, default: 0] -= sums.onItsWay
            if let any = branches.min() {
                take(-sums.onItsWay, off: .simple(.costOfSales, any))
            }
        } else {
            for (branch, amount) in sums.realised {
                take(amount, off: .simple(.costOfSales, branch))
            }
            // Each fact is turned by itself, and each account's day as well: what rounding leaves between the two.
            if let any = branches.min() {
                take(translated - sums.translated, off: .simple(.costOfSales, any))
            }
        }
    }

    private struct Profits {
        /// What is in goods that a branch has.
        var held: [BranchCode: Int128] = [:]
        /// What is earned for good.
        var realised: [BranchCode: Int128] = [:]
        var onItsWay = Int128(0)
        /// What was earned by branches of other currencies than the table's.
        var translated = Int128(0)
    }

    /// - Parameter ledger: of the table; what branches of other currencies earned is turned at the rates of its days.
    private func profits(
        of branches: Set<BranchCode>, _ ledger: Ledger, upTo day: Day?
    ) throws -> Profits {
        let standing = try needStanding()
        var sums = Profits()
        var profit = TransferProfit(of: branches)
        let rates = Rates(store, ledger.book)
        for fact in try store.transferFacts(of: branches, upTo: day) {
            let turned = try fact.fact.turned { branch, amount in
                let own = standing.ledger(of: branch)
                guard own.currency != ledger.currency else { return amount }
                let worth = try Translation(of: branch, own).worth(
                    amount, rates.rate(of: own.currency, on: fact.day))
                sums.translated += worth
                return worth
            }
            profit.apply(turned, of: fact.item)
        }
        (sums.held, sums.realised) = (profit.held, profit.realised)
        // What left these branches is earned by them all.
        if let any = branches.min() { sums.realised[any, default: 0] += profit.sentOut }
        sums.onItsWay = profit.onItsWay
        return sums
    }
}

extension Account {
    /// What one of these branches charged another one of them for goods, and what these had cost.
    func isSold(within branches: Set<BranchCode>) -> Bool {
        guard [.transferSales, .transferCost].contains(root), case .branch(let owner) = place,
            let other = BranchCode(rest)
        else { return false }
        return branches.contains(owner) && branches.contains(other)
    }
}
