package import Books
package import Replica
package import Sodium
package import Store
import Wire

/// A book that was made of raw entries and the keys that open them, and of nothing else: it answers questions, writes
/// nothing and talks to nobody.
///
/// Entries come in by the same way as a peer's: chain and signatures are verified, and every op is judged.
package final class AuditedBook {
    package let engine: Engine
    private let book: BookID
    private let keyring: Keyring
    private var roster = Roster()

    /// - Parameter store: empty.
    package init(_ store: Store, book: BookID, keys: [ScopeKey]) throws {
        self.book = book
        keyring = Keyring(keys: keys)
        var random = SeededRandom(seed: 0)
        engine = try Engine(
            store: store, credentials: Credentials(random: &random), random: random,
            person: "auditor", options: .init(talksToPeers: false))
    }

    /// The key of an epoch, from its bytes. Nil where they are no key of it: an epoch is a commitment.
    package static func key(
        of scope: Scope, _ bytes: [UInt8], epoch: Digest, book: BookID
    ) -> ScopeKey? {
        guard let key = SymmetricKey(bytes) else { return nil }
        let all = [ScopeKey(scope: scope, key: key, book: book)]
        let first = scope == .roster ? [ScopeKey(rosterKey: key)] : []
        return (all + first).first { $0.epoch == epoch }
    }

    /// The next entries of a log; those of the roster before all others.
    ///
    /// - Throws: `EntryError` where a chain or a signature does not hold; the store's errors.
    package func append(_ bytes: [UInt8], to log: LogName) throws {
        let store = engine.store
        let id = log.id(in: book)
        let held = try store.state(of: id)
        let run = try PreparedRun(
            verifying: bytes, after: held?.tip ?? LogTip(log, in: book),
            chapter: held?.chapter ?? Chapter(), key: { [keyring] in keyring.key(log.scope, $0) })
        try store.append([run], roster: roster)
    }

    /// The roster is whole: whoever writes from here on is judged by it.
    package func readRoster() throws { roster = try engine.store.roster(of: book) }

    /// All entries are in.
    package func finish() {
        engine.stand(auditing: book, roster, keyring)
    }

    /// Does a signature for a package come from this node, and is it a node of the book?
    package func isSigned(_ hash: Digest, by node: NodeID, _ signature: Signature) -> Bool {
        roster.nodes[node] != nil && node.key.verify(signature, of: Self.signedBytes(hash))
    }

    /// What a node signs for a package: `"branchbook package v1" ‖ hash of its manifest`.
    static func signedBytes(_ hash: Digest) -> [UInt8] {
        var writer = Domain.package.writer()
        writer.raw(hash.bytes)
        return writer.bytes
    }

    /// What the books say.
    package func report(_ query: Query) throws -> Report {
        try engine.store.transact { try engine.report(query, at: Instant(milliseconds: 0)) }
    }
}

extension Engine {
    /// Stands on a roster and keys that were given, as no member.
    func stand(auditing book: BookID, _ roster: Roster, _ keyring: Keyring) {
        guard let any = SymmetricKey([UInt8](repeating: 0, count: 32)) else { return }
        standing = Standing(
            Credentials.Membership(book: book, rosterKey: any), roster: roster, keyring: keyring,
            rosterHeads: [], node: credentials.node, relays: [])
    }
}
