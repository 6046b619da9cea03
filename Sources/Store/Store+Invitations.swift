import GRDB
package import Sodium

import struct Foundation.Data

/// Secrets of invitations that this node gave out and nobody has used: known here alone, and no part
/// of the replicated book.
extension Store {
    package typealias OpenInvitation = (id: Digest, secret: [UInt8], expires: Int64)

    static let invitationsMax = 256

    package func keep(invitation: Digest, secret: [UInt8], expires: Int64) throws {
        memory.invitations = nil
        try access { db in
            try db.execute(
                sql: "INSERT INTO invitation_secret VALUES (?, ?, ?)",
                arguments: [blob(invitation), Data(copying: secret), expires])
        }
    }

    /// Secrets are kept until their invitations expire, used or not: whoever comes with one is told what
    /// became of it, and whom the answer did not reach may ask again.
    package func forgetInvitations(before milliseconds: Int64) throws {
        memory.invitations = nil
        try access { db in
            try db.execute(
                sql: "DELETE FROM invitation_secret WHERE expires < ?", arguments: [milliseconds])
        }
    }

    /// Those that have not expired; at most 256, the newest first.
    package func openInvitations(at milliseconds: Int64) throws -> [OpenInvitation] {
        let all = try memory.invitations ?? newestInvitations()
        memory.invitations = all
        return all.filter { $0.expires >= milliseconds }
    }

    private func newestInvitations() throws -> [OpenInvitation] {
        try access { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, secret, expires FROM invitation_secret
                    ORDER BY expires DESC LIMIT ?
                    """,
                arguments: [Self.invitationsMax])
            return try rows.map { row in
                guard let id = Digest(try row.at(0) as Data) else {
                    throw StoreError.damaged("invitation_secret")
                }
                return (id, Array(try row.at(1) as Data), try row.at(2))
            }
        }
    }
}
