/// Opening hours, rates and rushes.
extension ScenarioReader {
    mutating func work(_ words: inout ScenarioWords) throws(ScenarioError) {
        let sites = try someSites(&words)
        let hours = try words.need("the opening hours", like: "09:00-21:00")
        let ends = hours.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let opens = ScenarioWords.minutes(ends[0]),
            let closes = ScenarioWords.minutes(ends[1]), opens < closes
        else {
            throw words.wrong(
                "`\(hours)` are no opening hours", why: "they are two times of one day",
                next: "09:00-21:00")
        }
        var rates: [Scenario.Rate] = []
        while !words.isEmpty { rates.append(try rate(&words)) }
        guard !rates.isEmpty else {
            throw words.wrong(
                "nothing is done", why: "the line ends after the hours", next: Directive.work.form)
        }
        add(
            .init(
                line: words.line, sites: sites, opens: opens, closes: closes, rates: rates))
    }

    private func rate(_ words: inout ScenarioWords) throws(ScenarioError) -> Scenario.Rate {
        let name = try words.need("an act", like: "sell")
        guard let kind = Act.Kind(rawValue: Self.camel(name)) else {
            throw words.wrong(
                "`\(name)` is no act", why: "clerks do not know it",
                next: Act.Kind.allCases.map { Self.dashed($0.rawValue) }.joined(separator: ", "))
        }
        let word = try words.need("a rate", like: "12/h")
        guard word.hasSuffix("/h"), let rate = ScenarioWords.thousandths(word.dropLast(2)),
            (1...3_600_000).contains(rate)
        else {
            throw words.wrong(
                "`\(word)` is no rate", why: "it is a number an hour, up to 3600",
                next: "12/h or 0.5/h")
        }
        var to: Int?
        if words.take("to") {
            guard kind == .ship else {
                throw words.wrong(
                    "`\(name)` goes nowhere", why: "goods of a shipment alone have a destination",
                    next: "ship \(word) to \(scenario.sites.last?.branch ?? "HZ")")
            }
            to = try site(&words)
        }
        return .init(kind: kind, thousandths: Int(rate), to: to)
    }

    mutating func rush(_ words: inout ScenarioWords) throws(ScenarioError) {
        let from = try words.time()
        try words.need(word: "for", form: Directive.rush.form)
        let lasts = try words.duration()
        try words.need(word: "times", form: Directive.rush.form)
        let times = try words.number("how many times as much")
        guard (1...100_000).contains(times) else {
            throw words.wrong(
                "that is no rush", why: "up to 100 times as much is", next: "times 6")
        }
        let sites = words.isEmpty ? [] : try someSites(&words)
        try words.finish(form: Directive.rush.form)
        add(.init(from: from, until: from + lasts, times: Int(times), sites: sites))
    }

    /// `give-back` is `giveBack`.
    static func camel(_ name: String) -> String {
        let parts = name.split(separator: "-")
        return parts.prefix(1).joined()
            + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    package static func dashed(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }
}
