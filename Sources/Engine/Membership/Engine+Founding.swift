import Books
package import Replica
import Sodium
import Store

extension Engine {
    /// What `init` made: the recovery key is shown once and kept nowhere.
    package struct Founded {
        package let outcome: Outcome
        package let recoveryKey: [UInt8]
    }

    /// Founds a book in an empty store.
    ///
    /// - Parameter save: keeps the credentials, before the store's transaction ends: a crash between
    ///   leaves keys without a book, and founding may be repeated.
    /// - Throws: `Refusal`, the store's errors, what `save` throws.
    package func found(
        _ order: FoundingOrder, at now: Instant, save: (Credentials) throws -> Void
    ) throws -> Founded {
        guard try store.extent().entries == 0 else {
            throw Refusal(
                .bookExists, "this directory holds a book already",
                next: "choose another directory with --data")
        }
        let foundation = try GenesisPlan(order, credentials, random: &random)
        let founded = try store.transact {
            let book = try Author.genesis(foundation.genesis, credentials, at: now, to: store)
            credentials.membership = Credentials.Membership(
                book: book, rosterKey: foundation.rosterKey, incarnation: try firstIncarnation())
            author = nil
            try stand()
            let acts = try foundation.acts(in: book, credentials, random: &random)
            try write(acts, at: now)
            try author?.seal(in: store)
            try save(credentials)
            return Founded(
                outcome: Outcome(
                    subject: book.description,
                    summary: "founded \(order.company) at \(order.branch)"),
                recoveryKey: foundation.recovery.bytes)
        }
        return founded
    }

    /// Writes roster acts as one commit and stands on what they say.
    func write(_ acts: [RosterAct], at now: Instant) throws {
        let receipt = try commit([Draft.Part(.roster, acts.map { .roster($0) })], at: now)
        try rosterGrew(from: standing, at: now)
        for written in receipt.entries {
            for index in 0..<written.ops {
                let dot = Dot(log: written.log, seq: written.seq, index: UInt32(index))
                if standing?.roster.isVoid(dot) ?? false { throw Self.isNotTaken }
            }
        }
    }

    /// Writes a commit of this node into the store's running transaction.
    @discardableResult
    func commit(
        _ parts: [Draft.Part], references: [[UInt8]] = [], at now: Instant
    ) throws -> Author.Receipt {
        let standing = try needStanding()
        guard var writer = author else { throw Refusal(.noBook, "this node writes no logs") }
        let receipt = try writer.write(
            parts, references: references,
            in: .init(
                roster: standing.roster, keyring: standing.keyring,
                rosterHeads: standing.rosterHeads, now: now,
                rulesLevel: options.rulesLevel), to: store)
        author = writer
        return receipt
    }
}
