import Replica

/// The scopes that are kept here, with their tags: worked out again only when they change.
struct ScopeList: Sendable {
    struct Kept: Sendable {
        let scope: Scope
        let tag: ScopeTag
    }

    private var answered: [Scope]?
    private var book: BookID?
    private var tags: [Scope: ScopeTag] = [:]
    /// In order of their names.
    private(set) var byName: [Kept] = []
    /// The roster first.
    private(set) var byUrgency: [Kept] = []
    private(set) var kept: [ScopeTag: Scope] = [:]
    /// When entries last came into a scope, and when its heads were last compared unsettled.
    private var grewAt: [ScopeTag: Instant] = [:]
    private var settledAt: [ScopeTag: Instant] = [:]

    mutating func refresh(_ scopes: [Scope], in book: BookID) {
        guard scopes != answered || book != self.book else { return }
        if book != self.book { tags = [:] }
        answered = scopes
        self.book = book
        byName = scopes.sorted().map { Kept(scope: $0, tag: tag(of: $0, in: book)) }
        byUrgency = byName.sorted { ($0.scope.urgency, $0.scope) < ($1.scope.urgency, $1.scope) }
        kept = Dictionary(
            byName.map { ($0.tag, $0.scope) }, uniquingKeysWith: { first, _ in first })
    }

    /// Bounded by the scopes that are kept and those that roster acts name.
    mutating func tag(of scope: Scope, in book: BookID) -> ScopeTag {
        if let tag = tags[scope], book == self.book { return tag }
        let tag = ScopeTag(scope, in: book)
        if book == self.book, tags.count < Message.scopesMax * 2 { tags[scope] = tag }
        return tag
    }

    func known(_ scope: Scope) -> ScopeTag? { tags[scope] }

    mutating func grew(_ scope: Scope, at now: Instant) {
        guard let tag = tags[scope] else { return }
        grewAt[tag] = now
        if settledAt[tag] == nil { settledAt[tag] = now }
    }

    /// Nothing came for a second, so a difference is no mere delay; or nothing stood still for so
    /// long that it has to be compared as it is.
    func isSettled(_ tag: ScopeTag, at now: Instant) -> Bool {
        func age(_ since: Instant?) -> Int64 {
            since.map { now.milliseconds - $0.milliseconds } ?? .max
        }
        return age(grewAt[tag]) >= Gossip.settledMilliseconds
            || age(settledAt[tag]) >= Gossip.antiEntropyMostMilliseconds
    }

    /// A settled scope was told or compared.
    mutating func compared(_ tag: ScopeTag, at now: Instant) {
        settledAt[tag] = now
    }
}
