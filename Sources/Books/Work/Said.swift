package import Replica

/// An event with the scope that it stands in, and the branch of the node that wrote it.
package struct Said: Hashable, Sendable {
    package let event: Event
    package let scope: Scope
    /// Nil where the roster admits no such node.
    package let branch: BranchCode?

    package init(event: Event, scope: Scope, branch: BranchCode?) {
        self.event = event
        self.scope = scope
        self.branch = branch
    }

    /// A text that is there, and no longer than people may write.
    func text(_ field: String, atMost bytes: Int = DocumentHeader.memoBytesMax) -> String? {
        guard let text = event[field]?.text, (1...bytes).contains(text.utf8.count) else {
            return nil
        }
        return text
    }

    enum Field {
        static let text = "text", owner = "owner", branch = "branch", about = "about"
        static let due = "due", task = "task", result = "result", version = "version"
    }
}

/// Who did something, at which branch and on which day.
package struct WorkMark: Hashable, Sendable {
    package let person: String
    package let branch: BranchCode?
    package let day: Day
    /// What came of it, or why.
    package let result: String?

    init(_ said: Said) {
        person = said.event.person
        branch = said.branch
        day = said.event.effectiveDate
        result = said.text(Said.Field.result)
    }

    package var text: String {
        "\(person)\(branch.map { " at \($0)" } ?? "") \(day)" + (result.map { ": \($0)" } ?? "")
    }
}
