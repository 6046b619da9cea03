package import Books
package import Replica
package import Sodium

/// What `init` is told.
package struct FoundingOrder: Codable, Hashable, Sendable {
    package var company: String
    package var currency: String
    package var scale: Int
    package var branch: String
    package var branchName: String
    package var nodeName: String

    package init(
        company: String, currency: String, scale: Int, branch: String, branchName: String,
        nodeName: String
    ) {
        self.company = company
        self.currency = currency
        self.scale = scale
        self.branch = branch
        self.branchName = branchName
        self.nodeName = nodeName
    }
}

/// Plans what an administrator writes into the roster. Pure: the acts follow from the arguments.
package struct RosterPlan {
    package var acts: [RosterAct] = []

    package init() {}
}

// MARK: Founding

/// A book before its first entry: genesis, the acts that follow it, and the keys it was made with.
package struct GenesisPlan {
    package let genesis: RosterAct
    package let rosterKey: SymmetricKey
    /// Printed once and kept offline; only changes administrators.
    package let recovery: SigningKey
    private let order: Checked

    private struct Checked {
        let currency: CurrencyCode
        let branch: BranchCode
        let text: FoundingOrder
    }

    /// - Throws: `Refusal` for a name, currency, scale or branch code that the book cannot have.
    package init(
        _ order: FoundingOrder, _ credentials: Credentials, random: inout some RandomSource
    ) throws(Refusal) {
        for text in [order.company, order.branchName, order.nodeName] {
            try RosterPlan.check(name: text)
        }
        guard let currency = CurrencyCode(order.currency) else {
            throw Refusal(
                .badCode, "\(order.currency) is not a currency code",
                next: "use three capital letters, as in CNY")
        }
        guard (0...6).contains(order.scale) else {
            throw Refusal(.badOption, "a ledger has 0 to 6 decimal places, not \(order.scale)")
        }
        self.order = Checked(
            currency: currency, branch: try RosterPlan.branch(order.branch), text: order)
        rosterKey = SymmetricKey(random: &random)
        recovery = SigningKey(random: &random)
        genesis = .found(
            Founding(
                name: order.company, currency: currency, scale: UInt8(order.scale),
                recovery: recovery.publicKey, transport: credentials.transport.publicKey,
                box: credentials.box.publicKey, rosterEpoch: ScopeKey(rosterKey: rosterKey).epoch))
    }

    /// The acts after genesis: the entity, the first branch as head office, its keys, its node.
    package func acts(
        in book: BookID, _ credentials: Credentials, random: inout some RandomSource
    ) throws(Refusal) -> [RosterAct] {
        let me = RosterPlan.Recipient(
            node: credentials.node, box: credentials.box.publicKey)
        var plan = RosterPlan()
        plan.acts.append(.addEntity(name: order.text.company, currency: order.currency))
        for scope in [Scope.catalog, .board] {
            try plan.openEpoch(scope, in: book, to: [me], random: &random)
        }
        try plan.addBranch(
            order.branch, name: order.text.branchName, entity: order.text.company,
            isHeadOffice: true, in: book, to: [me], random: &random)
        plan.acts.append(
            .admit(
                Admission(
                    node: credentials.node, name: order.text.nodeName,
                    transport: credentials.transport.publicKey, box: credentials.box.publicKey,
                    branch: order.branch,
                    grants: [.catalog, .trade(order.branch), .money(order.branch)],
                    series: try RosterPlan.series(order.branch, taken: []), invitation: nil)))
        plan.acts.append(.nameKeeper(branch: order.branch, node: credentials.node))
        return plan.acts
    }
}

// MARK: Branches and members

extension RosterPlan {
    /// Who gets a key.
    package struct Recipient: Hashable, Sendable {
        package let node: NodeID
        package let box: AgreementPublicKey

        package init(node: NodeID, box: AgreementPublicKey) {
            self.node = node
            self.box = box
        }
    }

    /// A new branch: its scopes' first epochs and pair keys, handed to those who read everything.
    package mutating func addBranch(
        _ code: BranchCode, name: String, entity: String, isHeadOffice: Bool, in book: BookID,
        to recipients: [Recipient], random: inout some RandomSource
    ) throws(Refusal) {
        try Self.check(name: name)
        let (trade, money) = (AgreementKey(random: &random), AgreementKey(random: &random))
        acts.append(
            .addBranch(
                BranchFacts(
                    code: code, name: name, entity: entity, isHeadOffice: isHeadOffice,
                    tradePairKey: trade.publicKey, moneyPairKey: money.publicKey)))
        for scope in [Scope.trade(code), .money(code)] {
            try openEpoch(scope, in: book, to: recipients, random: &random)
        }
        for recipient in recipients {
            try hand(trade.bytes, .tradePair(code), to: recipient, random: &random)
            try hand(money.bytes, .moneyPair(code), to: recipient, random: &random)
        }
    }

    /// Lets a node read a branch, or all its grants say: every key of those scopes that we hold.
    package mutating func handKeys(
        for grants: Set<Grant>, from keyring: Keyring, branches: [BranchCode],
        to recipient: Recipient, random: inout some RandomSource
    ) throws(Refusal) {
        for scope in [Scope.catalog, .board] {
            try hand(scope, from: keyring, to: recipient, random: &random)
        }
        for branch in branches.sorted() {
            if grants.opens(trade: branch) {
                try hand(.trade(branch), from: keyring, to: recipient, random: &random)
                if let pair = keyring.tradePairs[branch] {
                    try hand(pair.bytes, .tradePair(branch), to: recipient, random: &random)
                }
            }
            if grants.opens(money: branch) {
                try hand(.money(branch), from: keyring, to: recipient, random: &random)
                if let pair = keyring.moneyPairs[branch] {
                    try hand(pair.bytes, .moneyPair(branch), to: recipient, random: &random)
                }
            }
        }
    }

    fileprivate mutating func openEpoch(
        _ scope: Scope, in book: BookID, to recipients: [Recipient],
        random: inout some RandomSource
    ) throws(Refusal) {
        let key = ScopeKey(scope: scope, key: SymmetricKey(random: &random), book: book)
        acts.append(.openEpoch(scope: scope, commitment: key.epoch))
        for recipient in recipients {
            try hand(key.key.bytes, .scope(scope), to: recipient, random: &random)
        }
    }

    private mutating func hand(
        _ scope: Scope, from keyring: Keyring, to recipient: Recipient,
        random: inout some RandomSource
    ) throws(Refusal) {
        for key in keyring.keys(of: scope) {
            try hand(key.key.bytes, .scope(scope), to: recipient, random: &random)
        }
    }

    private mutating func hand(
        _ secret: [UInt8], _ subject: KeyHandout.Subject, to recipient: Recipient,
        random: inout some RandomSource
    ) throws(Refusal) {
        do {
            let sealed = try SealedBox.seal(secret, to: recipient.box, random: &random)
            acts.append(
                .handKey(KeyHandout(subject: subject, to: recipient.node, sealed: sealed)))
        } catch {
            throw Refusal(.badInvitation, "the newcomer's key is not one that can be sealed to")
        }
    }

    /// The next free letters of a branch: `a` to `z`, then `aa` …
    ///
    /// - Parameter chance: of an administrator that did not found the book: three letters by chance, since two who admit a
    ///   node of one branch beside each other must not choose the same. Only the first of a series is admitted.
    static func series(
        _ branch: BranchCode, taken: Set<Series>, by chance: [UInt8]? = nil
    ) throws(Refusal) -> Series {
        let alphabet = (0x61...0x7a).map { String(UnicodeScalar(UInt8($0))) }
        for place in stride(from: 0, to: (chance?.count ?? 0) - 3, by: 4) {
            let number = chance?[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } ?? 0
            let letters =
                alphabet[number % 26] + alphabet[number / 26 % 26]
                + alphabet[number / 676 % 26]
            if let series = Series(branch: branch, letters: letters), !taken.contains(series) {
                return series
            }
        }
        for letters in alphabet + alphabet.flatMap({ first in alphabet.map { first + $0 } }) {
            if let series = Series(branch: branch, letters: letters), !taken.contains(series) {
                return series
            }
        }
        throw Refusal(.seriesTaken, "all 702 series of \(branch) are taken")
    }

    static func branch(_ code: String) throws(Refusal) -> BranchCode {
        guard let branch = BranchCode(code) else {
            throw Refusal(
                .badCode, "\(code) is not a branch code",
                next: "use one to eight capital letters or digits, a letter first, as in HZ")
        }
        return branch
    }

    /// Names of companies, branches and nodes: 1 to 64 bytes, no control characters.
    static func check(name: String) throws(Refusal) {
        guard (1...64).contains(name.utf8.count),
            !name.unicodeScalars.contains(where: {
                $0.value < 0x20 || (0x7f...0x9f) ~= $0.value
            })
        else {
            throw Refusal(
                .badText, "a name has 1 to 64 bytes and no control characters",
                next: "choose a shorter name")
        }
    }
}
