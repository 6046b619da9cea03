import Books
import Replica
import Sodium
import Store

/// What is kept at this node alone of who signs in: a PIN's hash with its salt, a token's hash.
enum Secrets {
    static let pinPrefix = "pin/", tokenPrefix = "token/", failedPrefix = "failed/"
    static let pinBytes = 4...64
    static let tokenBytes = 16
    /// A token in return for a PIN: a working day.
    static let signInMilliseconds: Int64 = 12 * 3_600_000
    static let failuresMax = 5
    static let lockMilliseconds: Int64 = 15 * 60_000
    static let tokensMax = 1_000
    static let tokenDays = 1...366
}

/// Signing in at this node.
extension Engine {
    /// The person behind a PIN or a token, with what their roles allow now.
    func signedIn(_ access: Access, at now: Instant) throws -> Actor {
        try requireUnlocked(access.person, at: now)
        guard try holds(access, at: now) else {
            // A token cannot be guessed: one that is over is nobody's attempt.
            if Hex.bytes(access.secret)?.count != Secrets.tokenBytes {
                try countFailure(of: access.person, at: now)
            }
            throw Self.wrongSecret(access.person)
        }
        // A token says nothing of who tries PINs beside it.
        if Hex.bytes(access.secret)?.count != Secrets.tokenBytes {
            try store.unset(Secrets.failedPrefix + access.person)
        }
        return try actor(
            named: access.person, byToken: Hex.bytes(access.secret)?.count == Secrets.tokenBytes)
    }

    private static func wrongSecret(_ person: String) -> Refusal {
        Refusal(
            .wrongSecret, "that is not the PIN or token of \(person), or it is over",
            next: "`branchbook sign-in`; an administrator sets another PIN")
    }

    private func actor(named person: String, byToken: Bool) throws -> Actor {
        let shown = try store.registers(entity: PersonFacts.entity(person))
        let facts = PersonFacts(name: person, values: shown)
        if let branch = standing?.branch, !facts.branches.isEmpty,
            !facts.branches.contains(branch)
        {
            throw Refusal(
                .notAllowed, "\(person) does not work at \(branch)",
                next: "`branchbook person set` says where they do")
        }
        return Actor(
            person: person, rights: facts.rights, daysBack: facts.daysBack, isByToken: byToken)
    }

    private func holds(_ access: Access, at now: Instant) throws -> Bool {
        guard access.secret.utf8.count <= Secrets.pinBytes.upperBound else { return false }
        if let bytes = Hex.bytes(access.secret), bytes.count == Secrets.tokenBytes,
            let kept = try store.setting(Self.tokenName(bytes))
        {
            guard let token = Token(kept) else { return false }
            return token.person == access.person && token.until > now.milliseconds
        }
        guard let kept = try store.setting(Secrets.pinPrefix + access.person),
            let bytes = Hex.bytes(kept),
            bytes.count == PasswordHash.saltBytes + Digest.count,
            let hash = Digest(bytes.suffix(Digest.count)),
            let given = PasswordHash.hash(
                access.secret, salt: Array(bytes.prefix(PasswordHash.saltBytes)))
        else { return false }
        return given.isEqualInConstantTime(to: hash)
    }

    /// A token's own bytes are kept nowhere.
    private static func tokenName(_ bytes: [UInt8]) -> String {
        Secrets.tokenPrefix
            + Hex.text(Blake2b.hash256(Array("branchbook token v1\0".utf8) + bytes).bytes)
    }

    private struct Token {
        let person: String
        let until: Int64

        init(person: String, until: Int64) {
            self.person = person
            self.until = until
        }

        init?(_ text: String) {
            guard let blank = text.firstIndex(of: " "), let until = Int64(text[..<blank]) else {
                return nil
            }
            self.init(person: String(text[text.index(after: blank)...]), until: until)
        }

        var text: String { "\(until) \(person)" }
    }

    // MARK: Failures

    private func requireUnlocked(_ person: String, at now: Instant) throws {
        guard let kept = try store.setting(Secrets.failedPrefix + person),
            let blank = kept.firstIndex(of: " "), let count = Int(kept[..<blank]),
            let last = Int64(kept[kept.index(after: blank)...]), count >= Secrets.failuresMax
        else { return }
        let left = last &+ Secrets.lockMilliseconds &- now.milliseconds
        guard left > 0, left <= Secrets.lockMilliseconds else {
            try store.unset(Secrets.failedPrefix + person)
            return
        }
        throw Refusal(
            .signInLocked, "nobody signs in as \(person) for \((left + 59_999) / 60_000) minutes",
            next: "wait")
    }

    /// Of people who have a secret here: others are no door.
    private func countFailure(of person: String, at now: Instant) throws {
        guard try store.setting(Secrets.pinPrefix + person) != nil else { return }
        let name = Secrets.failedPrefix + person
        let before =
            try store.setting(name).flatMap { $0.split(separator: " ").first }
            .flatMap { Int($0) } ?? 0
        try store.set(name, "\(min(before, Secrets.failuresMax) + 1) \(now.milliseconds)")
    }

    // MARK: What is set

    func signIn(_ person: String, pin: String, at now: Instant) throws -> Outcome {
        let actor = try signedIn(Access(person: person, secret: pin), at: now)
        note(.signedIn, "signed in", by: actor.person, at: now)
        return try token(
            of: actor.person, until: now.advanced(byMilliseconds: Secrets.signInMilliseconds),
            at: now)
    }

    func makeToken(_ person: String, days: Int, at now: Instant) throws -> Outcome {
        guard Secrets.tokenDays.contains(days) else {
            throw Refusal(.badOption, "a token is for 1 to \(Secrets.tokenDays.upperBound) days")
        }
        try requireFirstIsAdministrator(person)
        note(.secret, "token of \(person) for \(days) days", by: actor?.person ?? person, at: now)
        return try token(
            of: person, until: now.advanced(byMilliseconds: Int64(days) * 86_400_000), at: now)
    }

    private func token(of person: String, until: Instant, at now: Instant) throws -> Outcome {
        try Planner.check(person, "person", DocumentHeader.personBytesMax)
        // Those that are over make room.
        let tokens = try store.settings(prefix: Secrets.tokenPrefix, limit: Secrets.tokensMax)
        var count = tokens.count
        for (name, value) in tokens where Token(value).map({ $0.until <= now.milliseconds }) ?? true
        {
            try store.unset(name)
            count -= 1
        }
        guard count < Secrets.tokensMax else {
            throw Refusal(.tooManyLines, "\(Secrets.tokensMax) tokens are in use at this node")
        }
        let bytes = random.bytes(Secrets.tokenBytes)
        try store.set(
            Self.tokenName(bytes), Token(person: person, until: until.milliseconds).text)
        return Outcome(
            subject: "\(person):\(Hex.text(bytes))", summary: "signed in as \(person)")
    }

    func setPIN(_ person: String, _ pin: String, at now: Instant) throws -> Outcome {
        try Planner.check(person, "person", DocumentHeader.personBytesMax)
        guard Secrets.pinBytes.contains(pin.utf8.count),
            Hex.bytes(pin)?.count != Secrets.tokenBytes
        else {
            throw Refusal(
                .badOption,
                "a PIN has \(Secrets.pinBytes.lowerBound) to \(Secrets.pinBytes.upperBound) bytes")
        }
        try requireFirstIsAdministrator(person)
        let salt = random.bytes(PasswordHash.saltBytes)
        guard let hash = PasswordHash.hash(pin, salt: salt) else {
            throw Refusal(.storage, "there is no memory to keep a PIN safely")
        }
        try store.set(Secrets.pinPrefix + person, Hex.text(salt + hash.bytes))
        try store.unset(Secrets.failedPrefix + person)
        // Whoever had the old one acts no more.
        try dropTokens(of: person)
        note(.secret, "PIN of \(person)", by: actor?.person ?? person, at: now)
        return Outcome(subject: person, summary: "\(person) signs in with a PIN from now on")
    }

    /// Who is the first to sign in has to be able to let others in.
    private func requireFirstIsAdministrator(_ person: String) throws {
        let facts = PersonFacts(
            name: person, values: try store.registers(entity: PersonFacts.entity(person)))
        guard try asksWho() || facts.rights.contains(.people) else {
            throw Refusal(
                .notAllowed, "the first who signs in here has to be an administrator",
                next: "`branchbook person set NAME --role administrator`, and their PIN")
        }
        guard !facts.rights.isEmpty || !facts.roles.isEmpty else {
            throw Refusal(
                .notAllowed, "\(person) has no role",
                next: "`branchbook person set '\(person)' --role clerk`")
        }
    }

    private func dropTokens(of person: String) throws {
        for (name, value) in try store.settings(
            prefix: Secrets.tokenPrefix, limit: Secrets.tokensMax)
        where Token(value)?.person == person { try store.unset(name) }
    }

    func dropSecrets(_ person: String, at now: Instant) throws -> Outcome {
        try store.unset(Secrets.pinPrefix + person)
        try store.unset(Secrets.failedPrefix + person)
        try dropTokens(of: person)
        note(.secret, "\(person) signs in no more", by: actor?.person ?? person, at: now)
        return Outcome(subject: person, summary: "\(person) does not sign in here any more")
    }

    /// For who can open the directory itself, and so could open all of it.
    func resetAccess(at now: Instant) throws -> Outcome {
        guard !options.talksToPeers else {
            throw Refusal(
                .notAllowed, "this is for a node that does not run",
                next: "stop the daemon first")
        }
        for prefix in [Secrets.pinPrefix, Secrets.tokenPrefix, Secrets.failedPrefix] {
            for (name, _) in try store.settings(prefix: prefix, limit: .max) {
                try store.unset(name)
            }
        }
        note(.secret, "all PINs and tokens taken away", by: person, at: now)
        return Outcome(subject: "access", summary: "nobody is asked who they are any more")
    }
}
