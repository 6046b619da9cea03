import Sodium
package import Wire

/// `act ‖ fields`, with no interned names: the roster is read before anything else.
extension RosterAct {
    func write(to out: inout ByteWriter) {
        switch self {
        case .found(let facts):
            out.byte(1)
            out.text(facts.name)
            out.text(facts.currency.text)
            out.byte(facts.scale)
            out.raw(facts.recovery.bytes)
            out.raw(facts.transport.bytes)
            out.raw(facts.box.bytes)
            out.raw(facts.rosterEpoch.bytes)
        case .addEntity(let name, let currency):
            out.byte(2)
            out.text(name)
            out.text(currency.text)
        case .addBranch(let branch):
            out.byte(3)
            out.text(branch.code.text)
            out.text(branch.name)
            out.text(branch.entity)
            out.byte(branch.isHeadOffice ? 1 : 0)
            out.raw(branch.tradePairKey.bytes)
            out.raw(branch.moneyPairKey.bytes)
        case .admit(let admission):
            out.byte(4)
            admission.write(to: &out)
        case .changeGrants(let node, let grants):
            out.byte(5)
            out.raw(node.key.bytes)
            Grant.write(grants, to: &out)
        case .nameKeeper(let branch, let node):
            out.byte(6)
            out.text(branch.text)
            out.raw(node.key.bytes)
        case .openEpoch(let scope, let commitment):
            out.byte(7)
            out.text(scope.name)
            out.raw(commitment.bytes)
        case .handKey(let handout):
            out.byte(8)
            handout.write(to: &out)
        case .invite(let invitation):
            out.byte(9)
            out.raw(invitation.id.bytes)
            out.text(invitation.branch.text)
            Grant.write(invitation.grants, to: &out)
            out.signed(invitation.expiresMilliseconds)
        case .withdrawInvitation(let id):
            out.byte(10)
            out.raw(id.bytes)
        case .revoke(let cut):
            out.byte(11)
            cut.write(to: &out)
        case .nameAdministrator(let node):
            out.byte(12)
            out.raw(node.key.bytes)
        case .removeAdministrator(let cut):
            out.byte(13)
            cut.write(to: &out)
        case .recover(let recovery):
            out.byte(14)
            recovery.write(to: &out)
        }
    }

    static func read(from reader: inout ByteReader) throws(WireError) -> RosterAct {
        switch try reader.byte() {
        case 1: return .found(try Founding.read(from: &reader))
        case 2: return .addEntity(name: try reader.name(), currency: try reader.currency())
        case 3: return .addBranch(try BranchFacts.read(from: &reader))
        case 4: return .admit(try Admission.read(from: &reader))
        case 5:
            let node = try reader.node()
            return .changeGrants(node: node, grants: try Grant.readList(from: &reader))
        case 6: return .nameKeeper(branch: try reader.branch(), node: try reader.node())
        case 7: return .openEpoch(scope: try reader.scope(), commitment: try reader.digest())
        case 8: return .handKey(try KeyHandout.read(from: &reader))
        case 9:
            let id = try reader.digest()
            let branch = try reader.branch()
            let grants = try Grant.readList(from: &reader)
            return .invite(
                Invitation(
                    id: id, branch: branch, grants: grants,
                    expiresMilliseconds: try reader.signed()))
        case 10: return .withdrawInvitation(id: try reader.digest())
        case 11: return .revoke(try Cut.read(from: &reader))
        case 12: return .nameAdministrator(try reader.node())
        case 13: return .removeAdministrator(try Cut.read(from: &reader))
        case 14: return .recover(try Recovery.read(from: &reader))
        default: throw .unknown(field: "act")
        }
    }
}

extension RosterAct {
    /// Canonical bytes, as a projection keeps them.
    package var bytes: [UInt8] { ByteWriter.bytes { write(to: &$0) } }

    package init(bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        self = try RosterAct.read(from: &reader)
        try reader.finish()
    }
}

extension Founding {
    fileprivate static func read(from reader: inout ByteReader) throws(WireError) -> Founding {
        let name = try reader.name()
        let currency = try reader.currency()
        let scale = try reader.byte()
        guard scale <= 6 else { throw .unknown(field: "scale") }
        guard let recovery = PublicKey(try reader.raw(32)) else { throw .truncated }
        return Founding(
            name: name, currency: currency, scale: scale, recovery: recovery,
            transport: try reader.agreement(), box: try reader.agreement(),
            rosterEpoch: try reader.digest())
    }
}

extension BranchFacts {
    fileprivate static func read(from reader: inout ByteReader) throws(WireError) -> BranchFacts {
        let code = try reader.branch()
        let name = try reader.name()
        let entity = try reader.name()
        return BranchFacts(
            code: code, name: name, entity: entity, isHeadOffice: try reader.flag(),
            tradePairKey: try reader.agreement(), moneyPairKey: try reader.agreement())
    }
}

extension Admission {
    fileprivate func write(to out: inout ByteWriter) {
        out.raw(node.key.bytes)
        out.text(name)
        out.raw(transport.bytes)
        out.raw(box.bytes)
        out.text(branch.text)
        Grant.write(grants, to: &out)
        out.text(series.description)
        out.byte(invitation == nil ? 0 : 1)
        if let invitation { out.raw(invitation.bytes) }
    }

    fileprivate static func read(from reader: inout ByteReader) throws(WireError) -> Admission {
        let node = try reader.node()
        let name = try reader.name()
        let transport = try reader.agreement()
        let box = try reader.agreement()
        let branch = try reader.branch()
        let grants = try Grant.readList(from: &reader)
        guard let series = Series(try reader.text(atMost: 16)), series.branch == branch else {
            throw .unknown(field: "series")
        }
        let invitation = try reader.flag() ? try reader.digest() : nil
        return Admission(
            node: node, name: name, transport: transport, box: box, branch: branch,
            grants: grants, series: series, invitation: invitation)
    }
}

extension KeyHandout {
    fileprivate func write(to out: inout ByteWriter) {
        switch subject {
        case .scope(let scope):
            out.byte(1)
            out.text(scope.name)
        case .tradePair(let branch):
            out.byte(2)
            out.text(branch.text)
        case .moneyPair(let branch):
            out.byte(3)
            out.text(branch.text)
        }
        out.raw(to.key.bytes)
        out.raw(sealed)
    }

    fileprivate static func read(from reader: inout ByteReader) throws(WireError) -> KeyHandout {
        let subject: Subject
        switch try reader.byte() {
        case 1: subject = .scope(try reader.scope())
        case 2: subject = .tradePair(try reader.branch())
        case 3: subject = .moneyPair(try reader.branch())
        default: throw .unknown(field: "key")
        }
        let node = try reader.node()
        return KeyHandout(subject: subject, to: node, sealed: try reader.raw(sealedBytes))
    }
}

extension Cut {
    func write(to out: inout ByteWriter) {
        out.raw(node.key.bytes)
        out.length(limits.count)
        for limit in limits {
            out.varint(limit.incarnation)
            out.varint(limit.commit)
        }
        out.length(heads.count)
        for head in heads {
            out.raw(head.log.digest.bytes)
            out.varint(head.head.seq)
            out.raw(head.head.hash.bytes)
        }
    }

    static func read(from reader: inout ByteReader) throws(WireError) -> Cut {
        let node = try reader.node()
        var limits: [Limit] = []
        for _ in 0..<(try reader.length(atMost: RosterAct.limitsMax)) {
            let incarnation = try reader.varint()
            if let last = limits.last, last.incarnation >= incarnation { throw .notCanonical }
            limits.append(Limit(incarnation: incarnation, commit: try reader.varint()))
        }
        var heads: [LogHead] = []
        for _ in 0..<(try reader.length(atMost: RosterAct.headsMax)) {
            let log = LogID(try reader.digest())
            let seq = try reader.varint()
            heads.append(LogHead(log: log, head: Head(seq: seq, hash: try reader.digest())))
        }
        return Cut(node: node, limits: limits, heads: heads)
    }
}

extension Grant {
    /// Sorted, each once.
    fileprivate static func write(_ grants: [Grant], to out: inout ByteWriter) {
        let sorted = Set(grants).sorted()
        out.length(sorted.count)
        for grant in sorted {
            switch grant {
            case .catalog: out.byte(1)
            case .trade(let branch):
                out.byte(2)
                out.text(branch.text)
            case .money(let branch):
                out.byte(3)
                out.text(branch.text)
            case .readTrade(let branch):
                out.byte(4)
                out.text(branch.text)
            case .readMoney(let branch):
                out.byte(5)
                out.text(branch.text)
            }
        }
    }

    fileprivate static func readList(from reader: inout ByteReader) throws(WireError) -> [Grant] {
        var grants: [Grant] = []
        for _ in 0..<(try reader.length(atMost: RosterAct.grantsMax)) {
            switch try reader.byte() {
            case 1: grants.append(.catalog)
            case 2: grants.append(.trade(try reader.branch()))
            case 3: grants.append(.money(try reader.branch()))
            case 4: grants.append(.readTrade(try reader.branch()))
            case 5: grants.append(.readMoney(try reader.branch()))
            default: throw .unknown(field: "grant")
            }
        }
        guard grants == Set(grants).sorted() else { throw .notCanonical }
        return grants
    }
}

extension ByteReader {
    fileprivate mutating func name() throws(WireError) -> String {
        try text(atMost: RosterAct.textBytesMax)
    }
    fileprivate mutating func digest() throws(WireError) -> Digest {
        guard let digest = Digest(try raw(32)) else { throw .truncated }
        return digest
    }
    mutating func node() throws(WireError) -> NodeID {
        guard let key = PublicKey(try raw(32)) else { throw .truncated }
        return NodeID(key)
    }
    fileprivate mutating func agreement() throws(WireError) -> AgreementPublicKey {
        guard let key = AgreementPublicKey(try raw(32)) else { throw .truncated }
        return key
    }
    fileprivate mutating func branch() throws(WireError) -> BranchCode {
        guard let branch = BranchCode(try text(atMost: 8)) else { throw .unknown(field: "branch") }
        return branch
    }
    fileprivate mutating func scope() throws(WireError) -> Scope {
        guard let scope = Scope(try text(atMost: Scope.nameBytesMax)) else {
            throw .unknown(field: "scope")
        }
        return scope
    }
    fileprivate mutating func currency() throws(WireError) -> CurrencyCode {
        guard let code = CurrencyCode(try text(atMost: 3)) else {
            throw .unknown(field: "currency")
        }
        return code
    }
    fileprivate mutating func flag() throws(WireError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw .unknown(field: "flag")
        }
    }
}
