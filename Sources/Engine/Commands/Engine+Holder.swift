import Books
import Replica
import Store

/// What the node that holds a branch's goods does about orders and quotas by itself: reservations end,
/// rights are taken up, deliveries become sales.
extension Engine {
    /// Documents looked at in one batch; the rest follow in the next.
    static let dueMax = 64

    /// To be called before the batch is sealed.
    func lookAfterOrders(at now: Instant) throws {
        hasMoreDue = false
        guard let standing, let branch = standing.branch, standing.ledger != nil,
            author != nil, standing.roster.isMember(standing.node), !lacksOwnEntries(at: now)
        else { return }
        let isHolder = standing.roster.holders[branch] == standing.node
        guard isHolder || keptBranch == branch else { return }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let due = try store.takeDue(by: today, limit: Self.dueMax)
        hasMoreDue = due.count == Self.dueMax
        for number in due {
            var chores = try charges(number, of: branch, on: today) + debts(number, of: branch)
            if isHolder { chores += try self.chores(number, of: branch, on: today) }
            for command in chores {
                let (result, _) = try performed(command, at: now)
                // What is refused now is looked at again tomorrow: nothing is forgotten.
                if case .refused = result {
                    try store.lookAgain(at: number, on: Day(number: today.number &+ 1))
                }
            }
        }
    }

    /// What a customer is given up of, and this branch's keeper has not booked.
    private func debts(_ number: DocumentNumber, of branch: BranchCode) throws -> [Command] {
        guard number.kind == .journal, number.series.branch == branch, keptBranch == branch,
            let debt = DebtWriteOff(number, try store.events(of: DebtWriteOff.entity(number))),
            debt.isApproved, try !debt.isBooked(store.transactions(of: number))
        else { return [] }
        return [.debt(Details(), .book(number: number.description))]
    }

    /// What is to be done about a document.
    private func chores(
        _ number: DocumentNumber, of branch: BranchCode, on today: Day
    ) throws -> [Command] {
        if number.kind == .quota {
            return try rights(number, of: branch).map { .quota(Details(), $0) }
        }
        if number.kind == .shipment || number.kind == .arrival {
            return try claims(number, of: branch).map { .claim(Details(), $0) }
        }
        guard let ledger = standing?.ledger, let order = try order(number) else { return [] }
        var chores: [Command] = []
        if number.series.branch == branch {
            if order.isReserving {
                let until = order.reservedUntil ?? today
                if order.state(ledger).isOver || until < today {
                    chores.append(.order(Details(), .release(order: number.description, [])))
                } else {
                    try store.lookAgain(at: number, on: Day(number: until.number &+ 1))
                }
            }
            for shipment in try deliveries(of: order) {
                chores.append(
                    .quota(
                        Details(),
                        .book(shipment: shipment.description, order: number.description)))
            }
        } else if order.shelf == branch, order.cancelled != nil || order.closed != nil,
            let pair = BranchPair(branch, number.series.branch),
            try !store.items(on: .committed(pair, number.description)).isEmpty
        {
            chores.append(.quota(Details(), .release(order: number.description)))
        }
        return chores
    }

    /// Of goods that stand at a branch by the word of a paper.
    private func claims(_ number: DocumentNumber, of branch: BranchCode) throws -> [ClaimAct] {
        guard number.series.branch == branch || number.kind == .shipment else {
            let note = RefundNote(try store.events(of: RefundNote.entity(number)))
            guard note?.sale.series.branch == branch,
                let pair = BranchPair(branch, number.series.branch),
                try !EarlyGoods.isBooked(store.transactions(about: number), pair)
            else { return [] }
            return [.book(arrival: number.description)]
        }
        // Most shipments are of no interest: this costs a look at a balance.
        if number.kind == .shipment,
            try number.series.branch == branch
                || store.items(on: .early(branch, from: number.series.branch)).isEmpty
        {
            return []
        }
        let target = try store.transactions(of: number).first?.document.link?.target
        let about = try store.transactions(about: number)
        if number.kind == .shipment {
            let back = [target].compactMap { $0 }.filter { $0.kind == .arrival }
            return try matches(early: EarlyGoods.arrivals(about) + back, number)
        }
        let shipments = [target] + about.map(\.document.number)
        return try Set(shipments.compactMap { $0 }.filter { $0.kind == .shipment }).sorted().flatMap
        {
            try matches(early: [number], $0)
        }
    }

    /// Arrivals of which something may be matched with what is in transit.
    private func matches(
        early arrivals: [DocumentNumber], _ shipment: DocumentNumber
    ) throws -> [ClaimAct] {
        try arrivals.compactMap { arrival in
            let (branch, sender) = (arrival.series.branch, shipment.series.branch)
            guard let pair = BranchPair(branch, sender),
                branch == standing?.branch
            else { return nil }
            let open = try store.openEarly(arrival, from: sender)
            let transit = Set(try store.items(on: .transit(pair, shipment.description)))
            return transit.isDisjoint(with: open.keys)
                ? nil : .match(arrival: arrival.description, shipment: shipment.description)
        }
    }

    /// What was delivered for an order that was sold on a quota, and is not booked.
    private func deliveries(of order: Order) throws -> [DocumentNumber] {
        guard order.shelf != nil else { return [] }
        var found: [DocumentNumber] = []
        for transaction in try store.transactions(about: order.number)
        where transaction.document.kind == .shipment {
            guard let number = transaction.document.number, !found.contains(number),
                let transit = transaction.postings.first(where: { $0.account.root == .transit }),
                try !store.items(on: transit.account).isEmpty
            else { continue }
            found.append(number)
        }
        return found
    }

    /// Of rights that another branch gave or gave back, or asks back.
    private func rights(_ number: DocumentNumber, of branch: BranchCode) throws -> [QuotaAct] {
        guard number.series.branch != branch, let pair = BranchPair(branch, number.series.branch)
        else { return [] }
        if try !store.items(on: .grant(pair, number.description)).isEmpty {
            return [.takeUp(document: number.description)]
        }
        let asked = try !store.events(of: QuotaNotes.entity(reclaim: number)).isEmpty
        guard asked, try store.transactions(about: number).isEmpty,
            try !store.items(on: .quota(number.series.branch, branch)).isEmpty
        else { return [] }
        return [.answer(document: number.description)]
    }
}
