package import Replica

/// What people do with work, and say of documents.
package enum WorkAct: Codable, Hashable, Sendable {
    case open(TaskForm)
    /// Somebody else has it from now on.
    case hand(task: String, owner: String)
    /// Who acts has it from now on.
    case take(task: String)
    /// The memo says what came of it.
    case finish(task: String)
    case cancel(task: String)
    case comment(on: String, text: String)
    /// What was decided of a document, as it is now.
    case decide(about: String, text: String)
    /// For everybody, or for some branches.
    case post(text: String, branches: [String])
    case read(notice: String)

    /// One sentence of what was done with a document.
    package func summary(_ number: DocumentNumber, word: String) -> String {
        switch self {
        case .open, .post: "\(word) \(number)"
        case .hand(_, let owner): "\(word) \(number) is \(owner)'s"
        case .take: "\(word) \(number) taken"
        case .finish: "\(word) \(number) is done"
        case .cancel: "\(word) \(number) is cancelled"
        case .comment: "\(word) \(number) has a comment"
        case .decide: "\(word) \(number) has a decision"
        case .read: "\(word) \(number) is read"
        }
    }
}

/// A new task. By when it is to be done stands in the details.
package struct TaskForm: Codable, Hashable, Sendable {
    package var text: String
    package var owner: String?
    /// Where it is to be done: this branch, or another one. Without it everybody in the company sees it.
    package var branch: String?
    /// The document that it is about: who reads that sees it.
    package var about: String?

    package init(
        text: String, owner: String? = nil, branch: String? = nil, about: String? = nil
    ) {
        self.text = text
        self.owner = owner
        self.branch = branch
        self.about = about
    }
}
