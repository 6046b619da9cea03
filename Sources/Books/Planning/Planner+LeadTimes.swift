import Replica

/// How long goods are on their way.
extension Planner {
    private static let leadAttribute = "days"
    static let leadDaysMax: Int64 = 365

    private static func leadEntity(from: BranchCode, to: BranchCode) -> String {
        "lead/\(from)/\(to)"
    }

    /// Two branches of the book, of which one sends goods to the other.
    func way(
        from: String, to: String, _ view: some BookView
    ) throws -> (BranchCode, BranchCode) {
        func known(_ text: String) throws -> BranchCode {
            guard let code = BranchCode(text), try view.isBranch(code) else {
                throw Refusal(.unknownBranch, "there is no branch \(text)")
            }
            return code
        }
        let (from, to) = (try known(from), try known(to))
        guard from != to else {
            throw Refusal(.notForThisBranch, "\(from) sends nothing to itself")
        }
        return (from, to)
    }

    func setLead(
        from: String, to: String, days text: String, _ view: some BookView
    ) throws -> Draft {
        try requireCatalog()
        let (from, to) = try way(from: from, to: to, view)
        let value: Value
        if text.isEmpty {
            value = .absent
        } else {
            let days = try Amount.parse(text, scale: 0)
            guard (0...Self.leadDaysMax).contains(days) else {
                throw Refusal(.badOption, "\(text) is not 0 to \(Self.leadDaysMax) days")
            }
            value = .integer(days)
        }
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [try set(Self.leadEntity(from: from, to: to), Self.leadAttribute, value, view)])
            ])
    }

    /// Days from one branch to another; nil where nobody said.
    func leadDays(
        from: BranchCode, to: BranchCode, _ view: some BookView
    ) throws -> Int64? {
        try view.values(
            entity: Self.leadEntity(from: from, to: to), attribute: Self.leadAttribute
        ).last?.integer
    }

    /// The day by which goods are expected: the one that was said, or the lead time's.
    func due(_ details: Details, _ header: DocumentHeader, lead: Int64?) throws -> Day? {
        guard let text = details.due else {
            guard let lead, (0...Self.leadDaysMax).contains(lead) else { return nil }
            return Day(number: header.effectiveDate.number &+ Int32(lead))
        }
        let due = try Self.day(text)
        guard due >= header.effectiveDate else {
            throw Refusal(.badDate, "\(due) is before \(header.effectiveDate)")
        }
        return due
    }
}
