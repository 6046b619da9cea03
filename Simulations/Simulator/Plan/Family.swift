import Sodium

/// Kinds of fault as a swarm turns them on and off.
enum Family: CaseIterable {
    case cut, isolate, split, bridge, swizzle, flap, drop, halfOpen, slow, replay, stranger
    case powerCut, powerCutAtCall, killUntold, restart, upgrade, diskFails
    case clockStep, clockFreeze, clockDrift, bootBackwards
    case lyingDisk, flipBit, restoreBackup, clone, loseDisk

    var breaksPromises: Bool {
        switch self {
        case .lyingDisk, .flipBit, .restoreBackup, .clone, .loseDisk: true
        default: false
        }
    }

    func draw(
        _ sites: Int, _ length: Milliseconds, _ random: inout SeededRandom
    ) -> Fault.Kind {
        let site = random.below(sites)
        let other = (site + 1 + random.below(max(sites - 1, 1))) % sites
        let lasts = Milliseconds(
            1_000 + random.below(random.chance(1, 3) ? 60_000 : Int(length / 2)))
        let down = Milliseconds(500 + random.below(random.chance(1, 2) ? 20_000 : 900_000))
        let manner = Fault.Manner.allCases[random.below(3)]
        let loss = Fault.Loss.allCases[random.below(4)]
        let side = (0..<sites).filter { _ in random.chance(1, 2) }
        let calls = UInt64(1 + random.below(random.chance(1, 2) ? 40 : 1_500))
        switch self {
        case .cut: return .cut(site, other, lasts: lasts, manner)
        case .isolate: return .isolate(site, lasts: lasts, manner)
        case .split: return .split(side, lasts: lasts, manner)
        case .bridge: return .bridge(by: site, side, lasts: lasts)
        case .swizzle: return .swizzle(side, draw: random.next(), lasts: lasts)
        case .flap:
            return .flap(
                site, other, times: 2 + random.below(20),
                period: Milliseconds(500 + random.below(60_000)))
        case .drop: return .drop(site, other)
        case .halfOpen: return .halfOpen(site, other)
        case .slow:
            return .slow(
                site, other,
                bytesPerSecond: Int64(4 + random.below(random.chance(1, 2) ? 60 : 20_000)),
                lasts: lasts)
        case .replay: return .replay(site, other)
        case .stranger: return .stranger(site, draw: random.next())
        case .powerCut: return .powerCut(site, loss, down: down)
        case .powerCutAtCall: return .powerCutAtCall(site, calls: calls, loss, down: down)
        case .killUntold: return .killUntold(site, down: down)
        case .restart: return .restart(site, down: down)
        case .upgrade: return .upgrade(site, down: down)
        case .diskFails:
            return .diskFails(
                site, Fault.DiskFailure.allCases[random.below(5)], calls: calls,
                forGood: random.chance(1, 2), down: down)
        case .clockStep:
            return .clockStep(
                site, random.signed(random.chance(1, 3) ? 315_360_000_000 : 600_000))
        case .clockFreeze: return .clockFreeze(site, lasts: lasts)
        case .clockDrift: return .clockDrift(site, millionths: random.signed(50_000), lasts: lasts)
        case .bootBackwards:
            return .bootBackwards(
                site, Milliseconds(random.below(random.chance(1, 2) ? 60_000 : 31_536_000)) * 1_000,
                down: down)
        case .lyingDisk: return .lyingDisk(site, lasts: lasts, loss)
        case .flipBit: return .flipBit(site, draw: random.next(), down: down)
        case .restoreBackup: return .restoreBackup(site, later: lasts, down: down)
        case .clone: return .clone(site, lasts: lasts)
        case .loseDisk: return .loseDisk(site, down: down)
        }
    }
}
