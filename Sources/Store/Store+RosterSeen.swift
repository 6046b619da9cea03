import GRDB
package import Replica
import Sodium
import Wire

import struct Foundation.Data

/// The roster's logs as a fold asks for them: from memory, else from the disk.
final class StoredLogs: RosterLogs {
    private let store: Store
    private(set) var held: HeldRoster

    init(_ store: Store, _ held: HeldRoster) {
        self.store = store
        self.held = held
    }

    var genesis: Roster.Step? { held.genesis }
    var copies: RecoveryCopies { held.copies }

    func acts(of author: NodeID) throws -> [Roster.Step] {
        if let acts = held.acts[author] { return acts }
        let acts = try store.rosterActs(of: author)
        held.keep(acts, of: author)
        return acts
    }

    func hash(of log: LogID, at seq: UInt64) throws -> Digest? {
        if let known = held.hash(of: log, at: seq) { return known }
        let hash = try store.rosterHash(of: log, at: seq)
        held.keep(hash, of: log, at: seq)
        return hash
    }

    func isSigned(_ act: Recovery, for founding: Founding) -> Bool {
        store.recoveryChecks.isSigned(act, for: founding)
    }

    /// What all that is held comes to: folded where something came that may change it. Cost: a fold, and one more for each
    /// author who is judged otherwise than when not all of his was kept at hand.
    func folded() throws -> Roster {
        guard case .found(let founding) = held.genesis.act else { return Roster() }
        func isSigned(_ act: Recovery) -> Bool { self.isSigned(act, for: founding) }
        while let node = held.nextUnseen() {
            held.look(at: try store.rosterActs(of: node), of: node, isSigned: isSigned)
        }
        while true {
            if let roster = held.roster { return roster }
            held.keep(try Roster(self), isSigned: isSigned)
        }
    }
}

/// What the authors of the roster had seen of it.
extension Store {
    /// The roster as far as it is held. Only the entry that the book is named after founds it.
    package func roster(of book: BookID) throws -> Roster {
        let known = memory.roster.flatMap { $0.genesis.entry == book.digest ? $0 : nil }
        if let known, known.isSettled, let roster = known.roster { return roster }
        guard let held = try known ?? heldRoster(of: book) else { return Roster() }
        let logs = StoredLogs(self, held)
        let roster = try logs.folded()
        memory.remember(logs.held)
        return roster
    }

    /// Is what is at hand what the disk says, and what came of it? Cost: that of opening.
    func isOnDisk(_ held: HeldRoster) throws -> Bool {
        guard let disk = try heldRoster(of: BookID(held.genesis.entry)) else { return false }
        let logs = StoredLogs(self, disk)
        let roster = try Roster(logs)
        guard held.acts.keys.allSatisfy({ logs.held.acts[$0] != nil }) else { return false }
        guard held.isLike(logs.held) else { return false }
        guard held.isSettled, let known = held.roster else { return true }
        return known.judges(as: roster) && known.known == roster.known
    }

    /// The next act of a log, as it is written.
    func add(_ step: Roster.Step) {
        guard case .found(let founding)? = memory.roster?.genesis.act else { return }
        memory.add(step) { recoveryChecks.isSigned($0, for: founding) }
    }

    /// What is on the disk, before anybody's acts are asked for; nil where the founding entry is not here.
    /// Cost: an act or two of each log of the roster.
    func heldRoster(of book: BookID) throws -> HeldRoster? {
        try access { db in
            let logs = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT id, log_id, author, hash FROM log WHERE scope = ? ORDER BY id"),
                arguments: [Scope.roster.name])
            let genesis = try logs.first { try ($0.at(3) as Data).elementsEqual(book.digest.bytes) }
            guard let genesis else { return nil }
            var founding: Roster.Step?
            try eachAct(db, of: genesis) { act in
                founding = act
                return false
            }
            guard let founding, case .found(let facts) = founding.act else { return nil }
            var copies = RecoveryCopies()
            for log in logs {
                try eachAct(db, of: log) { act in
                    copies.read(act) { recoveryChecks.isSigned($0, for: facts) }
                }
            }
            return HeldRoster(genesis: founding.founding(book), copies: copies)
        }
    }

    /// The acts of a log in its order, without what their authors had seen, until nobody asks for more.
    private func eachAct(
        _ db: Database, of log: Row, _ read: (Roster.Step) throws -> Bool
    ) throws {
        guard let id = Digest(try log.at(1) as Data), let author = PublicKey(try log.at(2) as Data)
        else { throw StoreError.damaged("log") }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT seq, op, time, act FROM roster_act WHERE log = ? ORDER BY seq, op"),
            arguments: [try log.at(0) as Int64])
        while let row = try rows.next() {
            let dot = Dot(log: LogID(id), seq: natural(try row.at(0)), index: try row.at(1))
            let step = Roster.Step(
                time: HybridTime(raw: natural(try row.at(2))), author: NodeID(author), dot: dot,
                act: try RosterAct(bytes: Array(try row.at(3) as Data)))
            guard try read(step) else { return }
        }
    }

    /// All acts in an author's logs, with the heads that their entries name: those stand in the entries and in no table.
    /// Cost: a hash for each entry of these logs.
    func rosterActs(of author: NodeID) throws -> [Roster.Step] {
        try access { db in
            let logs = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT \(LogTable.columns) FROM log WHERE author = ? AND scope = ?"),
                arguments: [Data(copying: author.key.bytes), Scope.roster.name])
            var found: [Roster.Step] = []
            for log in logs {
                let (row, held, _) = try LogTable.tip(log)
                var acts: [UInt64: [Roster.Step]] = [:]
                try eachAct(db, of: log) { act in
                    acts[act.dot.seq, default: []].append(act)
                    return true
                }
                if acts.isEmpty { continue }
                // Genesis is named with no book, and has seen nothing.
                guard held.name.incarnation > 0 else {
                    found += acts.values.flatMap { $0 }
                    continue
                }
                var tip = LogTip(held.name, id: held.id)
                let entries = try Data.fetchCursor(
                    db.cachedStatement(sql: "SELECT bytes FROM entry WHERE log = ? ORDER BY seq"),
                    arguments: [row])
                while let bytes = try entries.next() {
                    var reader = ByteReader(Array(bytes))
                    do {
                        let entry = try RunCodec.decode(from: &reader, after: tip)
                        let header = entry.header
                        found += (acts[header.seq] ?? []).map { $0.seen(header, entry.hash) }
                        tip.advance(past: entry)
                    } catch {
                        throw StoreError.damaged("log \(held.id) after entry \(tip.head.seq)")
                    }
                }
            }
            return found
        }
    }

    /// An author's logs in which acts on the roster count, or seals. Cost: that of reading all its roster logs.
    package func countingLogs(of author: NodeID, _ roster: Roster) throws -> Set<LogID> {
        var found: Set<LogID> = []
        if roster.offices[author] != nil {
            for step in try rosterActs(of: author) where !found.contains(step.dot.log) {
                let place = (step.dot.log, step.dot.seq)
                if !roster.isVoid(step.dot), !roster.isBeyond(author, at: place) {
                    found.insert(step.dot.log)
                }
            }
        }
        return try access { db in
            let sealing = try Data.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT l.log_id FROM event e JOIN log l ON l.id = e.log
                        WHERE e.entity >= ? AND e.entity < ? AND l.author = ?
                        """),
                arguments: [
                    Event.sealPrefix, Event.sealPrefix.dropLast() + "0",
                    Data(copying: author.key.bytes),
                ])
            for bytes in sealing {
                guard let id = Digest(bytes) else { throw StoreError.damaged("log") }
                found.insert(LogID(id))
            }
            return found
        }
    }

    /// The hash of an entry of the roster; nil where it is not held.
    func rosterHash(of log: LogID, at seq: UInt64) throws -> Digest? {
        try access { db in
            let bytes = try Data.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT e.hash FROM log l JOIN entry e ON e.log = l.id
                        WHERE l.log_id = ? AND l.scope = ? AND l.incarnation > 0 AND e.seq = ?
                        """),
                arguments: [blob(log.digest), Scope.roster.name, integer(seq)])
            return bytes.flatMap { Digest($0) }
        }
    }
}

extension Roster.Step {
    fileprivate func seen(_ header: EntryHeader, _ hash: Digest) -> Self {
        Self(
            time: time, author: author, dot: dot, act: act, seen: header.rosterHeads, entry: hash)
    }

    fileprivate func founding(_ book: BookID) -> Self {
        Self(time: time, author: author, dot: dot, act: act, entry: book.digest)
    }
}
