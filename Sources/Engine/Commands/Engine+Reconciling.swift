import Books
import Replica
import Store

/// The books are held against each other by themselves, once what was on its way has come; `status` tells what it found.
extension Engine {
    /// How late it may be after anything changed.
    static let reconcileMilliseconds: Int64 = 900_000
    /// Books of more entries are looked at once a day: it takes a second of a till's time for each million.
    static let entriesLooked: Int64 = 300_000

    struct Reconciled {
        let differences: Int
        let at: Instant
        let revision: UInt64
        let day: Day
    }

    /// To be called before the batch is sealed.
    func reconcileByItself(at now: Instant) throws {
        guard let standing, let branch = standing.branch, standing.ledger != nil, author != nil,
            !options.isCopy, options.talksToPeers, standing.roster.isMember(standing.node)
        else {
            reconcileAt = nil
            return
        }
        guard store.revision != reconciled?.revision else { return }
        guard let at = reconcileAt else {
            reconcileAt = now.advanced(byMilliseconds: Self.reconcileMilliseconds)
            return
        }
        guard at <= now else { return }
        reconcileAt = nil
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        if let reconciled, reconciled.day == today, try store.entriesApplied() > Self.entriesLooked
        {
            return
        }
        do {
            let found = try reconcile(branch: branch.text, at: now).rows.count
            reconciled = Reconciled(
                differences: found, at: now, revision: store.revision, day: today)
        } catch is Refusal {
            // What cannot be read yet is looked at the next time.
        } catch is BooksError {
            // Figures of others that do not fit keep nobody from work.
        }
    }
}
