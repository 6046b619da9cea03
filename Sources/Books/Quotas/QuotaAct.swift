/// What people do with rights on goods of another branch, and what nodes do about them by themselves.
package enum QuotaAct: Codable, Hashable, Sendable {
    /// Goods of this branch that another one may sell from now on.
    case grant([Line], to: String)
    /// Rights that are not needed go back to the branch that gave them.
    case giveBack([Line], to: String)
    /// Asks a branch for more.
    case ask([Line], of: String)
    /// Asks a branch for rights back that it has not used: these, or all.
    case reclaim([Line], of: String)
    /// Sells goods that stand at another branch: an order, and money taken ahead.
    case sell([Line], from: String, tender: String)
    /// Goods of such an order go to the customer: these, or all of it.
    case deliver(order: String, [Line])
    /// Money goes back that was taken for goods which are not delivered any more.
    case refund(order: String, tender: String)

    // By the node itself.

    /// Takes up rights that were given, or given back.
    case takeUp(document: String)
    /// Answers a reclaim.
    case answer(document: String)
    /// Books a delivery as a sale.
    case book(shipment: String, order: String)
    /// Gives rights back that an order does not need any more.
    case release(order: String)
}
