import Books
import Replica
import Store

/// What is looked at before anything is accepted.
extension Engine {
    /// Logs are whose their ids say, and the heads of the own ones are those of their entries: at every
    /// start. After storage failed, the file as a whole and every entry of the own logs besides.
    ///
    /// - Throws: `Refusal.damaged`. Entries that the disk lost without a trace are told by the mark.
    func checkStorage(thoroughly: Bool) throws {
        if let book = credentials.membership?.book {
            let misnamed = try store.misnamedLogs(in: book)
            guard misnamed.isEmpty else {
                throw Self.damaged(misnamed.prefix(5).joined(separator: ", "))
            }
        }
        let faulty = try store.faultyHeads(of: credentials.node)
        guard faulty.isEmpty else { throw Self.damaged(faulty.joined(separator: ", ")) }
        guard thoroughly else { return }
        let check = try store.quickCheck()
        guard check == "ok" else { throw Self.damaged(check) }
        for (tip, _) in try store.logs(of: credentials.node) {
            let end = try store.position(in: tip.id, while: { _ in true })?.tip
            guard end == tip else { throw Self.damaged("\(tip.name)") }
        }
    }

    private static func damaged(_ what: String) -> Refusal {
        Refusal(
            .damaged, "the database is damaged: \(what)",
            next: "keep the files; start with an empty directory and these keys, or join again")
    }
}
