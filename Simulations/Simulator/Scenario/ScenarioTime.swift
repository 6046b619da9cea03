/// Times as scenarios have them.
package enum ScenarioTime {
    /// `2d 09:00`, or with seconds where there are any: since the beginning of the work.
    package static func text(_ time: Milliseconds) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        guard time >= 0 else { return "-" + text(-time) }
        let rest = time % 86_400_000
        let clock = "\(two(rest / 3_600_000)):\(two(rest / 60_000 % 60))"
        let seconds = rest / 1_000 % 60
        return "\(time / 86_400_000)d \(clock)" + (seconds > 0 ? ":\(two(seconds))" : "")
    }

    /// `39 ms`, `4.2 s`, `6 h`: short times to a tenth.
    package static func brief(_ time: Milliseconds) -> String {
        switch time {
        case ..<1_000: "\(time) ms"
        case ..<60_000: tenths(Double(time) / 1_000) + " s"
        default: span(time)
        }
    }

    /// `6 h`, `90 s`, `1 d 2 h`: the two greatest units.
    package static func span(_ time: Milliseconds) -> String {
        let units: [(String, Milliseconds)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1),
        ]
        var rest = max(time, 0)
        var parts: [String] = []
        for (name, size) in units where parts.count < 2 {
            guard rest >= size || (name == "ms" && parts.isEmpty) else {
                if !parts.isEmpty { break }
                continue
            }
            parts.append("\(rest / size) \(name)")
            rest %= size
        }
        return parts.joined(separator: " ")
    }
}
