/// What happens at a time.
extension ScenarioReader {
    mutating func event(_ words: inout ScenarioWords) throws(ScenarioError) {
        let at = try words.time()
        let lasts = words.take("for") ? try words.duration() : nil
        let name = try words.need("what happens", like: "cut HZ GZ")
        guard let word = EventWord(rawValue: name) else {
            throw words.wrong(
                "`\(name)` is nothing that happens", why: "the schema has no such event",
                next: EventWord.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard word.lasts == (lasts != nil) else {
            throw words.wrong(
                word.lasts ? "`\(name)` has no end" : "`\(name)` takes no time",
                why: word.lasts
                    ? "what lasts is written with `for` and how long"
                    : "it happens at once; what follows it has words of its own",
                next: (word.lasts ? "at 2d 09:00 for 6h " : "at 2d 09:00 ") + word.form)
        }
        let kind = try self.kind(word, at: at, lasts: lasts ?? 0, &words)
        try words.finish(form: word.form)
        add(.init(line: words.line, at: self.begins(kind, at: at), kind: kind))
    }

    /// A restored copy was made earlier: that is when the simulator makes it.
    private func begins(_ kind: Scenario.Event.Kind, at: Milliseconds) -> Milliseconds {
        if case .fault(.restoreBackup(_, let later, _)) = kind { return at - later }
        return at
    }

    private func kind(
        _ word: EventWord, at: Milliseconds, lasts: Milliseconds, _ words: inout ScenarioWords
    ) throws(ScenarioError) -> Scenario.Event.Kind {
        switch word {
        case .cut, .off, .split, .flap, .slow, .drop, .halfOpen, .connect:
            try ofLines(word, lasts: lasts, &words)
        case .power, .kill, .restart, .upgrade, .disk, .loseDisk, .restore, .clone, .die:
            try ofMachines(word, at: at, lasts: lasts, &words)
        case .clock: .fault(.clockStep(try site(&words), try step(&words)))
        case .freeze: .fault(.clockFreeze(try site(&words), lasts: lasts))
        }
    }

    private func ofLines(
        _ word: EventWord, lasts: Milliseconds, _ words: inout ScenarioWords
    ) throws(ScenarioError) -> Scenario.Event.Kind {
        switch word {
        case .cut:
            let (first, second) = try pair(&words)
            return .fault(.cut(first, second, lasts: lasts, try manner(&words)))
        case .off: return .fault(.isolate(try site(&words), lasts: lasts, try manner(&words)))
        case .split:
            let side = try someSites(&words)
            guard side.count < scenario.sites.count else {
                throw words.wrong(
                    "nobody is on the other side", why: "all branches are named",
                    next: "name the branches of one side")
            }
            return .fault(.split(side, lasts: lasts, try manner(&words)))
        case .flap:
            let (first, second) = try pair(&words)
            try words.need(word: "every", form: word.form)
            let period = try words.duration()
            let times = Int(lasts / period)
            guard (1...10_000).contains(times) else {
                throw words.wrong(
                    "it flaps \(times) times", why: "once to 10,000 times it may",
                    next: "another period, or a longer time")
            }
            return .fault(.flap(first, second, times: times, period: period))
        case .slow:
            let first = try site(&words)
            guard words.peek?.contains("/") != true else {
                return .slowLines(first, bytesPerSecond: try words.speed(), lasts: lasts)
            }
            let other = try site(&words)
            return .fault(
                .slow(first, other, bytesPerSecond: try words.speed(), lasts: lasts))
        case .drop:
            let (first, second) = try pair(&words)
            return .fault(.drop(first, second))
        case .halfOpen:
            let (first, second) = try pair(&words)
            return .fault(.halfOpen(first, second))
        default: return .connect(try connected(&words))
        }
    }

    private func connected(_ words: inout ScenarioWords) throws(ScenarioError) -> [PlanLine] {
        let all = Array(scenario.sites.indices)
        let from = words.take("all") ? all : [try site(&words)]
        let to = words.isEmpty || words.take("all") ? all : [try site(&words)]
        var lines: [PlanLine] = []
        for first in from {
            for second in to where first != second && (from.count == 1 || first < second) {
                lines.append(PlanLine(first, second))
            }
        }
        return lines
    }

    private func manner(_ words: inout ScenarioWords) throws(ScenarioError) -> Fault.Manner {
        if words.take("hold") { return .hold }
        return words.take("one-way") ? .oneWay : .reset
    }

    private func ofMachines(
        _ word: EventWord, at: Milliseconds, lasts: Milliseconds, _ words: inout ScenarioWords
    ) throws(ScenarioError) -> Scenario.Event.Kind {
        switch word {
        case .power:
            let site = try site(&words)
            let down = try self.down(word, &words)
            guard words.take("loses") else { return .fault(.powerCut(site, .drop, down: down)) }
            let name = try words.need("what is lost", like: "drop")
            guard let loss = Fault.Loss(rawValue: name) else {
                throw words.wrong(
                    "`\(name)` is no loss", why: "the disk knows four", next: word.form)
            }
            return .fault(.powerCut(site, loss, down: down))
        case .kill: return .fault(.killUntold(try site(&words), down: try down(word, &words)))
        case .restart, .upgrade:
            let sites = try someSites(&words)
            let down = try self.down(word, &words)
            let apart = words.take("apart") ? try words.duration() : down
            return .rolling(sites, down: down, apart: apart, isUpgrade: word == .upgrade)
        case .disk: return try disk(&words)
        case .loseDisk: return .fault(.loseDisk(try site(&words), down: try down(word, &words)))
        case .restore:
            let site = try site(&words)
            try words.need(word: "as-of", form: word.form)
            let asOf = try words.time()
            guard asOf < at else {
                throw words.wrong(
                    "the copy is younger than the time it is put back",
                    why: "it is made before it is needed", next: "an earlier time after as-of")
            }
            return .fault(.restoreBackup(site, later: at - asOf, down: try down(word, &words)))
        case .clone: return .fault(.clone(try site(&words), lasts: lasts))
        default: return .fault(.die(try site(&words)))
        }
    }

    private func disk(_ words: inout ScenarioWords) throws(ScenarioError) -> Scenario.Event.Kind {
        let site = try site(&words)
        let name = try words.need("how the disk fails", like: "full")
        guard let failure = Fault.DiskFailure(rawValue: name) else {
            throw words.wrong(
                "`\(name)` is no failure of a disk", why: "the simulated disk knows five",
                next: EventWord.disk.form)
        }
        let forGood = words.take("for-good")
        return .disk(site, failure, forGood: forGood, down: try down(.disk, &words))
    }

    private func down(
        _ word: EventWord, _ words: inout ScenarioWords
    ) throws(ScenarioError) -> Milliseconds {
        try words.need(word: "down", form: word.form)
        return try words.duration()
    }
}
