extension RunRecord {
    /// What is lacking for a demand, in words; nil where it is met. Demands that ask for more than a
    /// record are not judged here.
    func lacks(_ demand: Expectation.Kind) -> String? {
        switch demand {
        case .equalWithin(let limit):
            guard let converged else { return "they never were equal" }
            return converged <= limit ? nil : "it took \(clockText(converged))"
        case .catchUpWithin(let limit): return slowestCatchUp(limit)
        case .bytesAtMost(let limit):
            return totalBytes <= limit ? nil : "\(totalBytes) bytes were sent"
        case .copiesAtMost(let limit):
            guard let copies = copiesPerDelivery else { return "nothing was delivered" }
            return Int64(copies * 1_000) <= limit
                ? nil : "\(hundredths(copies)) copies came for each entry that a node needed"
        case .quietAtMost(let limit):
            guard let rate = quietBytesPerLinkMinute else { return "it never was quiet" }
            return rate <= Double(limit)
                ? nil : "\(Int(rate)) bytes a minute and link went although all was equal"
        case .confirmedAtLeast(let least):
            return acknowledged >= least ? nil : "\(acknowledged) were confirmed"
        case .refusedAtMost(let most):
            let codes = refusals.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            return refused <= most
                ? nil : "\(refused) were refused (\(codes.joined(separator: ", ")))"
        case .delivered(let thousandths, let limit): return late(thousandths, limit)
        case .noException(let kind):
            let nodes = exceptions.filter { $0.value[kind] ?? 0 > 0 }.keys.sorted()
            return nodes.isEmpty ? nil : "\(nodes.joined(separator: ", ")) show it"
        case .anException(let kind):
            return exceptions.contains { $0.value[kind] ?? 0 > 0 } ? nil : "no node shows it"
        case .reach(let marker):
            return markers[marker.rawValue] ?? 0 > 0 ? nil : "the run never came there"
        case .reportsAgree, .slowDelaysAtMost: return nil
        }
    }

    private func slowestCatchUp(_ limit: Milliseconds) -> String? {
        // Whoever was struck again before he had it all is judged by the last fault.
        let late = catchUps.filter { ($0.milliseconds ?? 0) > limit }
        guard let worst = late.max(by: { ($0.milliseconds ?? 0) < ($1.milliseconds ?? 0) }) else {
            return nil
        }
        let kind = bands.indices.contains(worst.band) ? bands[worst.band].kind : "the heal"
        return "\(sites[worst.site]) took \(clockText(worst.milliseconds ?? 0)) after \(kind) at "
            + clockText(worst.from - began)
    }

    private func late(_ thousandths: Int, _ limit: Milliseconds) -> String? {
        guard let delivery else { return "nothing was delivered" }
        let time =
            switch thousandths {
            case ...500: delivery.p50
            case ...900: delivery.p90
            case ...990: delivery.p99
            default: delivery.most
            }
        return time <= limit ? nil : "it took \(clockText(time))"
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
