import Books
import Replica
import Store

/// What the node that holds a branch's goods does now and then, where anything changed: goods of items that became
/// others become these, and everybody is told what is free, so that who may not read its trade knows whom
/// to ask; and how the branch did, where it was set a target.
extension Engine {
    /// How late a figure may be.
    static let roundMilliseconds: Int64 = 900_000
    /// Where there is more to tell than one commit takes.
    static let roundPieceMilliseconds: Int64 = 30_000
    static let boardItemsMax = 1_000

    /// To be called before the batch is sealed.
    func makeRounds(at now: Instant) throws {
        guard let standing, let branch = standing.branch, standing.ledger != nil, author != nil,
            standing.roster.holders[branch] == standing.node,
            standing.roster.isMember(standing.node), standing.keyring.scopes.contains(.board),
            !lacksOwnEntries(at: now)
        else {
            roundAt = nil
            return
        }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        guard store.revision != roundRevision || toldDay != today else { return }
        guard let at = roundAt else {
            roundAt = now.advanced(byMilliseconds: Self.roundMilliseconds)
            return
        }
        guard at <= now else { return }
        try joinMergedItems(branch, on: today, at: now)
        var news = try freeGoodsUnsaid(branch, all: toldDay != today)
        let isAll = news.count <= Self.boardItemsMax
        if !isAll {
            let first = Set(news.keys.sorted().prefix(Self.boardItemsMax))
            news = news.filter { first.contains($0.key) }
        }
        if !news.isEmpty {
            let events = FreeGoods.events(branch, news, person: person, day: today)
            _ = try commit([Draft.Part(.board, events.map { .append($0) })], at: now)
        }
        let isTold = try publishFigures(branch, on: today, at: now) && isAll
        if isTold { (toldDay, roundRevision) = (today, store.revision) }
        roundAt = isTold ? nil : now.advanced(byMilliseconds: Self.roundPieceMilliseconds)
    }

    /// What is free of an item that turned out to be another becomes that one, location by location, from its day
    /// on. What is refused is under `exceptions`, and tried again in the next round.
    private func joinMergedItems(
        _ branch: BranchCode, on today: Day, at now: Instant
    ) throws {
        for text in try store.entities(
            prefix: ItemFacts.prefix, with: ItemFacts.Attribute.alias)
        {
            guard let code = ItemCode(text), let facts = try facts(code), let alias = facts.alias,
                facts.tracking == .none, facts.joined.map({ $0 <= today }) ?? false,
                // Two who merged each into the other have to agree first.
                try self.facts(alias)?.alias == nil
            else { continue }
            for row in try store.stock(branch: branch, item: code, limit: Query.limitMax)
            where row.free > 0 {
                let quantity = Amount.text(row.free, scale: facts.scale)
                _ = try performed(
                    .repack(
                        Details(memo: "\(code) is \(alias)", location: row.location),
                        [Line(item: code.text, quantity: quantity)],
                        into: Line(item: alias.text, quantity: quantity), extra: nil), at: now)
            }
        }
    }

    /// Figures that are not what was said last.
    private func freeGoodsUnsaid(
        _ branch: BranchCode, all: Bool
    ) throws -> [ItemCode: Int64] {
        let said = try store.board(branch: branch, item: nil).reduce(into: [:]) {
            $0[$1.item] = $1.free
        }
        var free: [ItemCode: Int64] = [:]
        var statuses: [String: GoodsStatus] = [:]
        for row in try store.stock(branch: branch, item: nil, limit: .max) {
            guard let item = ItemCode(row.item) else { continue }
            let status = try statuses[row.location] ?? location(branch, row.location).status
            statuses[row.location] = status
            guard status == .available else { continue }
            free[item] = Int64(clamping: Int128(free[item] ?? 0) + Int128(row.free))
        }
        for item in said.keys where free[item] == nil { free[item] = 0 }
        return free.filter { item, now in
            let before = said[item] ?? 0
            return now != before && (all || FreeGoods.isNews(before, now))
        }
    }
}
