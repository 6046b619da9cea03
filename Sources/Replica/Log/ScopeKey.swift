package import Sodium
import Wire

/// The key of one scope for one epoch; the epoch is named by the key's commitment.
package struct ScopeKey: Equatable, Sendable {
    package let scope: Scope
    package let key: SymmetricKey
    /// `BLAKE2b-256("branchbook scope key v1" ‖ BookID ‖ scope ‖ key)`.
    package let epoch: Digest

    package init(scope: Scope, key: SymmetricKey, book: BookID) {
        self.init(scope: scope, key: key, salt: book.digest)
    }

    /// The roster's first epoch is committed to in genesis, before there is a book: it uses zero.
    package init(rosterKey key: SymmetricKey) {
        self.init(scope: .roster, key: key, salt: BookID.genesis.digest)
    }

    private init(scope: Scope, key: SymmetricKey, salt: Digest) {
        self.scope = scope
        self.key = key
        var writer = Domain.scopeKey.writer()
        writer.raw(salt.bytes)
        writer.text(scope.name)
        writer.raw(key.bytes)
        epoch = Blake2b.hash256(writer.bytes)
    }

    /// The key of a pair scope: from the Diffie-Hellman of one branch's pair secret and the
    /// other's public pair key. Both branches derive the same.
    package init(
        pair: BranchPair, money: Bool, secret: AgreementKey, other: AgreementPublicKey,
        book: BookID
    ) throws(SodiumError) {
        let shared = try secret.agree(with: other)
        let scope: Scope = money ? .betweenMoney(pair) : .between(pair)
        var writer = Domain.pairKey.writer()
        writer.raw(book.digest.bytes)
        writer.text(scope.name)
        for key in [secret.publicKey, other].sorted() { writer.raw(key.bytes) }
        let derived = Blake2b.hash(writer.bytes, count: 32, key: shared)
        self.init(scope: scope, key: SymmetricKey(derived)!, book: book)
    }

    /// The key that seals the bodies of one log.
    func bodyKey(_ log: LogID) -> SymmetricKey {
        Subkey.derive(from: key, label: "branchbook body", context: log.digest.bytes)
    }

    /// The key that makes salts: no clone or crash can meet one nonce with another payload.
    func saltKey(_ log: LogID) -> SymmetricKey {
        Subkey.derive(from: key, label: "branchbook salt", context: log.digest.bytes)
    }
}
