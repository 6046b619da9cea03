import Books
import Replica
import Store

/// What the node that holds a branch's goods does about orders by itself: reservations end.
extension Engine {
    /// Orders looked at in one batch; the rest follow in the next.
    static let ordersMax = 64

    /// To be called before the batch is sealed.
    func lookAfterOrders(at now: Instant) throws {
        guard let standing, let branch = standing.branch, let ledger = standing.ledger,
            author != nil, standing.roster.holders[branch] == standing.node,
            !lacksOwnEntries(at: now)
        else { return }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        for number in try store.takeOrdersDue(by: today, limit: Self.ordersMax) {
            guard number.series.branch == branch, let order = try order(number),
                order.isReserving
            else { continue }
            let until = order.reservedUntil ?? today
            guard order.state(ledger).isOver || until < today else {
                try store.lookAgain(at: number, on: Day(number: until.number &+ 1))
                continue
            }
            let (result, _) = try performed(
                .order(Details(), .release(order: number.description, [])), at: now)
            // What is refused now is looked at again tomorrow: nothing that is kept is forgotten.
            if case .refused = result {
                try store.lookAgain(at: number, on: Day(number: today.number &+ 1))
            }
        }
    }
}
