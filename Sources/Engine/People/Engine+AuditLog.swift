import Books
import Replica
import Store

/// What is written down of who was refused, took something along, or changed who may do what: events of
/// `audit/<branch>/<month>` in `trade/<branch>`, so that it is signed, and read at head office.
extension Engine {
    enum AuditKind: String {
        case refused, exported, printed, secret, roles
        /// With a PIN. Who shows a token is noted by nothing.
        case signedIn = "signed in"
    }

    private enum Field { static let what = "what", code = "code" }

    private static let textBytesMax = 300

    /// Notes of one day, so that nobody fills a log by being refused: who is refused leaves room for what is done, and who
    /// says no name for who says one. Kept at this node: a command that opens the directory anew counts on.
    private struct Audited {
        /// In the order in which their counts are kept.
        enum Kind: CaseIterable { case refused, unsigned, other, printed, signIn }

        static let setting = "audited"
        /// As the person of a request in nobody's name.
        static let nobody = "?"

        let day: Day
        private var counts: [Kind: Int] = [:]

        /// `2026-11-24 3 0 7 12 4`: refused in somebody's name, in nobody's, all else, pages printed, sign-ins. What is of another day begins anew.
        init(_ text: String?, on day: Day) {
            self.day = day
            let parts = (text ?? "").split(separator: " ")
            guard parts.count == Kind.allCases.count + 1, parts[0] == day.description else {
                return
            }
            for (kind, part) in zip(Kind.allCases, parts[1...]) {
                counts[kind] = Int(part).map { min(max($0, 0), Self.most(kind)) }
            }
        }

        var text: String {
            ([day.description]
                + Kind.allCases.map { String(counts[$0, default: 0]) })
                .joined(separator: " ")
        }

        static func most(_ kind: Kind) -> Int {
            switch kind {
            case .refused: 100
            case .unsigned: 20
            case .other: 500
            case .printed: 300
            case .signIn: 100
            }
        }

        func left(_ kind: Kind) -> Int { Self.most(kind) - counts[kind, default: 0] }

        mutating func add(_ kind: Kind) { counts[kind, default: 0] += 1 }
    }

    /// A note of its own; where this node cannot write one, there is none.
    func note(
        _ kind: AuditKind, _ what: String, code: Refusal.Code? = nil, by person: String,
        at now: Instant
    ) {
        guard let branch = standing?.branch,
            standing?.member?.grants.contains(.trade(branch)) == true,
            author != nil, !lacksOwnEntries(at: now)
        else { return }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var audited = Audited(try? store.setting(Audited.setting), on: today)
        let counted: Audited.Kind =
            switch kind {
            case .printed: .printed
            case .signedIn: .signIn
            case .refused: person == Audited.nobody ? .unsigned : .refused
            case .exported, .secret, .roles: .other
            }
        guard audited.left(counted) > 0 else { return }
        audited.add(counted)
        let isLast = audited.left(counted) == 0
        var fields = [
            Event.Field(
                Field.what,
                .text(Self.cut(isLast ? "\(what) (more of today is not written)" : what)))
        ]
        if let code { fields.append(.init(Field.code, .text(code.rawValue))) }
        let event = Event(
            entity: "\(Event.auditPrefix)\(branch)/\(today.description.dropLast(3))",
            kind: kind.rawValue, person: Self.cut(person, DocumentHeader.personBytesMax),
            effectiveDate: today, fields: fields)
        // What cannot be noted keeps nobody from an answer.
        _ = try? undoable {
            try store.set(Audited.setting, audited.text)
            return try commit([Draft.Part(.trade(branch), [.append(event)])], at: now)
        }
    }

    /// Of what concerns who may do what; that goods are short is no secret.
    func noteRefused(_ refusal: Refusal, _ request: Request, at now: Instant) {
        let codes: [Refusal.Code] = [
            .notSignedIn, .wrongSecret, .signInLocked, .notAllowed, .backDated, .notThisPerson,
        ]
        guard codes.contains(refusal.code), (try? asksWho()) == true else { return }
        let person =
            switch request {
            case .signed(let access, _): access.person
            case .signIn(let person, _): person
            default: Audited.nobody
            }
        note(.refused, refusal.what, code: refusal.code, by: person, at: now)
    }

    /// Whole characters, at least one.
    private static func cut(_ text: String, _ bytesMax: Int = textBytesMax) -> String {
        let kept = text.cut(toBytes: bytesMax)
        return kept.isEmpty ? "?" : kept
    }

    /// Kind, person, what and code.
    static func cells(ofNote event: Event) -> [Report.Cell] {
        [
            .text(event.kind), .text(event.person), .optional(event[Field.what]?.text),
            .optional(event[Field.code]?.text),
        ]
    }

    func auditLog(branch text: String?, limit: Int) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try text.map { try known($0, standing) }
        var report = Report(
            schema: "branchbook.audit/1", title: "Audit log",
            columns: [
                .text("branch", "Branch"), .text("date", "Date"), .text("kind", "Kind"),
                .text("person", "Person"), .text("what", "What"), .text("code", "Code"),
            ])
        let limit = bounded(limit)
        var found: [(branch: BranchCode, event: Event)] = []
        for month in try auditMonths(branches(standing, only)) {
            // One more than is shown tells that there are more.
            guard found.count <= limit else { break }
            for (branch, entity) in month {
                for event in try store.events(of: entity) { found.append((branch, event)) }
            }
        }
        // Of one day as they were found: branch by branch, in the order of time.
        let rows = found.enumerated().sorted {
            ($0.element.event.effectiveDate, $0.offset) < (
                $1.element.event.effectiveDate, $1.offset
            )
        }
        if rows.count > limit { report.notes.append("Only the last \(limit) rows are shown.") }
        report.rows = rows.suffix(limit).map { _, one in
            [
                .text(one.branch.text), .text(one.event.effectiveDate.description),
            ] + Self.cells(ofNote: one.event)
        }
        report.notes += scopesMissing(standing, only)
        return report
    }

    /// The logs of each month, the newest month first; those by a name that is no month last.
    private func auditMonths(
        _ branches: [BranchCode]
    ) throws -> [[(branch: BranchCode, entity: String)]] {
        var months: [String: [(branch: BranchCode, entity: String)]] = [:]
        for branch in branches {
            let prefix = "\(Event.auditPrefix)\(branch)/"
            for entity in try store.entities(withPrefix: prefix) {
                let month = String(entity.dropFirst(prefix.count))
                months[Day("\(month)-01") == nil ? "" : month, default: []]
                    .append((branch, entity))
            }
        }
        return months.sorted { $0.key > $1.key }.map(\.value)
    }
}
