import Books
import Replica
import Store

/// The node that holds a branch's goods tells everybody what is free there: who may not read its trade knows
/// whom to ask.
extension Engine {
    /// How late a figure may be.
    static let boardMilliseconds: Int64 = 900_000
    /// Where there is more to tell than one commit takes.
    static let boardPieceMilliseconds: Int64 = 30_000
    static let boardItemsMax = 1_000

    /// To be called before the batch is sealed.
    func publishFreeGoods(at now: Instant) throws {
        guard let standing, let branch = standing.branch, standing.ledger != nil, author != nil,
            standing.roster.holders[branch] == standing.node,
            standing.roster.isMember(standing.node), standing.keyring.scopes.contains(.board),
            !lacksOwnEntries(at: now)
        else {
            boardAt = nil
            return
        }
        guard store.revision != boardRevision else { return }
        guard let at = boardAt else {
            boardAt = now.advanced(byMilliseconds: Self.boardMilliseconds)
            return
        }
        guard at <= now else { return }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var news = try freeGoodsUnsaid(branch, all: boardDay != today)
        let isAll = news.count <= Self.boardItemsMax
        if !isAll {
            let first = news.keys.sorted().prefix(Self.boardItemsMax)
            news = news.filter { first.contains($0.key) }
        }
        if !news.isEmpty {
            let events = FreeGoods.events(branch, news, person: person, day: today)
            _ = try commit([Draft.Part(.board, events.map { .append($0) })], at: now)
        }
        if isAll { (boardDay, boardRevision) = (today, store.revision) }
        boardAt = isAll ? nil : now.advanced(byMilliseconds: Self.boardPieceMilliseconds)
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
