package import Replica

/// What people said of a document, what they decided, and which tasks are about it: in the order of time.
package struct Talk: Hashable, Sendable {
    package struct Remark: Hashable, Sendable {
        package let mark: WorkMark
        package let text: String
        /// Of a decision: the version of the document that it is about.
        package let version: String?
    }

    /// The last ones; `left` came before them.
    package let remarks: [Remark]
    package let left: Int
    /// The last ones that were opened, each once; a task itself says what it is about.
    package let tasks: [DocumentNumber]

    package static let remarksMax = 50
    /// As a version is written.
    static let versionBytesMax = 64
    /// Of what does not change.
    package static let posted = "posted", reversed = "reversed"

    enum Kind { static let comment = "comment", decided = "decided", tasked = "tasked" }

    package static func entity(_ number: DocumentNumber) -> String {
        Event.talkPrefix + number.description
    }

    package init(_ all: [Said]) {
        let remarks = all.compactMap { said -> Remark? in
            guard let text = said.text(Said.Field.text) else { return nil }
            switch said.event.kind {
            case Kind.comment: return Remark(mark: WorkMark(said), text: text, version: nil)
            case Kind.decided:
                let version = said.text(Said.Field.version, atMost: Self.versionBytesMax)
                return Remark(mark: WorkMark(said), text: text, version: version ?? "?")
            default: return nil
            }
        }
        self.remarks = remarks.suffix(Self.remarksMax)
        left = remarks.count - self.remarks.count
        var tasks: [DocumentNumber] = []
        for said in all where said.event.kind == Kind.tasked {
            guard let number = said.event[Said.Field.task]?.text.flatMap({ DocumentNumber($0) }),
                number.kind == .task, !tasks.contains(number)
            else { continue }
            tasks.append(number)
            if tasks.count > Self.remarksMax { tasks.removeFirst() }
        }
        self.tasks = tasks
    }
}

extension BookView {
    /// Which version of a document stands: of an order that of its lines, of what is a fold over events how many there
    /// are, where everybody who reads it sees them; of other documents whether they were reversed. Nil where it is not held.
    package func version(of number: DocumentNumber) throws -> String? {
        if OrderForm.Kind(number.kind) != nil {
            let order = Order(number, try events(of: Order.entity(number)))
            return order.map { $0.current?.description ?? "none" }
        }
        func count(_ entity: String) throws -> String? {
            let said = try said(of: entity).filter { !$0.scope.holdsCost }
            return said.isEmpty ? nil : String(said.count)
        }
        switch number.kind {
        case .task:
            return TaskFacts(number, try said(of: TaskFacts.entity(number))).map { "\($0.steps)" }
        case .notice:
            return Notice(number, try said(of: Notice.entity(number))).map { _ in Talk.posted }
        case .count: return try count(CountSheet.entity(number))
        case .tillShift: return try count(TillShift.entity(number))
        default:
            guard try !transactions(of: number).isEmpty else { return nil }
            return try isReversed(number) ? Talk.reversed : Talk.posted
        }
    }
}
