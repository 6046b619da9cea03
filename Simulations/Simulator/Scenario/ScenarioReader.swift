/// Text to scenario, line by line; the first fault ends it.
package struct ScenarioReader {
    private(set) var scenario = Scenario()
    private var seen: Set<Directive> = []

    /// - Throws: `ScenarioError` with the number of the line.
    package static func read(_ text: String) throws(ScenarioError) -> Scenario {
        var reader = ScenarioReader()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count <= Scenario.linesMax else {
            throw ScenarioError(
                line: Scenario.linesMax, "the file goes on",
                why: "a scenario has at most "
                    + "\(Scenario.linesMax) lines", next: "split it in two scenarios")
        }
        for (place, line) in lines.enumerated() {
            let content = line.prefix { $0 != "#" }
            let words = content.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
            guard !words.isEmpty else { continue }
            var rest = ScenarioWords(line: place + 1, words)
            try reader.take(&rest)
        }
        try reader.finish()
        return reader.scenario
    }

    private mutating func take(_ words: inout ScenarioWords) throws(ScenarioError) {
        let name = words.take() ?? ""
        guard let directive = Directive(rawValue: name) else {
            throw words.wrong(
                "`\(name)` is no directive",
                why: "a line begins with one of the words of the schema",
                next: Directive.allCases.map(\.rawValue).joined(separator: ", "))
        }
        if [.scenario, .begins, .lasts].contains(directive), !seen.insert(directive).inserted {
            throw words.wrong(
                "a second `\(name)`", why: "a scenario has one", next: "take one of them out")
        }
        switch directive {
        case .scenario: scenario.title = try text(&words)
        case .about: scenario.about.append(try text(&words))
        case .begins: scenario.begins = try day(&words).milliseconds
        case .lasts: try lasts(&words)
        case .branch: try branch(&words)
        case .line: try line(&words)
        case .star: try star(&words)
        case .work: try work(&words)
        case .rush: try rush(&words)
        case .at: try event(&words)
        case .must: try must(&words)
        }
    }

    private func text(_ words: inout ScenarioWords) throws(ScenarioError) -> String {
        let text = words.rest
        guard !text.isEmpty else {
            throw words.wrong("the text is missing", why: "the line ends", next: "a sentence")
        }
        return text
    }

    private mutating func lasts(_ words: inout ScenarioWords) throws(ScenarioError) {
        scenario.lasts = try words.duration()
        try words.finish(form: Directive.lasts.form)
        guard scenario.lasts <= Scenario.lastsMax else {
            throw words.wrong(
                "that is too long", why: "a scenario lasts at most 400 days",
                next: "take a shorter time; what follows the first months is like them")
        }
    }

    private func finish() throws(ScenarioError) {
        func lacks(_ what: String, _ directive: Directive) -> ScenarioError {
            ScenarioError(
                line: 0, "the scenario has no \(what)", why: "it cannot run without",
                next: directive.form)
        }
        if scenario.title.isEmpty { throw lacks("title", .scenario) }
        if scenario.lasts == 0 { throw lacks("duration", .lasts) }
        if scenario.sites.isEmpty { throw lacks("branch", .branch) }
        if scenario.expectations.isEmpty { throw lacks("demand", .must) }
        for event in scenario.events where event.at >= scenario.lasts {
            throw ScenarioError(
                line: event.line, "this is after the end",
                why: "the scenario lasts until "
                    + clockText(scenario.lasts), next: "make it earlier, or `lasts` longer")
        }
    }

    // MARK: Company

    private mutating func branch(_ words: inout ScenarioWords) throws(ScenarioError) {
        let code = try words.need("the branch's code", like: "branch HZ")
        guard (2...8).contains(code.count), code.allSatisfy({ $0.isASCII && $0.isUppercase })
        else {
            throw words.wrong(
                "`\(code)` is no code of a branch", why: "it has two to eight capital letters",
                next: "branch HZ")
        }
        guard !scenario.sites.contains(where: { $0.branch == code }) else {
            throw words.wrong(
                "a second \(code)", why: "each branch stands once", next: "another code")
        }
        guard scenario.sites.count < Scenario.sitesMax else {
            throw words.wrong(
                "one branch too many", why: "a scenario has at most \(Scenario.sitesMax)",
                next: "fewer branches")
        }
        guard scenario.lines.isEmpty, scenario.work.isEmpty, scenario.events.isEmpty else {
            throw words.wrong(
                "a branch after lines, work or events", why: "those may name all branches",
                next: "move the branches up")
        }
        var site = Site(code)
        while let word = words.take() {
            switch word {
            case "reads-own": site.readsAll = false
            case "relay": site.relays = true
            case "clock": site.clockSkew = try step(&words)
            case "drift": site.clockDrift = try words.number("millionths") / 1_000
            case "stock": site.stock = try words.number("units") / 1_000
            default:
                throw words.wrong(
                    "`\(word)` is nothing that a branch has", why: "the schema has no such word",
                    next: Directive.branch.form)
            }
        }
        scenario.sites.append(site)
    }

    /// `+3m` or `-2h`.
    func step(_ words: inout ScenarioWords) throws(ScenarioError) -> Milliseconds {
        let word = try words.need("how far the clock moves", like: "+3m or -2h")
        guard let sign = word.first, "+-".contains(sign),
            let value = ScenarioWords.duration(word.dropFirst())
        else {
            throw words.wrong(
                "`\(word)` moves no clock", why: "it is a sign and a duration", next: "+3m or -2h")
        }
        return sign == "+" ? value : -value
    }

    func site(_ words: inout ScenarioWords) throws(ScenarioError) -> Int {
        let code = try words.need("a branch", like: scenario.sites.first?.branch ?? "HZ")
        guard let site = scenario.sites.firstIndex(where: { $0.branch == code }) else {
            throw words.wrong(
                "there is no branch \(code)", why: "no line above names it",
                next: "one of \(scenario.sites.map(\.branch).joined(separator: ", ")), or all")
        }
        return site
    }

    /// Branches until a word that is none; `all` for every one.
    func sites(_ words: inout ScenarioWords) throws(ScenarioError) -> [Int] {
        if words.take("all") { return Array(scenario.sites.indices) }
        var found: [Int] = []
        while let word = words.peek, word.allSatisfy({ $0.isASCII && $0.isUppercase }) {
            let site = try site(&words)
            if !found.contains(site) { found.append(site) }
        }
        return found
    }

    func someSites(_ words: inout ScenarioWords) throws(ScenarioError) -> [Int] {
        let found = try sites(&words)
        guard !found.isEmpty else {
            throw words.wrong(
                "no branch is named",
                why: words.peek.map { "`\($0)` stands there" } ?? "the line ends",
                next: "one or more branches, or all")
        }
        return found
    }

    func pair(_ words: inout ScenarioWords) throws(ScenarioError) -> (Int, Int) {
        let (first, second) = (try site(&words), try site(&words))
        guard first != second else {
            throw words.wrong(
                "a line from a branch to itself", why: "a line has two ends",
                next: "name another branch")
        }
        return (first, second)
    }

    private mutating func line(_ words: inout ScenarioWords) throws(ScenarioError) {
        if words.take("all") {
            scenario.latency = try words.duration()
            if !words.isEmpty { scenario.bytesPerSecond = try words.speed() }
            try words.finish(form: Directive.line.form)
            return
        }
        let (first, second) = try pair(&words)
        if words.take("none") {
            scenario.lines.append(PlanLine(first, second, isAbsent: true))
        } else {
            let latency = try words.duration()
            let speed = words.isEmpty ? nil : try words.speed()
            scenario.lines.append(
                PlanLine(first, second, latency: latency, bytesPerSecond: speed))
        }
        try words.finish(form: Directive.line.form)
    }

    private mutating func star(_ words: inout ScenarioWords) throws(ScenarioError) {
        let middle = try site(&words)
        try words.finish(form: Directive.star.form)
        let leaves = scenario.sites.indices.filter { $0 != middle }
        for first in leaves {
            for second in leaves where first < second {
                scenario.lines.append(PlanLine(first, second, isAbsent: true))
            }
        }
    }

    // MARK: What the other parts put in

    mutating func add(_ work: Scenario.Work) { scenario.work.append(work) }
    mutating func add(_ rush: Scenario.Rush) { scenario.rushes.append(rush) }
    mutating func add(_ event: Scenario.Event) { scenario.events.append(event) }
    mutating func add(_ expectation: Expectation) { scenario.expectations.append(expectation) }
}
