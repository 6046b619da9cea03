/// One fact.
package enum Operation: Hashable, Sendable {
    case post(Transaction)
    case set(RegisterWrite)
    case append(Event)
    case roster(RosterAct)
    /// Kept, relayed, and applied after an upgrade.
    case unknown(kind: UInt64, bytes: [UInt8])
}

extension Operation {
    package var transaction: Transaction? {
        if case .post(let transaction) = self { transaction } else { nil }
    }
}

/// A write to a multi-value register: it shows iff valid and no valid write supersedes it.
package struct RegisterWrite: Hashable, Sendable {
    /// What is described, such as `item/4711` or `party/ACME`.
    package let entity: String
    package let attribute: String
    package let value: Value
    /// The writes this one saw and replaces; of this or other logs.
    package let supersedes: [Dot]

    package init(entity: String, attribute: String, value: Value, supersedes: [Dot] = []) {
        self.entity = entity
        self.attribute = attribute
        self.value = value
        self.supersedes = supersedes
    }

    package static let nameBytesMax = 128
    package static let supersedesMax = 64
    package static let locationPrefix = "location/"
    package static let stockingPrefix = "stocking/"
    package static let targetPrefix = "target/"

    /// Does it say what a branch is to reach? That makes its node tell everybody what it did.
    package var isTarget: Bool { entity.utf8.starts(with: Self.targetPrefix.utf8) }

    /// The branch that a target is of; nil where the name says none.
    package var targetBranch: BranchCode? {
        guard isTarget else { return nil }
        let parts = entity.utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 3 ? BranchCode(Substring(parts[1])) : nil
    }

    package static let recurringPrefix = "recurring/"

    /// The one scope that an entity is described in: a branch's locations, and how it stocks them, in
    /// `trade/<branch>`, what it enters every month in `money/<branch>`, all else in the catalog. Nil for those of no
    /// branch.
    package var home: Scope? {
        let own = [Self.locationPrefix, Self.stockingPrefix, Self.recurringPrefix].first {
            entity.utf8.starts(with: $0.utf8)
        }
        guard let own else { return .catalog }
        let rest = entity.utf8.dropFirst(own.utf8.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return BranchCode(String(decoding: rest[..<slash], as: UTF8.self)).map {
            own == Self.recurringPrefix ? .money($0) : .trade($0)
        }
    }
}

/// A step in the life of an entity; the entity's state is a fold over its events.
package struct Event: Hashable, Sendable {
    package let entity: String
    package let kind: String
    package let person: String
    package let effectiveDate: Day
    package let fields: [Field]

    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package init(
        entity: String, kind: String, person: String, effectiveDate: Day, fields: [Field] = []
    ) {
        self.entity = entity
        self.kind = kind
        self.person = person
        self.effectiveDate = effectiveDate
        self.fields = fields
    }

    package subscript(name: String) -> Value? { fields.first { $0.name == name }?.value }

    /// Entities `layers/<shipment>` tell how the value of goods lay where they came from: only a keeper
    /// of the branch that shipped them may say so. Nil where every writer of the scope may append.
    package var statingBranch: BranchCode? {
        guard entity.utf8.starts(with: Self.layersPrefix.utf8) else { return nil }
        return DocumentNumber(
            Substring(entity.utf8.dropFirst(Self.layersPrefix.utf8.count)))?.series.branch
    }

    package static let layersPrefix = "layers/"

    /// What an event is about, where that is a document of one branch: not everybody may say everything of
    /// another's. Nil for entities of which every writer of a scope may speak.
    package enum Matter: Hashable, Sendable {
        /// A stocktake, a till shift, what settles a tender: the branch's own.
        case ownWork(BranchCode)
        /// What the node of a series begins of its branch's own: an invoice, a match, a debt to be given up.
        case ownPaper(Series, begins: Bool)
        /// An order: others may approve, refuse, and take that back; all else is the branch's, but that a
        /// request is closed by either.
        case order(BranchCode, isStep: Bool)
        /// What a branch asks of another one: rights back, money that it gave a customer, or a price of goods that it sent.
        case asked(BranchCode)
        /// What the two branches of a shipment say of it.
        case transfer(BranchCode)
        /// What is free on a branch's shelf, and how the branch did: its holder tells everybody, on the board.
        case shelf(BranchCode)
        /// An amount that a branch passed on to another: its keeper says so, where both read their money.
        case charged(BranchCode)
        /// What there is against an amount that a branch passed on: who writes what is between it and another says so there.
        case objected(BranchCode)
        /// A task or a notice: the node of its series begins it, and who writes where it stands may take a step.
        case work(Series, begins: Bool)
        /// What people say of a branch's document: where that is read. Of work also on the board.
        case talk(BranchCode, isOfWork: Bool)
        /// A branch's period that is closed, or open again: who may write its money says so where all of it read it.
        case period(BranchCode)
        /// What a bank's statement says: who may write the branch's money says so where that is read.
        case bank(BranchCode)
        /// Who was refused, took something along, or changed who may: the branch's own, where its trade is read.
        case audit(BranchCode)
        /// The company's books up to a day: an administrator's, where everybody reads it; who may write a branch's money agrees.
        case seal(agrees: Bool)
        /// By a name that says so, and with a number that is none.
        case nothing
    }

    package var matter: Matter? {
        // By bytes, as everything that reads a name does: a mark that joins the slash before it hides nothing.
        guard let slash = entity.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let prefix = String(decoding: entity.utf8[...slash], as: UTF8.self)
        guard Self.prefixes.contains(prefix) else { return nil }
        let rest = Substring(entity.utf8[slash...].dropFirst())
        if prefix == Self.bankPrefix || prefix == Self.auditPrefix {
            guard let end = rest.utf8.firstIndex(of: UInt8(ascii: "/")),
                let branch = BranchCode(Substring(rest.utf8[..<end]))
            else { return .nothing }
            return prefix == Self.bankPrefix ? .bank(branch) : .audit(branch)
        }
        if prefix == Self.sealPrefix {
            return Day(rest) == nil
                ? .nothing : .seal(agrees: kind == Self.agreementKind)
        }
        if prefix == Self.freePrefix {
            return BranchCode(rest).map { .shelf($0) } ?? .nothing
        }
        if prefix == Self.figuresPrefix { return Self.matter(ofFigures: rest) }
        guard let number = DocumentNumber(rest) else { return .nothing }
        let branch = number.series.branch
        switch prefix {
        case Self.orderPrefix:
            // Who has the goods of a request may say that no more of them come.
            let ends = kind == Self.closingKind && number.kind == .transferRequest
            return .order(branch, isStep: ends || Self.stepsOfOthers.contains(kind))
        case Self.reclaimPrefix, Self.refundPrefix: return .asked(branch)
        // What goods are charged at is the sender's to say.
        case Self.transferPrefix:
            return kind == Self.pricingKind ? .asked(branch) : .transfer(branch)
        case Self.chargePrefix: return .charged(branch)
        case Self.objectionPrefix: return .objected(branch)
        case Self.closePrefix: return number.kind == .close ? .period(branch) : .nothing
        case Self.taskPrefix, Self.noticePrefix:
            let kind: DocumentKind = prefix == Self.taskPrefix ? .task : .notice
            guard number.kind == kind else { return .nothing }
            return .work(number.series, begins: self.kind == Self.openingKind)
        case Self.talkPrefix:
            return .talk(branch, isOfWork: [.task, .notice].contains(number.kind))
        case Self.matchPrefix, Self.invoicePrefix, Self.debtPrefix:
            return .ownPaper(number.series, begins: self.kind == Self.openingKind)
        default: return .ownWork(branch)
        }
    }

    /// `HZ/2026-11`: how a branch did in a month, which its holder tells everybody as it does what is free.
    private static func matter(ofFigures rest: Substring) -> Matter {
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let branch = BranchCode(parts[0]), Day("\(parts[1])-01") != nil
        else { return .nothing }
        return .shelf(branch)
    }

    package static let countPrefix = "count/", shiftPrefix = "shift/", orderPrefix = "order/"
    package static let reclaimPrefix = "reclaim/", refundPrefix = "refund/"
    package static let transferPrefix = "transfer/", freePrefix = "free/"
    package static let closePrefix = "close/", chargePrefix = "charge/"
    package static let matchPrefix = "match/", invoicePrefix = "invoice/"
    package static let debtPrefix = "debt/", bankPrefix = "bank/", clearingPrefix = "clearing/"
    package static let auditPrefix = "audit/"
    package static let sealPrefix = "seal/", agreementKind = "confirmed"
    package static let taskPrefix = "task/", noticePrefix = "notice/", talkPrefix = "talk/"
    package static let figuresPrefix = "figures/"
    /// What a branch has against a charge: whoever writes what is between the two may say so, and only the word of a
    /// node of the charged branch counts.
    package static let objectionPrefix = "objection/"
    private static let prefixes: Set<String> = [
        countPrefix, shiftPrefix, orderPrefix, reclaimPrefix, refundPrefix, transferPrefix,
        freePrefix, closePrefix, chargePrefix, matchPrefix, invoicePrefix, debtPrefix,
        clearingPrefix, bankPrefix, auditPrefix, sealPrefix,
        taskPrefix, noticePrefix, talkPrefix, figuresPrefix, objectionPrefix,
    ]

    package static let approvalKind = "approved", refusalKind = "refused"
    package static let withdrawalKind = "withdrawn"
    package static let stepsOfOthers: Set<String> = [approvalKind, refusalKind, withdrawalKind]

    /// The number that this event takes for what it begins: `<what>/<number>`, of kind `opened`.
    package var opens: DocumentNumber? {
        guard kind == Self.openingKind,
            let slash = entity.utf8.firstIndex(of: UInt8(ascii: "/"))
        else { return nil }
        return DocumentNumber(Substring(entity.utf8[slash...].dropFirst()))
    }

    package static let openingKind = "opened", closingKind = "closed"
    package static let pricingKind = "priced"

    package static let fieldsMax = 64
}

/// What a register or an event's field holds.
package enum Value: Hashable, Sendable {
    /// Withdrawn.
    case absent
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    package static let bytesMax = 4_096

    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
}
