/// What an export, or an auditor's package, is made of, piece by piece.
package enum HandingOnQuery: Codable, Hashable, Sendable {
    /// Documents that stand in the ledger in a span, in the order of their numbers, from after one on. A row for each; or,
    /// by entry, one for each entry that carries a part of it.
    case documents(from: String?, to: String?, after: String?, byEntry: Bool)
    /// What the cost fold put on the accounts in a span, beside what is posted.
    case derived(from: String?, to: String?)
    /// What stood at branches at the end of a day; from after `HZ/TEA` on.
    case stock(at: String, after: String?)
    case parties(after: String?)
    /// What people did in a span, summed up by person.
    case acts(from: String?, to: String?)
    /// What nodes noted of people in a span: a page is a branch's month, from after one on.
    case notes(from: String?, to: String?, after: String?)
    /// Every log that is kept here, with its head.
    case logs
    /// Entries of a log as they are stored, sealed, from one on: a piece.
    case run(log: String, from: Int64)
    /// The keys that open the scopes: secrets. Whoever has them takes the whole package along, and so it is noted.
    case keys
    /// What an export of the whole books begins with, and is noted by: the state digests.
    case books
    /// This node's signature for a package with this hash.
    case signature(of: String)
}
