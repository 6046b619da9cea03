import Books
import Replica
import Store

/// What is written down of who was refused, took something along, or changed who may do what: events of
/// `audit/<branch>/<month>` in `trade/<branch>`, so that it is signed, and read at head office.
extension Engine {
    enum AuditKind: String {
        case refused, exported, printed, secret, roles
    }

    private enum Field { static let what = "what", code = "code" }

    /// Notes of one day, so that nobody fills a log by being refused.
    private static let auditsMax = 500
    private static let textBytesMax = 300

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
        let count = audited.map { $0.day == today ? $0.count : 0 } ?? 0
        guard count < Self.auditsMax else { return }
        audited = (today, count + 1)
        let isLast = count + 1 == Self.auditsMax
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
            try commit([Draft.Part(.trade(branch), [.append(event)])], at: now)
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
            default: "?"
            }
        note(.refused, refusal.what, code: refusal.code, by: person, at: now)
    }

    /// Whole characters, at least one.
    private static func cut(_ text: String, _ bytesMax: Int = textBytesMax) -> String {
        var kept = ""
        for character in text {
            guard kept.utf8.count + character.utf8.count <= bytesMax else { break }
            kept.append(character)
        }
        return kept.isEmpty ? "?" : kept
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
        for branch in branches(standing, only) {
            let months = try store.events(withPrefix: "\(Event.auditPrefix)\(branch)/")
            for event in months.flatMap(\.events) {
                report.rows.append([
                    .text(branch.text), .text(event.effectiveDate.description), .text(event.kind),
                    .text(event.person), .optional(event[Field.what]?.text),
                    .optional(event[Field.code]?.text),
                ])
            }
        }
        let limit = bounded(limit)
        if report.rows.count > limit {
            report.rows.removeFirst(report.rows.count - limit)
            report.notes.append("Only the last \(limit) rows are shown.")
        }
        report.notes += scopesMissing(standing, only)
        return report
    }
}
