package import Replica

/// Whose turn it is.
extension Order {
    /// The next step, where this person may take it: by their role, or for one who has it and named them; never of what
    /// they wrote or approved already.
    package func step(
        waitingFor person: String, _ people: [PersonFacts], on today: Day, _ ledger: Ledger
    ) -> Workflow.Step? {
        guard state(ledger) == .submitted, let step = openSteps(ledger).first else { return nil }
        var others = Set([content.writer?.person, content.submitted?.person].compactMap { $0 })
        for (_, approval) in steps(ledger) { others.formUnion(approval?.people ?? []) }
        guard !others.contains(person) else { return nil }
        let may = people.contains {
            $0.roles.contains(step.role)
                && ($0.name == person
                    || $0.isDeputy(person, on: today) && !others.contains($0.name))
        }
        return may ? step : nil
    }

    /// Since when the next step waits.
    package func waitsSince(_ ledger: Ledger) -> Day {
        steps(ledger).compactMap { $0.approval?.mark.day }
            .reduce(content.submitted?.day ?? opened.day) { max($0, $1) }
    }
}
