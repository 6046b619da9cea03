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

    /// What the roster's hand-outs held, by what they were sealed in.
    private var opened: [[UInt8]: [UInt8]] = [:]
    private var derived: [PairSource: ScopeKey] = [:]

    /// The scopes that this node can read, in order: asked for with every message.
    package private(set) var scopes: [Scope] = []

    package init(rosterKey: SymmetricKey) {
        add(ScopeKey(rosterKey: rosterKey))
        scopes = epochs.keys.sorted()
    }

    /// All keys that the roster hands to this node. What does not open or does not match its
    /// commitment is left out: nobody can hand different keys to different members.
    ///
    /// - Parameter old: the keyring of this node by an earlier roster of the same book: what it opened
    ///   and derived is not worked out again.
    /// Cost: a box for each new hand-out; for each new pair of branches two agreements (about 50 µs
    /// each).
    package init(
        rosterKey: SymmetricKey, roster: Roster, node: NodeID, box: AgreementKey, book: BookID,
        after old: Keyring? = nil
    ) {
        self.init(rosterKey: rosterKey)
        for handout in roster.handouts where handout.to == node {
            let known = old?.opened[handout.sealed]
            guard let secret = known ?? (try? SealedBox.open(handout.sealed, with: box))
            else { continue }
            opened[handout.sealed] = secret
            switch handout.subject {
            case .scope(let scope):
                // The roster has one key, that of the membership.
                guard scope != .roster, let key = SymmetricKey(secret) else { continue }
                let opened = ScopeKey(scope: scope, key: key, book: book)
                if roster.epochs[scope]?.contains(opened.epoch) == true { add(opened) }
            case .tradePair(let branch):
                let expected = roster.branches[branch]?.tradePairKey
                let held = old?.tradePairs[branch]
                tradePairs[branch] =
                    Self.pair(secret, expected, held: held) ?? tradePairs[branch]
            case .moneyPair(let branch):
                let expected = roster.branches[branch]?.moneyPairKey
                let held = old?.moneyPairs[branch]
                moneyPairs[branch] =
                    Self.pair(secret, expected, held: held) ?? moneyPairs[branch]
            }
        }
        derivePairs(roster, book: book, after: old)
        scopes = epochs.keys.sorted()
    }

    /// Of an auditor: keys that were given, and none to write with.
    package init(keys: [ScopeKey]) {
        for key in keys { add(key) }
        scopes = epochs.keys.sorted()
    }

    private static func pair(
        _ secret: [UInt8], _ expected: AgreementPublicKey?, held: AgreementKey?
    ) -> AgreementKey? {
        if let held, held.publicKey == expected { return held }
        guard let key = AgreementKey(secret), key.publicKey == expected else { return nil }
        return key
    }

    /// What a key between two branches is derived from: either secret and the other's public key give
    /// the same.
    private struct PairSource: Hashable {
        let pair: BranchPair
        let isMoney: Bool
        let first: AgreementPublicKey
        let second: AgreementPublicKey
    }

    private mutating func derivePairs(_ roster: Roster, book: BookID, after old: Keyring?) {
        let branches = roster.branches.values.sorted { $0.code < $1.code }
        for facts in branches {
            for (owner, secret) in tradePairs.sorted(by: { $0.key < $1.key }) {
                add(owner, secret, facts.code, facts.tradePairKey, money: false, book, old)
            }
            for (owner, secret) in moneyPairs.sorted(by: { $0.key < $1.key }) {
                add(owner, secret, facts.code, facts.moneyPairKey, money: true, book, old)
            }
        }
    }

    private mutating func add(
        _ owner: BranchCode, _ secret: AgreementKey, _ other: BranchCode,
        _ key: AgreementPublicKey, money: Bool, _ book: BookID, _ old: Keyring?
    ) {
        guard let pair = BranchPair(owner, other) else { return }
        let isFirst = pair.first == owner
        let source = PairSource(
            pair: pair, isMoney: money, first: isFirst ? secret.publicKey : key,
            second: isFirst ? key : secret.publicKey)
        guard derived[source] == nil else { return }
        let found =
            old?.derived[source]
            ?? (try? ScopeKey(pair: pair, money: money, secret: secret, other: key, book: book))
        guard let found else { return }
        derived[source] = found
        add(found)
    }

    private mutating func add(_ key: ScopeKey) {
        guard keys.updateValue(key, forKey: key.epoch) == nil else { return }
        epochs[key.scope, default: []].append(key.epoch)
    }

    package func key(_ scope: Scope, _ epoch: Digest) -> ScopeKey? {
        keys[epoch].flatMap { $0.scope == scope ? $0 : nil }
    }

    /// Whether entries of a scope can be read here, those of the latest epoch at least.
    func opens(_ scope: Scope) -> Bool { epochs[scope] != nil }

    /// The key that new entries of a scope are written under: the first that was handed out. Only a principal administrator
    /// makes one.
    package func writingKey(_ scope: Scope) -> ScopeKey? {
        epochs[scope]?.first.flatMap { keys[$0] }
    }

    /// Every key of a scope: what a newcomer gets.
    package func keys(of scope: Scope) -> [ScopeKey] {
        (epochs[scope] ?? []).compactMap { keys[$0] }
    }
}
