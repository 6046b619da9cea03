/// The words of one line, taken from the front.
struct ScenarioWords {
    let line: Int
    private let words: [String]
    private var next = 0

    init(line: Int, _ words: [String]) {
        self.line = line
        self.words = words
    }

    var peek: String? { next < words.count ? words[next] : nil }
    var isEmpty: Bool { next >= words.count }
    var rest: String { words[next...].joined(separator: " ") }

    mutating func take() -> String? {
        defer { next += 1 }
        return peek
    }

    /// Takes the word if it is the next.
    mutating func take(_ word: String) -> Bool {
        guard peek == word else { return false }
        next += 1
        return true
    }

    func wrong(_ what: String, why: String, next: String) -> ScenarioError {
        ScenarioError(line: line, what, why: why, next: next)
    }

    mutating func need(_ what: String, like example: String) throws(ScenarioError) -> String {
        guard let word = take() else {
            throw wrong("\(what) is missing", why: "the line ends before it", next: example)
        }
        return word
    }

    mutating func need(word: String, form: String) throws(ScenarioError) {
        guard take(word) else {
            throw wrong(
                "`\(word)` is missing", why: peek.map { "`\($0)` stands there" } ?? "the line ends",
                next: form)
        }
    }

    mutating func finish(form: String) throws(ScenarioError) {
        guard let word = peek else { return }
        throw wrong("`\(word)` is too much", why: "the line was complete before it", next: form)
    }

    // MARK: Figures

    /// `90s`, `1h30m`, `30d`, `250ms`.
    mutating func duration() throws(ScenarioError) -> Milliseconds {
        let word = try need("a duration", like: "6h, 90s, 1h30m, 30d, 250ms")
        guard let value = Self.duration(word[...]), value > 0 else {
            throw wrong(
                "`\(word)` is no duration", why: "it is a number with ms, s, m, h or d after it",
                next: "6h, 90s, 1h30m, 30d, 250ms")
        }
        return value
    }

    static func duration(_ text: Substring) -> Milliseconds? {
        var rest = text
        var sum: Milliseconds = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            let scales: [Substring: Milliseconds] = [
                "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
            ]
            guard let number = Int64(digits), number < 1_000_000_000, let scale = scales[unit]
            else { return nil }
            sum += number * scale
        }
        return text.isEmpty ? nil : sum
    }

    /// `2d 09:00`: nine o'clock after two whole days.
    mutating func time() throws(ScenarioError) -> Milliseconds {
        let day = try need("the day", like: "2d 09:00")
        let clock = try need("the time of the day", like: "2d 09:00")
        guard day.hasSuffix("d"), let days = Int64(day.dropLast()), (0...400).contains(days),
            let minutes = Self.minutes(clock[...]), minutes < 1_440
        else {
            throw wrong(
                "`\(day) \(clock)` is no time", why: "a time is whole days and a clock",
                next: "2d 09:00, which is nine o'clock after two whole days")
        }
        return days * 86_400_000 + Milliseconds(minutes) * 60_000
    }

    /// Minutes of `09:00`; `24:00` is the end of a day.
    static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute),
            hour * 60 + minute <= 1_440
        else { return nil }
        return hour * 60 + minute
    }

    /// `40B/s`, `64kB/s`, `2MB/s`.
    mutating func speed() throws(ScenarioError) -> Int64 {
        let word = try need("a speed", like: "40B/s, 64kB/s, 2MB/s")
        guard word.hasSuffix("/s"), let value = Self.bytes(word.dropLast(2)), value > 0 else {
            throw wrong(
                "`\(word)` is no speed", why: "it is bytes a second with B, kB or MB",
                next: "40B/s, 64kB/s, 2MB/s")
        }
        return value
    }

    static func bytes(_ text: Substring) -> Int64? {
        for (unit, scale) in [("MB", 1_000_000), ("kB", 1_000), ("B", 1)] as [(String, Int64)]
        where text.hasSuffix(unit) {
            guard let number = Self.thousandths(text.dropLast(unit.count)) else { return nil }
            return number * scale / 1_000
        }
        return nil
    }

    /// A decimal number, in thousandths: `1.05` is 1,050.
    static func thousandths(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]),
            (0..<1_000_000_000).contains(whole), parts[0].first != "+", parts[0].first != "-"
        else { return nil }
        guard parts.count == 2 else { return whole * 1_000 }
        let digits = parts[1]
        guard (1...3).contains(digits.count), let part = Int64(digits), part >= 0,
            digits.allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        let scales: [Int64] = [100, 10, 1]
        return whole * 1_000 + part * scales[digits.count - 1]
    }

    mutating func number(_ what: String) throws(ScenarioError) -> Int64 {
        let word = try need(what, like: "100 or 1.05")
        guard let value = Self.thousandths(word[...]) else {
            throw wrong(
                "`\(word)` is no number", why: "\(what) is a decimal number, not below zero",
                next: "100 or 1.05")
        }
        return value
    }
}
