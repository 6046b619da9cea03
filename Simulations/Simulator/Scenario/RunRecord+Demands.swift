import Books

/// What was found of one demand.
package struct Finding: Hashable, Sendable {
    package let expectation: Expectation
    package let isMet: Bool
    /// The figure, in words.
    package let what: String
}

extension RunRecord {
    /// Is the demand met, and what was found; nil for those that ask for more than a record.
    func finding(_ demand: Expectation.Kind) -> (isMet: Bool, what: String)? {
        switch demand {
        case .equalWithin(let limit):
            guard let converged else { return (false, "they never were equal") }
            return (converged <= limit, converged == 0 ? "at once" : ScenarioTime.brief(converged))
        case .catchUpWithin(let limit): return catchUp(limit)
        case .bytesAtMost(let limit): return (totalBytes <= limit, Markup.bytes(totalBytes))
        case .copiesAtMost(let limit):
            guard let copies = copiesPerDelivery else { return (false, "nothing was delivered") }
            return (Int64(copies * 1_000) <= limit, hundredths(copies))
        case .quietAtMost(let limit):
            guard let rate = quietBytesPerLinkMinute else { return (false, "it never was quiet") }
            return (rate <= Double(limit), "\(Int(rate)) B a minute")
        case .confirmedAtLeast(let least):
            return (acknowledged >= least, Markup.number(acknowledged))
        case .refusedAtMost(let most):
            return (refused <= most, "\(Markup.number(refused)): \(refusalsInWords)")
        case .delivered(let thousandths, let limit): return delivered(thousandths, limit)
        case .noException(let kind):
            let nodes = showing(kind)
            return (nodes.isEmpty, nodes.isEmpty ? "none" : "at \(nodes.joined(separator: ", "))")
        case .anException(let kind):
            let nodes = showing(kind)
            return (
                !nodes.isEmpty,
                nodes.isEmpty ? "no node shows it" : "at \(nodes.joined(separator: ", "))"
            )
        case .reach(let marker):
            let times = markers[marker.rawValue] ?? 0
            return (times > 0, times > 0 ? "\(Markup.number(times)) times" : "never")
        case .reportsAgree, .slowDelaysAtMost: return nil
        }
    }

    private func showing(_ kind: String) -> [String] {
        exceptions.filter { $0.value[kind] ?? 0 > 0 }.keys.sorted()
    }

    /// `92 × not enough (B0205)`.
    var refusalsInWords: String {
        refusals.sorted { $0.key < $1.key }
            .map { "\($0.value) × \(Self.words(ofRefusal: $0.key)) (\($0.key))" }
            .joined(separator: ", ")
    }

    static func words(ofRefusal code: String) -> String {
        Refusal.Code(rawValue: code).map { code in
            "\(code)".reduce(into: "") { text, letter in
                text += letter.isUppercase ? " " + letter.lowercased() : String(letter)
            }
        } ?? code
    }

    // MARK: Catching up

    private func catchUp(_ limit: Milliseconds) -> (isMet: Bool, what: String) {
        guard !catchUps.isEmpty else { return (true, "nobody lacked anything") }
        let judged = catchUps.filter { !isStruckAgain($0, within: limit) }
        func time(_ catchUp: CatchUp) -> Milliseconds { catchUp.milliseconds ?? .max }
        guard let worst = judged.max(by: { time($0) < time($1) }) else {
            return (true, "every fault was followed by another")
        }
        let kind = bands.indices.contains(worst.band) ? bands[worst.band].kind : "the heal"
        let found = worst.milliseconds.map(ScenarioTime.brief) ?? "never"
        return (
            time(worst) <= limit,
            "at most \(found): \(sites[worst.site]) after \(kind) at "
                + ScenarioTime.text(worst.from - began)
        )
    }

    /// Whoever is struck again before he has it all is judged by what comes last.
    private func isStruckAgain(_ catchUp: CatchUp, within limit: Milliseconds) -> Bool {
        bands.contains { $0.from > catchUp.from && $0.from < catchUp.from + limit }
    }

    private func delivered(
        _ thousandths: Int, _ limit: Milliseconds
    ) -> (isMet: Bool, what: String) {
        guard let delivery else { return (false, "nothing was delivered") }
        let time =
            switch thousandths {
            case ...500: delivery.p50
            case ...900: delivery.p90
            case ...990: delivery.p99
            default: delivery.most
            }
        return (time <= limit, ScenarioTime.brief(time))
    }
}

/// With two decimals, as tables show it.
package func hundredths(_ value: Double) -> String {
    let scaled = Int64((value * 100).rounded())
    let part = abs(scaled % 100)
    return "\(scaled < 0 ? "-" : "")\(abs(scaled / 100)).\(part < 10 ? "0" : "")\(part)"
}

/// With one decimal.
package func tenths(_ value: Double) -> String {
    let scaled = Int64((value * 10).rounded())
    return "\(scaled < 0 ? "-" : "")\(abs(scaled / 10)).\(abs(scaled % 10))"
}
