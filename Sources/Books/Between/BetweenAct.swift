/// What one branch books with another one beside goods (内部往来).
package enum BetweenAct: Codable, Hashable, Sendable {
    /// Something that this branch bore is the other's: `expense/rent`. The other's keeper books it by itself.
    case charge(to: String, account: String, amount: String)
    /// Money for what this branch owes: it leaves `through`, and the other says when it came.
    case settle(to: String, through: String, amount: String)
    /// Money of another branch came.
    case accept(number: String, through: String)

    /// What another branch charged is passed on to a third one, all that is left of it where no amount is named.
    case pass(number: String, to: String, amount: String?)
    /// What another branch charged is in dispute; the memo says why.
    case object(number: String)
    /// It is not any more.
    case withdraw(number: String)

    // By the keeper's node itself.

    /// What another branch charged is this one's, or is not any more; or what was taken back twice is taken back once.
    case book(number: String)
}
