package import Books

/// What a request comes to. Long requests send `progress` first, any number of times.
package enum Reply: Codable, Sendable {
    case outcome(Outcome)
    /// One for each command, in order.
    case outcomes([CommandResult])
    case report(Report)
    case refused(Refusal)
    case progress(ProgressCount)

    package var isLast: Bool { if case .progress = self { false } else { true } }
}

package enum CommandResult: Codable, Sendable {
    case done(Outcome)
    case refused(Refusal)
}

/// What a writing command did.
package struct Outcome: Codable, Hashable, Sendable {
    /// The document's number, or what else was made, such as an invitation's line.
    package var subject: String
    /// One sentence for a person.
    package var summary: String
    /// Total, where there is one.
    package var total: String?
    /// Of the total, where it is another than the book's.
    package var currency: String?
    /// What the person should know although nothing was refused.
    package var notices: [String]
    /// Peers that hold the document durably; nil where nobody asked.
    package var heldBy: Int?

    package init(
        subject: String, summary: String, total: String? = nil, currency: String? = nil,
        notices: [String] = [], heldBy: Int? = nil
    ) {
        self.currency = currency
        self.subject = subject
        self.summary = summary
        self.total = total
        self.notices = notices
        self.heldBy = heldBy
    }
}

package struct ProgressCount: Codable, Hashable, Sendable {
    package var done: UInt64
    package var total: UInt64?
    /// What is counted: `entries`, `lines`.
    package var unit: String

    package init(done: UInt64, total: UInt64?, unit: String) {
        self.done = done
        self.total = total
        self.unit = unit
    }
}
