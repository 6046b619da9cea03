/// What one branch books with another one beside goods (内部往来).
package enum BetweenAct: Codable, Hashable, Sendable {
    /// Something that this branch bore is the other's: `expense/rent`. The other's keeper books it by itself.
    case charge(to: String, account: String, amount: String)
    /// Money for what this branch owes: it leaves `through`, and the other says when it came.
    case settle(to: String, through: String, amount: String)
    /// Money of another branch came.
    case accept(number: String, through: String)

    // By the keeper's node itself.

    /// What another branch bore is this one's.
    case book(number: String)
}
