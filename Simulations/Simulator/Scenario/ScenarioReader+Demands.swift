/// What must hold.
extension ScenarioReader {
    mutating func must(_ words: inout ScenarioWords) throws(ScenarioError) {
        let (line, text) = (words.line, words.rest)
        let kind = try demand(&words)
        try words.finish(form: "must \(text)")
        add(Expectation(line: line, text: text, kind: kind))
    }

    private func demand(_ words: inout ScenarioWords) throws(ScenarioError) -> Expectation.Kind {
        let first = try words.need("what must hold", like: Expectation.forms[0])
        switch first {
        case "equal":
            let limit = try within(&words)
            try phrase("after the heal", &words)
            return .equalWithin(limit)
        case "catch":
            try phrase("up", &words)
            let limit = try within(&words)
            try phrase("after each fault", &words)
            return .catchUpWithin(limit)
        case "bytes":
            try phrase("at most", &words)
            return .bytesAtMost(try size(&words))
        case "copies":
            try phrase("at most", &words)
            return .copiesAtMost(try words.number("copies"))
        case "quiet":
            try phrase("at most", &words)
            let size = try size(&words)
            try phrase("a minute", &words)
            return .quietAtMost(size)
        case "confirmed":
            try phrase("at least", &words)
            return .confirmedAtLeast(Int(try words.number("documents") / 1_000))
        case "refused":
            try phrase("at most", &words)
            return .refusedAtMost(Int(try words.number("documents") / 1_000))
        case "no", "an":
            try phrase("exception of kind", &words)
            let kind = words.rest
            while words.take() != nil {}
            return first == "no" ? .noException(kind) : .anException(kind)
        case "reach":
            let name = try words.need("a marker", like: "reach cloned")
            guard let marker = Marker(rawValue: name) else {
                throw words.wrong(
                    "`\(name)` is no marker", why: "the simulator marks no such place",
                    next: Marker.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return .reach(marker)
        case "reports":
            try phrase("as at", &words)
            let day = try self.day(&words).text
            try phrase("agree", &words)
            return .reportsAgree(asAt: day)
        case "slow":
            let site = try site(&words)
            try phrase("delays others at most", &words)
            let times = try words.number("how many times as long")
            try phrase("times", &words)
            return .slowDelaysAtMost(site, thousandths: times)
        default:
            guard first.hasSuffix("%"), let share = ScenarioWords.thousandths(first.dropLast()),
                share <= 100_000
            else {
                throw words.wrong(
                    "`\(first)` begins no demand", why: "the schema has no such sentence",
                    next: Expectation.forms.joined(separator: "; "))
            }
            try phrase("delivered", &words)
            return .delivered(thousandths: Int(share / 100), within: try within(&words))
        }
    }

    private func phrase(_ text: String, _ words: inout ScenarioWords) throws(ScenarioError) {
        for word in text.split(separator: " ") {
            try words.need(word: String(word), form: Expectation.forms.joined(separator: "; "))
        }
    }

    private func within(_ words: inout ScenarioWords) throws(ScenarioError) -> Milliseconds {
        try phrase("within", &words)
        return try words.duration()
    }

    private func size(_ words: inout ScenarioWords) throws(ScenarioError) -> Int64 {
        let word = try words.need("a size", like: "20MB, 64kB, 100B")
        guard let value = ScenarioWords.bytes(word[...]) else {
            throw words.wrong(
                "`\(word)` is no size", why: "it is a number with B, kB or MB",
                next: "20MB, 64kB, 100B")
        }
        return value
    }

    /// A day of the calendar, and its midnight in UTC.
    func day(
        _ words: inout ScenarioWords
    ) throws(ScenarioError) -> (text: String, milliseconds: Milliseconds) {
        let word = try words.need("a day", like: "2026-11-30")
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2], let year = Int(parts[0]),
            let month = Int(parts[1]), let day = Int(parts[2]), (2000...2099).contains(year),
            (1...12).contains(month), (1...Self.days(month, of: year)).contains(day)
        else {
            throw words.wrong(
                "`\(word)` is no day", why: "a day is year, month and day of this century",
                next: "2026-11-30")
        }
        var days = 10_957  // From 1970 to 2000.
        for past in 2000..<year { days += Self.isLeap(past) ? 366 : 365 }
        for past in 1..<month { days += Self.days(past, of: year) }
        return (word, Milliseconds(days + day - 1) * 86_400_000)
    }

    /// No century year but 2000 lies in the range.
    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 }

    private static func days(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
