/// The words with which a line of a scenario begins. `docs/scenarios.md` describes each; a test holds
/// the two together.
package enum Directive: String, CaseIterable, Sendable {
    case scenario, about, begins, lasts, branch, line, star, work, rush, at, must

    /// What a line of it looks like.
    package var form: String {
        switch self {
        case .scenario: "scenario TITLE"
        case .about: "about TEXT"
        case .begins: "begins YYYY-MM-DD"
        case .lasts: "lasts DURATION"
        case .branch:
            "branch CODE [reads-own] [relay] [clock +DURATION] [drift MILLIONTHS] [stock UNITS]"
        case .line:
            "line CODE CODE none | line CODE CODE LATENCY [SPEED] | line all LATENCY [SPEED]"
        case .star: "star CODE"
        case .work: "work CODE... HH:MM-HH:MM ACT RATE/h [to CODE] ..."
        case .rush: "rush DAYd HH:MM for DURATION times NUMBER [CODE...]"
        case .at: "at DAYd HH:MM [for DURATION] EVENT"
        case .must: "must EXPECTATION"
        }
    }
}

/// What may happen at a time.
package enum EventWord: String, CaseIterable, Sendable {
    case cut, off, split, flap, slow, drop, power, kill, restart, upgrade, disk, restore, clone
    case clock, freeze, die, connect
    case halfOpen = "half-open"
    case loseDisk = "lose-disk"

    package var form: String {
        switch self {
        case .cut: "cut CODE CODE [hold | one-way]"
        case .off: "off CODE [hold | one-way]"
        case .split: "split CODE... [hold | one-way]"
        case .flap: "flap CODE CODE every DURATION"
        case .slow: "slow CODE [CODE] SPEED"
        case .drop: "drop CODE CODE"
        case .halfOpen: "half-open CODE CODE"
        case .power: "power CODE down DURATION [loses drop | keep | tear | reorder]"
        case .kill: "kill CODE down DURATION"
        case .restart: "restart CODE... down DURATION [apart DURATION]"
        case .upgrade: "upgrade CODE... down DURATION [apart DURATION]"
        case .disk: "disk CODE full | read | write | sync | short [for-good] down DURATION"
        case .loseDisk: "lose-disk CODE down DURATION"
        case .restore: "restore CODE as-of DAYd HH:MM down DURATION"
        case .clone: "clone CODE"
        case .clock: "clock CODE +DURATION"
        case .freeze: "freeze CODE"
        case .die: "die CODE"
        case .connect: "connect CODE CODE | connect CODE all | connect all"
        }
    }

    /// Events that last: they are written with `for DURATION`.
    var lasts: Bool {
        switch self {
        case .cut, .off, .split, .flap, .slow, .clone, .freeze: true
        case .drop, .halfOpen, .power, .kill, .restart, .upgrade, .disk, .loseDisk, .restore,
            .clock, .die, .connect:
            false
        }
    }
}
