package import Replica
package import Sodium

/// The scope keys this node holds: unsealed from the roster's hand-outs, checked against the
/// commitments that name the epochs, and derived for the scopes between two branches.
package struct Keyring: Sendable {
    private var keys: [Digest: ScopeKey] = [:]
    /// Epochs per scope in the roster's order; the last is written under.
    private var epochs: [Scope: [Digest]] = [:]
    private(set) var tradePairs: [BranchCode: AgreementKey] = [:]
    private(set) var moneyPairs: [BranchCode: AgreementKey] = [:]

    /// The scopes that this node can read, in order: asked for with every message.
    package private(set) var scopes: [Scope] = []

    package init(rosterKey: SymmetricKey) {
        add(ScopeKey(rosterKey: rosterKey))
        scopes = epochs.keys.sorted()
    }

    /// All keys that the roster hands to this node. What does not open or does not match its
    /// commitment is left out: nobody can hand different keys to different members.
    package init(
        rosterKey: SymmetricKey, roster: Roster, node: NodeID, box: AgreementKey, book: BookID
    ) {
        self.init(rosterKey: rosterKey)
        for handout in roster.handouts where handout.to == node {
            guard let secret = try? SealedBox.open(handout.sealed, with: box) else { continue }
            switch handout.subject {
            case .scope(let scope):
                guard let key = SymmetricKey(secret) else { continue }
                let opened = ScopeKey(scope: scope, key: key, book: book)
                if roster.epochs[scope]?.contains(opened.epoch) == true { add(opened) }
            case .tradePair(let branch):
                let expected = roster.branches[branch]?.tradePairKey
                tradePairs[branch] = Self.pair(secret, expected) ?? tradePairs[branch]
            case .moneyPair(let branch):
                let expected = roster.branches[branch]?.moneyPairKey
                moneyPairs[branch] = Self.pair(secret, expected) ?? moneyPairs[branch]
            }
        }
        derivePairs(roster, book: book)
        scopes = epochs.keys.sorted()
    }

    private static func pair(_ secret: [UInt8], _ expected: AgreementPublicKey?) -> AgreementKey? {
        guard let key = AgreementKey(secret), key.publicKey == expected else { return nil }
        return key
    }

    private mutating func derivePairs(_ roster: Roster, book: BookID) {
        let branches = roster.branches.values.sorted { $0.code < $1.code }
        for facts in branches {
            // Both secrets of a pair derive one key: the order of the dictionary shows nowhere.
            for (owner, secret) in tradePairs {
                add(owner, secret, facts.code, facts.tradePairKey, money: false, book: book)
            }
            for (owner, secret) in moneyPairs {
                add(owner, secret, facts.code, facts.moneyPairKey, money: true, book: book)
            }
        }
    }

    private mutating func add(
        _ owner: BranchCode, _ secret: AgreementKey, _ other: BranchCode,
        _ key: AgreementPublicKey, money: Bool, book: BookID
    ) {
        guard let pair = BranchPair(owner, other),
            let derived = try? ScopeKey(
                pair: pair, money: money, secret: secret, other: key, book: book)
        else { return }
        add(derived)
    }

    private mutating func add(_ key: ScopeKey) {
        guard keys.updateValue(key, forKey: key.epoch) == nil else { return }
        epochs[key.scope, default: []].append(key.epoch)
    }

    package func key(_ scope: Scope, _ epoch: Digest) -> ScopeKey? {
        keys[epoch].flatMap { $0.scope == scope ? $0 : nil }
    }

    /// The key that new entries of a scope are written under.
    package func writingKey(_ scope: Scope) -> ScopeKey? {
        epochs[scope]?.last.flatMap { keys[$0] }
    }

    /// Every key of a scope: what a newcomer gets.
    package func keys(of scope: Scope) -> [ScopeKey] {
        (epochs[scope] ?? []).compactMap { keys[$0] }
    }
}
