import Engine

/// What a writing command did, for programs.
struct OutcomeJSON: Encodable {
    let schema = "branchbook.outcome/1"
    let subject: String
    let summary: String
    let total: String?
    /// Of the total, where it is another than the book's.
    let currency: String?
    let notices: [String]
    let heldBy: Int?

    init(_ outcome: Outcome) {
        subject = outcome.subject
        summary = outcome.summary
        total = outcome.total
        currency = outcome.currency
        notices = outcome.notices
        heldBy = outcome.heldBy
    }
}
