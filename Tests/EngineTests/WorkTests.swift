import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Tasks, notices, comments and decisions; with branches apart as well. The test's day is 18 November.
@Suite struct WorkTests {
    private func company(seed: UInt64, _ branches: [String] = ["gz", "sh"]) throws -> TestNetwork {
        let network = try TestNetwork.company(branches, seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "ACME"))
        network.settle()
        return network
    }

    private func details(
        _ person: String, date: String? = nil, memo: String? = nil, due: String? = nil
    ) -> Details { Details(date: date, person: person, memo: memo, due: due) }

    private func open(
        _ node: TestNode, _ form: TaskForm, _ details: Details = Details(person: "Lin")
    ) throws -> String { try node.perform(.work(details, .open(form))).subject }

    private func fact(_ report: Report, _ key: String) -> String? {
        report.facts.first { $0.key == key }?.value.plain
    }

    private func task(_ node: TestNode, _ number: String, _ key: String) throws -> String? {
        fact(try node.report(.task(number: number)), key)
    }

    private func todo(_ node: TestNode, _ filter: TodoFilter) throws -> [[String]] {
        try node.report(.todo(filter)).rows.map { $0.map(\.plain) }
    }

    /// As a program writes that keeps no rules.
    private func write(_ node: TestNode, _ scope: Scope, _ events: [Event]) throws {
        let engine = node.engine
        try engine.store.transact {
            _ = try engine.commit([Draft.Part(scope, events.map { .append($0) })], at: node.now)
            try engine.author?.seal(in: engine.store)
        }
    }

    private func branch(_ text: String) throws -> BranchCode { try #require(BranchCode(text)) }

    private func pair(_ a: String, _ b: String) throws -> BranchPair {
        try #require(BranchPair(branch(a), branch(b)))
    }

    // MARK: Tasks

    @Test func aTaskGoesItsWay() throws {
        let network = try company(seed: 300)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let number = try open(
            hz, TaskForm(text: "Count the teas again", owner: "Wang", branch: "GZ"),
            details("Lin", due: "2026-11-17"))
        #expect(number == "HZa-L-2026-000001")
        network.settle()
        let expected = [
            number, "2026-11-18", "GZ", "Count the teas again", "Wang", "2026-11-17", "open", "",
            "",
        ]
        for node in [hz, gz, sh] {
            let rows = try node.report(.tasks(TaskFilter(branch: "GZ", overdueOnly: true))).rows
            #expect(rows.map { $0.map(\.plain) } == [expected])
        }
        #expect(try hz.report(.tasks(TaskFilter(branch: "HZ"))).rows.isEmpty)
        #expect(try hz.report(.tasks(TaskFilter(person: "Chen"))).rows.isEmpty)
        // Neither the branch that opened it nor the one where it is to be done.
        #expect(sh.refusal(.work(details("Chen"), .take(task: number))) == .notForThisBranch)
        try gz.perform(.work(details("Chen"), .take(task: number)))
        #expect(gz.refusal(.work(details("Chen"), .take(task: number))) == .nothingChanges)
        #expect(
            gz.refusal(.work(details("Chen"), .cancel(task: number))) == .notForThisBranch)
        let done = try gz.perform(
            .work(details("Chen", memo: "three were behind the door"), .finish(task: number)))
        #expect(done.summary == "task \(number) is done")
        network.settle()
        for node in [hz, gz, sh] {
            let page = try node.report(.document(number: number))
            #expect(fact(page, "state") == "done" && fact(page, "owner") == "Chen")
            #expect(fact(page, "done") == "Chen at GZ 2026-11-18: three were behind the door")
            #expect(try node.report(.tasks(TaskFilter())).rows.isEmpty)
            #expect(try node.report(.tasks(TaskFilter(all: true))).rows.count == 1)
        }
        for act in [
            WorkAct.take(task: number), .hand(task: number, owner: "Li"), .finish(task: number),
            .cancel(task: number),
        ] { #expect(hz.refusal(.work(details("Lin"), act)) == .taskOver) }
        // The next one has the next number.
        #expect(try open(hz, TaskForm(text: "x")) == "HZa-L-2026-000002")
        #expect(try hz.report(.reconcile(branch: nil)).rows.isEmpty)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// Whatever was said beside it, what was done is done; of two who were handed it the last one has it.
    @Test func whatIsSaidBesideEachOtherConverges() throws {
        let network = try company(seed: 301)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let (first, second) = (
            try open(hz, TaskForm(text: "a")), try open(hz, TaskForm(text: "b"))
        )
        let third = try open(hz, TaskForm(text: "c"))
        network.settle()
        for (a, b) in [("hz", "gz"), ("hz", "sh"), ("gz", "sh")] { network.sever(a, b) }
        network.settle()
        try hz.perform(.work(details("Lin", memo: "not needed"), .cancel(task: first)))
        try gz.perform(.work(details("Chen", memo: "it is done"), .finish(task: first)))
        try sh.perform(.work(details("Zhao"), .hand(task: first, owner: "Zhao")))
        try hz.perform(.work(details("Lin"), .hand(task: second, owner: "Wang")))
        network.run(milliseconds: 10_000)
        try sh.perform(.work(details("Zhao"), .hand(task: second, owner: "Zhao")))
        for (node, person) in [(hz, "Lin"), (gz, "Chen"), (sh, "Zhao")] {
            try node.perform(.work(details(person), .finish(task: third)))
            network.run(milliseconds: 5_000)
        }
        #expect(try task(hz, first, "state") == "cancelled" && task(gz, first, "state") == "done")
        for (a, b) in [("hz", "gz"), ("hz", "sh"), ("gz", "sh")] { network.mend(a, b) }
        network.run(milliseconds: 120_000)
        for node in [hz, gz, sh] {
            #expect(try task(node, first, "state") == "done")
            #expect(try task(node, first, "done") == "Chen at GZ 2026-11-18: it is done")
            #expect(try task(node, first, "owner") == "Zhao")
            #expect(try task(node, second, "owner") == "Zhao")
            #expect(try task(node, second, "state") == "open")
            #expect(try task(node, third, "done") == "Lin at HZ 2026-11-18")
            #expect(
                try node.report(.tasks(TaskFilter(all: true)))
                    == hz.report(.tasks(TaskFilter(all: true))))
        }
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Who reads what

    /// A comment stands where the document does: a branch that may not read it learns nothing.
    @Test func nobodyReadsOfWhatTheyMayNotRead() throws {
        let network = try company(seed: 302, ["gz"])
        try network.join("sh", seed: 333, readsAll: false)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let sale = try hz.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash")
        ).subject
        let journal = try hz.perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "expense/rent", amount: "5.00"),
                    JournalLine(account: "bank/main", amount: "-5.00"),
                ])
        ).subject
        let shipment = try hz.perform(
            .ship(Details(), [Line(item: "TEA", quantity: "2")], to: "GZ")
        ).subject
        network.settle()
        func places(_ number: String) throws -> [String] {
            let roster = try #require(hz.engine.standing).roster
            let entity = Talk.entity(try #require(DocumentNumber(number)))
            return try hz.engine.store.said(of: entity, roster).map(\.scope.name)
        }
        for number in [sale, journal, shipment] {
            try hz.perform(.work(details("Lin"), .comment(on: number, text: "zebra \(number)")))
        }
        network.settle()
        // GZ reads all and answers in what stands between the two.
        try gz.perform(.work(details("Chen"), .comment(on: sale, text: "zebra from GZ")))
        try gz.perform(.work(details("Chen"), .comment(on: journal, text: "zebra from GZ")))
        try gz.perform(.work(details("Chen"), .comment(on: shipment, text: "zebra from GZ")))
        network.settle()
        let task = try open(hz, TaskForm(text: "tell the owner", about: journal))
        network.settle()
        #expect(try places(sale) == ["trade/HZ", "between/GZ+HZ"])
        #expect(try places(journal) == ["money/HZ", "between-money/GZ+HZ", "money/HZ"])
        #expect(try places(shipment) == ["between/GZ+HZ", "between/GZ+HZ"])
        #expect(try self.task(gz, task, "scope") == "money/HZ")
        for node in [hz, gz] {
            #expect(
                try node.report(.document(number: journal)).notes.first
                    == "task \(task), open: tell the owner")
        }
        for node in [hz, gz] {
            for number in [sale, journal, shipment] {
                #expect(
                    try node.report(.document(number: number)).notes.filter {
                        $0.contains("zebra")
                    } == [
                        "Lin at HZ 2026-11-18: zebra \(number)",
                        "Chen at GZ 2026-11-18: zebra from GZ",
                    ])
            }
        }
        #expect(sh.refusal(.work(details("X"), .comment(on: sale, text: "x"))) == .unknownDocument)
        #expect(sh.refusal(.work(details("X"), .finish(task: task))) == .unknownDocument)
        #expect(try sh.report(.tasks(TaskFilter(all: true))).rows.isEmpty)
        #expect(try sh.engine.store.events(of: "talk/\(sale)").isEmpty)
        // What is about a document is not sent to who may not read that; what is for everybody is.
        #expect(
            hz.refusal(
                .work(details("Lin"), .open(TaskForm(text: "x", branch: "SH", about: sale))))
                == .notForThisBranch)
        let free = try open(hz, TaskForm(text: "for all"))
        let own = try open(hz, TaskForm(text: "for us", branch: "HZ"))
        let theirs = try open(hz, TaskForm(text: "for SH", branch: "SH"))
        network.settle()
        #expect(try self.task(sh, free, "scope") == "board")
        #expect(try self.task(sh, theirs, "scope") == "between/HZ+SH")
        #expect(try self.task(hz, own, "scope") == "trade/HZ")
        #expect(
            try sh.report(.tasks(TaskFilter())).rows.map { $0[0].plain } == [free, theirs])
        // Neither in the clear on a cable.
        for word in ["zebra", "tell the owner"].map({ Array($0.utf8) }) {
            #expect(
                !network.overheard.contains { bytes in
                    bytes.indices.contains { bytes[$0...].starts(with: word) }
                })
        }
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Decisions

    @Test func aDecisionStandsWithItsVersion() throws {
        let network = try company(seed: 303, ["gz"])
        let (hz, gz) = (try network["hz"], try network["gz"])
        let order = try hz.perform(
            .order(
                Details(person: "Li"),
                .open(
                    OrderForm(
                        kind: .purchase, party: "ACME", lines: [Line(item: "TEA", quantity: "5")])))
        ).subject
        let sale = try hz.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash")
        ).subject
        let sheet = try hz.perform(.count(Details(), .open(CountOrder(items: ["TEA"])))).subject
        let task = try open(hz, TaskForm(text: "a"))
        func decide(_ number: String) throws {
            try hz.perform(.work(details("Wang"), .decide(about: number, text: "go on")))
        }
        func said(_ number: String) throws -> [String] {
            network.settle()
            let notes = try hz.report(.document(number: number)).notes
            #expect(try gz.report(.document(number: number)).notes == notes)
            return notes.filter { $0.hasPrefix("decided") }
        }
        let who = "decided by Wang at HZ 2026-11-18, of version "
        for (number, version) in [
            (order, "1 a"), (sale, "posted"), (sheet, "1"), (task, "1"),
        ] {
            try decide(number)
            #expect(try said(number) == ["\(who)\(version): go on"], "\(number)")
        }
        try hz.perform(
            .order(Details(), .write(order: order, [Line(item: "TEA", quantity: "6")])))
        try hz.perform(.reverse(Details(), number: sale))
        try hz.perform(
            .count(
                Details(),
                .enter(sheet: sheet, [Line(item: "TEA", quantity: "9")], isRecount: false)))
        try gz.perform(.work(details("Chen"), .take(task: task)))
        network.settle()
        for (number, before, after) in [
            (order, "1 a", "2 a"), (sale, "posted", "reversed"), (sheet, "1", "2"),
            (task, "1", "2"),
        ] {
            #expect(
                try said(number) == [
                    "\(who)\(before), and it has changed since: version \(after): go on"
                ], "\(number)")
        }
        // A comment changes nothing of what it is about.
        try decide(order)
        try gz.perform(.work(details("Chen"), .comment(on: order, text: "why?")))
        #expect(try said(order).last == "\(who)2 a: go on")
        #expect(try hz.report(.order(number: order)).notes.last == "Chen at GZ 2026-11-18: why?")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// GZ changed the task while HZ decided: once both know, it has changed since.
    @Test func aDecisionBesideAChangeIsOfWhatItSaw() throws {
        let network = try company(seed: 304, ["gz"])
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try open(hz, TaskForm(text: "a"))
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        try hz.perform(.work(details("Wang"), .decide(about: number, text: "go on")))
        try gz.perform(.work(details("Chen"), .take(task: number)))
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            #expect(
                try node.report(.task(number: number)).notes == [
                    "decided by Wang at HZ 2026-11-18, of version 1, "
                        + "and it has changed since: version 2: go on"
                ])
        }
    }

    @Test func onlyTheLastRemarksAreShown() throws {
        let hz = try TestNode.founder(seed: 305)
        let number = try open(hz, TaskForm(text: "a"))
        for place in 0...Talk.remarksMax {
            try hz.perform(.work(details("Lin"), .comment(on: number, text: "\(place)")))
        }
        let notes = try hz.report(.task(number: number)).notes
        #expect(notes.count == Talk.remarksMax + 1)
        #expect(notes.first == "1 earlier remarks are left out.")
        #expect(notes.last == "Lin at HZ 2026-11-18: \(Talk.remarksMax)")
    }

    // MARK: Notices

    @Test func whoHasReadANotice() throws {
        let network = try company(seed: 306)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        for name in ["Chen", "Lin", "Wang"] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: ["clerk"])))
        }
        let number = try hz.perform(
            .work(details("Lin"), .post(text: "closed on Friday", branches: []))
        ).subject
        let narrow = try hz.perform(
            .work(details("Lin"), .post(text: "GZ counts", branches: ["GZ"]))
        ).subject
        #expect([number, narrow] == ["HZa-Z-2026-000001", "HZa-Z-2026-000002"])
        network.settle()
        #expect(try todo(gz, TodoFilter(person: "Chen")).map { $0[2] } == [number, narrow])
        #expect(try todo(sh, TodoFilter(person: "Chen")).map { $0[2] } == [number])
        // Who posted it knows it.
        #expect(try todo(hz, TodoFilter(person: "Lin")).isEmpty)
        for other in ["gz", "sh"] { network.sever("hz", other) }
        network.settle()
        try gz.perform(.work(details("Chen"), .read(notice: number)))
        network.run(milliseconds: 10_000)
        try hz.perform(.work(details("Chen"), .read(notice: number)))
        #expect(gz.refusal(.work(details("Chen"), .read(notice: number))) == .nothingChanges)
        for other in ["gz", "sh"] { network.mend("hz", other) }
        network.run(milliseconds: 120_000)
        for node in [hz, gz, sh] {
            let report = try node.report(.notice(number: number))
            #expect(
                report.rows.map { $0.map(\.plain) } == [
                    ["Lin", "HZ", "2026-11-18"], ["Chen", "GZ", "2026-11-18"], ["Wang", "", ""],
                ])
            #expect(try todo(node, TodoFilter(person: "Chen")).allSatisfy { $0[2] != number })
            #expect(try todo(node, TodoFilter(person: "Wang")).contains { $0[2] == number })
        }
        #expect(try hz.report(.reconcile(branch: nil)).rows.isEmpty)
        let listed = try hz.report(.notices).rows.map { $0.map(\.plain) }
        #expect(
            listed[0] == [number, "2026-11-18", "Lin", "everybody", "closed on Friday", "2", "1"])
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: What waits

    @Test func whatWaitsForAPerson() throws {
        let network = try company(seed: 307, ["gz"])
        let hz = try network["hz"]
        for (name, roles) in [("Wang", ["manager"]), ("Zhao", ["clerk"]), ("Li", ["manager"])] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: roles)))
        }
        try hz.perform(
            .setPerson(PersonChange(name: "Wang", deputy: "Zhao", deputyUntil: "2026-11-30")))
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .purchase, steps: ["release:manager/2"])))
        let order = try hz.perform(
            .order(
                Details(date: "2026-11-10", person: "Li"),
                .open(
                    OrderForm(
                        kind: .purchase, party: "ACME",
                        lines: [Line(item: "TEA", quantity: "5")], submits: true)))
        ).subject
        let task = try open(
            hz, TaskForm(text: "Ask ACME", owner: "Wang"), details("Lin", date: "2026-11-12"))
        _ = try open(hz, TaskForm(text: "not Wang's", owner: "Chen"))
        let sheet = try hz.perform(
            .count(
                Details(date: "2026-11-11", person: "Chen"),
                .open(CountOrder(items: ["TEA"], tolerance: "0")))
        ).subject
        try hz.perform(
            .count(
                Details(person: "Chen"),
                .enter(sheet: sheet, [Line(item: "TEA", quantity: "9")], isRecount: false)))
        let notice = try hz.perform(
            .work(details("Lin", date: "2026-11-15"), .post(text: "n", branches: []))
        ).subject
        func numbers(_ person: String) throws -> [String] {
            try todo(hz, TodoFilter(person: person)).map { $0[2] }
        }
        // The oldest first; what one wrote or counted waits for somebody else.
        #expect(try numbers("Wang") == [order, sheet, task, notice])
        #expect(try numbers("Zhao") == [order, sheet, notice])
        #expect(try numbers("Li") == [sheet, notice])
        #expect(try numbers("Chen").allSatisfy { $0 != sheet && $0 != order })
        #expect(
            try todo(hz, TodoFilter(person: "Wang"))[0] == [
                "2026-11-10", "order waits", order, "release, ACME", "2026-11-12", "Li",
            ])
        #expect(
            try todo(hz, TodoFilter(person: "Wang", overdueOnly: true)).map { $0[2] } == [order])
        try hz.perform(.order(Details(person: "Wang"), .approve(order: order, step: nil)))
        try hz.perform(
            .count(Details(person: "Wang", memo: "broken"), .approve(sheet: sheet, items: ["TEA"])))
        try hz.perform(.work(details("Wang"), .read(notice: notice)))
        try hz.perform(.work(details("Wang"), .finish(task: task)))
        #expect(try numbers("Wang").isEmpty)
        #expect(try numbers("Zhao") == [notice])
    }

    @Test func whatIsLateAtABranch() throws {
        let network = try company(seed: 308, ["gz"])
        let (hz, gz) = (try network["hz"], try network["gz"])
        let shift = try gz.perform(
            .till(
                Details(date: "2026-11-16", person: "Chen"),
                .open([TillAct.Drawer(name: "cash", amount: "0")]))
        ).subject
        let today = try gz.perform(
            .till(Details(person: "Chen"), .open([TillAct.Drawer(name: "small", amount: "0")]))
        ).subject
        let shipment = try hz.perform(
            .ship(
                Details(date: "2026-11-13", person: "Lin", due: "2026-11-15"),
                [Line(item: "TEA", quantity: "2")], to: "GZ")
        ).subject
        let late = try open(
            hz, TaskForm(text: "late", owner: "Wang", branch: "GZ"),
            details("Lin", date: "2026-11-14", due: "2026-11-17"))
        let later = try open(
            hz, TaskForm(text: "not late", branch: "GZ"), details("Lin", due: "2026-11-18"))
        network.settle()
        for node in [hz, gz] {
            #expect(
                try todo(node, TodoFilter(branch: "GZ", overdueOnly: true)).map { $0[2] } == [
                    shipment, late, shift,
                ])
            #expect(
                try Set(todo(node, TodoFilter(branch: "GZ")).map { $0[2] }) == [
                    shipment, late, shift, later, today,
                ])
            #expect(try todo(node, TodoFilter(branch: "HZ", overdueOnly: true)).isEmpty)
        }
    }

    // MARK: Refusals

    @Test func whatIsRefused() throws {
        let network = try company(seed: 309, ["gz"])
        let hz = try network["hz"]
        let long = String(repeating: "x", count: 1_001)
        let number = try open(hz, TaskForm(text: "a"))
        for (act, code) in [
            (WorkAct.open(TaskForm(text: "")), Refusal.Code.badText),
            (.open(TaskForm(text: long)), .badText),
            (.open(TaskForm(text: "a\u{1b}[2J")), .badText),
            (.open(TaskForm(text: "a", owner: "")), .badText),
            (.open(TaskForm(text: "a", branch: "XX")), .unknownBranch),
            (.open(TaskForm(text: "a", about: "x")), .badDocumentNumber),
            (.open(TaskForm(text: "a", about: "HZa-S-2026-000099")), .unknownDocument),
            (.take(task: "HZa-L-2026-000099"), .unknownDocument),
            (.take(task: "HZa-S-2026-000001"), .unknownDocument),
            (.hand(task: number, owner: ""), .badText),
            (.comment(on: number, text: ""), .badText),
            (.comment(on: number, text: long), .badText),
            (.comment(on: "HZa-G-2026-000099", text: "a"), .unknownDocument),
            (.decide(about: "HZa-O-2026-000099", text: "a"), .unknownDocument),
            (.post(text: "", branches: []), .badText),
            (.post(text: "a", branches: ["XX"]), .unknownBranch),
            (
                .post(text: "a", branches: Array(repeating: "GZ", count: 100)), .tooManyLines
            ),
            (.read(notice: "HZa-Z-2026-000099"), .unknownDocument),
        ] { #expect(hz.refusal(.work(details("Lin"), act)) == code, "\(act)") }
        #expect(
            hz.refusal(.work(details("Lin", due: "tomorrow"), .open(TaskForm(text: "a"))))
                == .badDate)
        #expect(
            hz.refusal(.work(details(""), .comment(on: number, text: "a"))) == .badText)
        #expect(throws: Refusal.self) { try todo(hz, TodoFilter(person: "a", branch: "HZ")) }
        #expect(throws: Refusal.self) { try hz.report(.task(number: "HZa-L-2026-000099")) }
        // A slip in a name is told.
        try hz.perform(.setPerson(PersonChange(name: "Wang", roles: ["clerk"])))
        #expect(
            try hz.perform(.work(details("Lin"), .hand(task: number, owner: "Wnag"))).notices.count
                == 1)
        #expect(
            try hz.perform(.work(details("Lin"), .hand(task: number, owner: "Wang"))).notices
                == [])
    }

    // MARK: Who lies

    /// Who may say what, where: by the entry and the roster alone.
    @Test func whatIsVoid() throws {
        let network = try company(seed: 310)
        let roster = try #require(network["hz"].engine.standing).roster
        func isValid(_ entity: String, _ kind: String, _ name: String, _ scope: Scope) throws
            -> Bool
        {
            let event = Event(
                entity: entity, kind: kind, person: "X",
                effectiveDate: try #require(Day("2026-11-18")), fields: [.init("text", .text("x"))])
            let log = LogName(
                author: try network[name].engine.credentials.node, incarnation: 1, scope: scope)
            return roster.verdict(on: .success(.append(event)), log: log, commit: 1) == .valid
        }
        let (task, notice) = ("task/HZa-L-2026-000001", "notice/HZa-Z-2026-000001")
        let (sale, other) = ("talk/HZa-S-2026-000001", "task/HZa-S-2026-000001")
        let (home, ours, theirs) = (
            Scope.trade(try branch("HZ")), Scope.between(try pair("HZ", "GZ")),
            Scope.between(try pair("GZ", "SH"))
        )
        let money = Scope.betweenMoney(try pair("HZ", "GZ"))
        let rows: [(String, String, String, Scope, Bool)] = [
            (task, "opened", "hz", .board, true), (task, "opened", "gz", .board, false),
            (task, "opened", "hz", home, true), (task, "opened", "hz", ours, true),
            (task, "opened", "hz", .catalog, false), (task, "done", "gz", .board, true),
            (task, "done", "gz", ours, true), (task, "done", "gz", money, true),
            (task, "done", "gz", theirs, false), (task, "done", "gz", home, false),
            (notice, "opened", "gz", .board, false), (notice, "read", "gz", .board, true),
            (other, "opened", "hz", .board, false), (other, "done", "hz", home, false),
            ("task/x", "opened", "hz", .board, false),
            (sale, "comment", "hz", home, true), (sale, "comment", "gz", ours, true),
            (sale, "comment", "gz", .board, false), (sale, "comment", "hz", .board, false),
            (sale, "comment", "gz", theirs, false), (sale, "comment", "hz", .catalog, false),
            ("talk/HZa-L-2026-000001", "comment", "gz", .board, true),
            ("talk/x", "comment", "hz", home, false),
        ]
        for (entity, kind, name, scope, counts) in rows {
            #expect(
                try isValid(entity, kind, name, scope) == counts,
                "\(entity) \(kind) by \(name) in \(scope)")
        }
    }

    /// A member that writes what it likes: others' tasks stay what they are, at every node, and nothing stops.
    @Test func aLiarChangesNothing() throws {
        let network = try company(seed: 311)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let number = try open(
            hz, TaskForm(text: "a", owner: "Wang", branch: "GZ"), details("Lin"))
        network.settle()
        let day = try #require(Day("2026-11-18"))
        func event(_ entity: String, _ kind: String, _ fields: [(String, Value)] = []) -> Event {
            Event(
                entity: entity, kind: kind, person: "Liar", effectiveDate: day,
                fields: fields.map { .init($0.0, $0.1) })
        }
        let entity = "task/\(number)"
        // SH tells everybody on the board what stands between HZ and GZ.
        try write(
            sh, .board,
            [
                event(entity, "done"), event(entity, "cancelled"),
                event(entity, "handed", [("owner", .text("Liar"))]),
                event(entity, "opened", [("text", .text("mine"))]),
                event("task/HZa-L-2026-18446744073709551615", "opened", [("text", .text("x"))]),
                event("talk/HZa-S-2026-000001", "comment", [("text", .text("x"))]),
            ])
        // GZ may take a step, but not where others read it.
        try write(
            gz, .board, [event(entity, "done"), event(entity, "handed", [("owner", .text("X"))])])
        // And where it may, it says nonsense.
        try write(
            gz, .between(try pair("HZ", "GZ")),
            [
                event(entity, "opened", [("text", .text("mine"))]),
                event(entity, "handed"), event(entity, "handed", [("owner", .integer(7))]),
                event(
                    entity, "handed",
                    [("owner", .text(String(repeating: "x", count: 65)))]),
                event(entity, "cancelled"), event(entity, "exploded"),
                event("talk/\(number)", "comment"),
                event("talk/\(number)", "tasked", [("task", .text(number))]),
                event("talk/\(number)", "tasked", [("task", .text("HZa-L-2026-000777"))]),
                event(
                    "talk/\(number)", "comment",
                    [("text", .text(String(repeating: "x", count: 4_000)))]),
                event(
                    "talk/\(number)", "decided", [("text", .text("go")), ("version", .integer(1))]),
            ])
        network.run(milliseconds: 120_000)
        for node in [hz, gz, sh] {
            #expect(try task(node, number, "state") == "open")
            #expect(try task(node, number, "owner") == "Wang")
            #expect(try task(node, number, "what") == "a")
            #expect(try node.report(.tasks(TaskFilter(all: true))).rows.count == 1)
            #expect(
                try node.report(.task(number: number)).notes == [
                    "decided by Liar at GZ 2026-11-18, of version ?, "
                        + "and it has changed since: version 1: go"
                ])
        }
        #expect(try open(hz, TaskForm(text: "b")) == "HZa-L-2026-000002")
        network.settle()
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
        // A document of GZ's that bears the number of HZ's own, to have it spoken of where others read.
        let journal = try hz.perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "expense/rent", amount: "5.00"),
                    JournalLine(account: "bank/main", amount: "-5.00"),
                ])
        ).subject
        let itsNumber: DocumentNumber = try #require(DocumentNumber(journal))
        let tea: ItemCode = try #require(ItemCode("TEA"))
        let forged = try Transaction(
            DocumentHeader(
                kind: .journal, number: itsNumber, effectiveDate: day,
                person: "Liar"),
            [
                Posting(
                    .transit(try pair("HZ", "GZ"), "x"), .item(tea), 1),
                Posting(
                    .dispute(try pair("HZ", "GZ"), "x"), .item(tea), -1),
            ])
        let engine = gz.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.between(try pair("HZ", "GZ")), [.post(forged)])], at: gz.now)
            try engine.author?.seal(in: engine.store)
        }
        network.run(milliseconds: 60_000)
        #expect(try hz.engine.store.transactions(of: itsNumber).count == 2)
        try hz.perform(.work(details("Lin"), .comment(on: journal, text: "secret")))
        let roster = try #require(hz.engine.standing).roster
        #expect(
            try hz.engine.store.said(of: "talk/\(journal)", roster).map(\.scope.name) == [
                "money/HZ"
            ])
    }
}
