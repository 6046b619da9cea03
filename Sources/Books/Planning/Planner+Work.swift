import Replica

/// Tasks, notices, and what people say of documents: events in the scope of those whom they concern.
extension Planner {
    func work(_ details: Details, _ act: WorkAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .open(let form): try begin(details, form, view)
        case .hand(let task, let owner): try hand(details, task, to: owner, view)
        case .take(let task): try hand(details, task, to: details.person ?? person, view)
        case .finish(let task): try end(details, task, TaskFacts.Kind.done, view)
        case .cancel(let task): try end(details, task, TaskFacts.Kind.cancelled, view)
        case .comment(let number, let text):
            try say(details, text, on: number, Talk.Kind.comment, view)
        case .decide(let number, let text):
            try say(details, text, on: number, Talk.Kind.decided, view)
        case .post(let text, let branches): try post(details, text, branches, view)
        case .read(let notice): try read(details, notice, view)
        }
    }

    // MARK: Tasks

    private func begin(
        _ details: Details, _ form: TaskForm, _ view: some BookView
    ) throws -> Draft {
        try Self.check(form.text, "task", DocumentHeader.memoBytesMax)
        let there = try form.branch.map { try known($0, view) }
        let about = try form.about.map { try Self.number($0) }
        let scope: Scope
        if let about {
            scope = try home(of: about, view)
            guard there.map({ scope.isRead(at: $0) || $0 == branch }) ?? true else {
                throw Refusal(
                    .notForThisBranch, "\(form.branch ?? "") may not read what is said of \(about)",
                    next: "leave --about away, and tell them what they may know")
            }
        } else {
            scope = try home(for: there.map { [$0] } ?? [])
        }
        let header = try header(.task, details, checksPeriod: false, view)
        guard let number = header.number else { throw BooksError.overflow }
        typealias Field = Said.Field
        var fields = [Event.Field(Field.text, .text(form.text))]
        var notices: [String] = []
        if let owner = form.owner {
            notices = try check(owner: owner, view)
            fields.append(.init(Field.owner, .text(owner)))
        }
        if let there { fields.append(.init(Field.branch, .text(there.text))) }
        if let about { fields.append(.init(Field.about, .text(about.description))) }
        if let due = details.due {
            fields.append(.init(Field.due, .text(try Self.day(due).description)))
        }
        var draft = draft(
            number, scope,
            Event(
                entity: TaskFacts.entity(number), kind: TaskFacts.Kind.opened,
                person: header.person, effectiveDate: header.effectiveDate, fields: fields),
            notices)
        // The document's page finds it.
        if let about {
            let event = Event(
                entity: Talk.entity(about), kind: Talk.Kind.tasked, person: header.person,
                effectiveDate: header.effectiveDate,
                fields: [.init(Field.task, .text(number.description))])
            draft.add([.append(event)], to: scope)
        }
        return draft
    }

    private func hand(
        _ details: Details, _ text: String, to owner: String, _ view: some BookView
    ) throws -> Draft {
        let task = try openTask(text, view)
        let notices = try check(owner: owner, view)
        guard task.owner != owner else {
            throw Refusal(.nothingChanges, "\(task.number) is \(owner)'s already")
        }
        return draft(
            task.number, task.scope,
            try event(
                TaskFacts.entity(task.number), TaskFacts.Kind.handed, details,
                [.init(Said.Field.owner, .text(owner))]), notices)
    }

    private func end(
        _ details: Details, _ text: String, _ kind: String, _ view: some BookView
    ) throws -> Draft {
        let task = try openTask(text, view)
        guard kind != TaskFacts.Kind.cancelled || task.number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(task.number) was opened at \(task.number.series.branch)",
                next: "say there that it is not needed, or that it is done")
        }
        var fields: [Event.Field] = []
        if let memo = details.memo {
            try Self.check(memo, "memo", DocumentHeader.memoBytesMax)
            fields.append(.init(Said.Field.result, .text(memo)))
        }
        return draft(
            task.number, task.scope,
            try event(TaskFacts.entity(task.number), kind, details, fields))
    }

    private func openTask(_ text: String, _ view: some BookView) throws -> TaskFacts {
        let number = try Self.number(text)
        guard let task = TaskFacts(number, try view.said(of: TaskFacts.entity(number))) else {
            throw Refusal(
                .unknownDocument, "there is no task \(number)", next: "see `branchbook task list`")
        }
        guard task.state == .open else {
            throw Refusal(
                .taskOver, "\(number) is \(task.state.rawValue)",
                next: "see `branchbook task show \(number)`")
        }
        guard task.mayStep(branch) else {
            throw Refusal(
                .notForThisBranch, "\(number) is to be done at \(task.branch?.text ?? "?")",
                next: "do it there")
        }
        try requireWriting(task.scope)
        return task
    }

    /// - Returns: what the person should know.
    private func check(owner: String, _ view: some BookView) throws -> [String] {
        try Self.check(owner, "person", DocumentHeader.personBytesMax)
        guard try view.person(owner) == nil, try !view.people().isEmpty else { return [] }
        return ["nothing is said of \(owner): `branchbook person set \(owner)`, if this is no slip"]
    }

    // MARK: Notices

    private func post(
        _ details: Details, _ text: String, _ names: [String], _ view: some BookView
    ) throws -> Draft {
        try Self.check(text, "notice", DocumentHeader.memoBytesMax)
        guard names.count <= Notice.branchesMax else {
            throw Refusal(
                .tooManyLines, "a notice names at most \(Notice.branchesMax) branches",
                next: "name none: it is for everybody then")
        }
        let branches = Set(try names.map { try known($0, view) })
        let header = try header(.notice, details, checksPeriod: false, view)
        guard let number = header.number else { throw BooksError.overflow }
        let fields =
            [Event.Field(Said.Field.text, .text(text))]
            + branches.sorted().map { .init(Said.Field.branch, .text($0.text)) }
        return draft(
            number, try home(for: branches),
            Event(
                entity: Notice.entity(number), kind: Notice.Kind.opened, person: header.person,
                effectiveDate: header.effectiveDate, fields: fields))
    }

    private func read(
        _ details: Details, _ text: String, _ view: some BookView
    ) throws -> Draft {
        let number = try Self.number(text)
        guard let notice = Notice(number, try view.said(of: Notice.entity(number))) else {
            throw Refusal(
                .unknownDocument, "there is no notice \(number)",
                next: "see `branchbook notice list`")
        }
        let reader = details.person ?? person
        guard !notice.isRead(by: reader) else {
            throw Refusal(.nothingChanges, "\(reader) has read \(number) already")
        }
        try requireWriting(notice.scope)
        return draft(
            number, notice.scope,
            try event(Notice.entity(number), Notice.Kind.read, details, []))
    }

    // MARK: Comments and decisions

    private func say(
        _ details: Details, _ text: String, on document: String, _ kind: String,
        _ view: some BookView
    ) throws -> Draft {
        try Self.check(
            text, kind == Talk.Kind.comment ? "comment" : "decision", DocumentHeader.memoBytesMax)
        let number = try Self.number(document)
        let scope = try home(of: number, view)
        var fields = [Event.Field(Said.Field.text, .text(text))]
        if kind == Talk.Kind.decided {
            let version = try view.version(of: number) ?? Talk.posted
            fields.append(.init(Said.Field.version, .text(version)))
        }
        return draft(number, scope, try event(Talk.entity(number), kind, details, fields))
    }

    private func event(
        _ entity: String, _ kind: String, _ details: Details, _ fields: [Event.Field]
    ) throws -> Event {
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        return Event(
            entity: entity, kind: kind, person: person,
            effectiveDate: try details.date.map { try Self.day($0) } ?? today, fields: fields)
    }

    private func draft(
        _ number: DocumentNumber, _ scope: Scope, _ event: Event, _ notices: [String] = []
    ) -> Draft {
        Draft(
            number: number, parts: [Draft.Part(scope, [.append(event)])], notices: notices)
    }

    private func known(_ text: String, _ view: some BookView) throws -> BranchCode {
        guard let code = BranchCode(text), try view.isBranch(code) else {
            throw Refusal(.unknownBranch, "there is no branch \(text)")
        }
        return code
    }
}
