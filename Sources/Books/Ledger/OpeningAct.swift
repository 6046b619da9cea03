/// What the books of a branch begin with, brought forward from another system: each stands against its opening capital,
/// `equity/<branch>/opening`.
package enum OpeningAct: Codable, Hashable, Sendable {
    /// Goods that are there, with what they are worth in all (`total`).
    case goods([Line])
    /// Balances of accounts, debits above zero; of one party, or of none. Of another currency with what they are carried at,
    /// as in a journal entry.
    case balances([JournalLine])
}
