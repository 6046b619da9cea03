/// The tables. `log` and `entry` are the truth; every other table can be rebuilt from them.
enum Schema {
    /// `PRAGMA user_version`. A file with a greater one is refused.
    static var version: Int { steps.count }

    /// The step from version n - 1 stands at place n - 1. A step that was released is never changed.
    static let steps: [Step] = [
        Step(sql: first, rebuilds: false),
        Step(sql: transfersAndForks, rebuilds: true),
        Step(sql: views, rebuilds: false),
        Step(sql: incarnations, rebuilds: false),
        Step(sql: goods, rebuilds: true),
        Step(sql: months, rebuilds: true),
        Step(sql: orders, rebuilds: false),
        Step(sql: bookmarks, rebuilds: false),
        Step(sql: board, rebuilds: false),
        Step(sql: costDays, rebuilds: false),
        Step(sql: accountMonths, rebuilds: true),
        Step(sql: late, rebuilds: false),
    ]

    struct Step {
        let sql: String
        /// Projections have changed: the logs are to be read again.
        let rebuilds: Bool
    }

    private static let first = """
        CREATE TABLE log (
            id INTEGER PRIMARY KEY,
            log_id BLOB NOT NULL UNIQUE,
            author BLOB NOT NULL,
            incarnation INTEGER NOT NULL,
            scope TEXT NOT NULL,
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL,
            commit_number INTEGER NOT NULL,
            part INTEGER NOT NULL,
            parts INTEGER NOT NULL,
            time INTEGER NOT NULL,
            rules_level INTEGER NOT NULL,
            roster_heads BLOB NOT NULL,
            epoch BLOB NOT NULL,
            entries_since_checkpoint INTEGER NOT NULL,
            bytes_since_checkpoint INTEGER NOT NULL,
            chapter_start INTEGER NOT NULL,
            -- The last entry that was read: below seq where a key is missing.
            applied INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE entry (
            log INTEGER NOT NULL REFERENCES log(id),
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL,
            is_signed INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (log, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE chapter_name (
            log INTEGER NOT NULL REFERENCES log(id),
            place INTEGER NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (log, place)
        ) STRICT, WITHOUT ROWID;

        -- Known to this node alone: secrets of its invitations that nobody has used.
        CREATE TABLE invitation_secret (
            id BLOB PRIMARY KEY,
            secret BLOB NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- This node's own memory of how it talks to peers.
        CREATE TABLE peer_address (
            address TEXT PRIMARY KEY,
            node BLOB
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE posting (
            day INTEGER NOT NULL,
            account INTEGER NOT NULL REFERENCES name(id),
            commodity INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            item INTEGER REFERENCES name(id),
            base INTEGER,
            PRIMARY KEY (day, account, commodity, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        -- The balance is amount_high * 2^64 + amount (unsigned): no sum of 64-bit amounts wraps.
        CREATE TABLE balance (
            scope TEXT NOT NULL,
            account INTEGER NOT NULL REFERENCES name(id),
            commodity INTEGER NOT NULL REFERENCES name(id),
            amount INTEGER NOT NULL,
            amount_high INTEGER NOT NULL,
            PRIMARY KEY (scope, account, commodity)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE document (
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            number TEXT,
            day INTEGER NOT NULL,
            person TEXT NOT NULL,
            party TEXT,
            relation INTEGER,
            target TEXT,
            memo TEXT,
            time INTEGER NOT NULL,
            source TEXT,
            source_key TEXT,
            line_first INTEGER,
            line_last INTEGER,
            PRIMARY KEY (log, seq, op)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX document_number ON document (number);
        CREATE INDEX document_target ON document (target) WHERE target IS NOT NULL;
        CREATE INDEX document_external ON document (source, source_key)
            WHERE source IS NOT NULL;
        -- The last running number of a series, kind and year.
        CREATE TABLE counter (
            series TEXT NOT NULL,
            kind INTEGER NOT NULL,
            year INTEGER NOT NULL,
            running INTEGER NOT NULL,
            PRIMARY KEY (series, kind, year)
        ) STRICT, WITHOUT ROWID;
        -- The days on which anything was posted.
        CREATE TABLE book_day (day INTEGER PRIMARY KEY) STRICT;
        -- Cost inputs: tagged postings to inventory. About a document's own number, or another's.
        CREATE TABLE valuation (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (branch, item, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        -- Pools to fold again before anybody reads them.
        CREATE TABLE pool_dirty (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            PRIMARY KEY (branch, item)
        ) STRICT, WITHOUT ROWID;
        -- Where the cost fold of a pool ends, and what it put on the accounts in all.
        CREATE TABLE pool (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            quantity INTEGER NOT NULL,
            value INTEGER NOT NULL,
            uncosted INTEGER NOT NULL,
            cost_of_sales INTEGER NOT NULL,
            shipped INTEGER NOT NULL,
            write_off INTEGER NOT NULL,
            variance INTEGER NOT NULL,
            uncosted_sold INTEGER NOT NULL,
            fault TEXT,
            PRIMARY KEY (branch, item)
        ) STRICT, WITHOUT ROWID;
        -- Derived rows of the open period: what a document's goods cost.
        CREATE TABLE cost (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            day INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            number TEXT,
            quantity INTEGER NOT NULL,
            cost INTEGER NOT NULL,
            variance INTEGER NOT NULL,
            uncosted INTEGER NOT NULL,
            PRIMARY KEY (branch, item, log, seq, op)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE register (
            entity TEXT NOT NULL,
            attribute TEXT NOT NULL,
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (entity, attribute, log, seq, op)
        ) STRICT, WITHOUT ROWID;
        -- Not a partial index: one would have every query by attribute prepared anew at each use.
        CREATE INDEX register_value ON register (attribute, value, entity);
        CREATE TABLE superseded (
            log_id BLOB NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            by_log INTEGER NOT NULL,
            by_seq INTEGER NOT NULL,
            by_op INTEGER NOT NULL,
            PRIMARY KEY (log_id, seq, op, by_log, by_seq, by_op)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE event (
            entity TEXT NOT NULL,
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            kind TEXT NOT NULL,
            person TEXT NOT NULL,
            day INTEGER NOT NULL,
            fields BLOB NOT NULL,
            PRIMARY KEY (entity, log, seq, op)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE void (
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (log, seq, op)
        ) STRICT, WITHOUT ROWID;
        -- Every act of the roster scope that can be read: which of them count, the fold decides.
        CREATE TABLE roster_act (
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            time INTEGER NOT NULL,
            act BLOB NOT NULL,
            PRIMARY KEY (log, seq, op)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE digest (scope TEXT PRIMARY KEY, sum BLOB NOT NULL) STRICT, WITHOUT ROWID;

        -- Stable views for the sqlite3 shell.
        CREATE VIEW stock AS
            SELECT a.name AS account, substr(c.name, 2) AS item, b.amount AS quantity
            FROM balance b JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
            WHERE a.name LIKE 'stock/%';
        CREATE VIEW trial_balance AS
            SELECT b.scope, a.name AS account, c.name AS commodity, b.amount
            FROM balance b JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
            WHERE b.amount <> 0 OR b.amount_high <> 0;
        CREATE VIEW journal AS
            SELECT date(p.day * 86400, 'unixepoch') AS day, d.number, a.name AS account,
                   c.name AS commodity, p.amount
            FROM posting p
            JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
            JOIN name a ON a.id = p.account JOIN name c ON c.id = p.commodity;
        """

    private static let transfersAndForks = """
        -- Goods that left a branch for another (below zero) or came in from one, as the scope between
        -- the two tells it.
        CREATE TABLE transfer (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            document TEXT NOT NULL,
            shipment TEXT NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (branch, item, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX transfer_shipment ON transfer (shipment, item);
        -- What keepers said about the value of such goods: on due-from and due-to, by the document that
        -- they value.
        CREATE TABLE statement (
            account INTEGER NOT NULL REFERENCES name(id),
            item INTEGER NOT NULL REFERENCES name(id),
            document TEXT NOT NULL,
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (account, item, document, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        -- Transferred items whose value a keeper has to look at; urgent ones at once.
        CREATE TABLE statement_due (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            is_urgent INTEGER NOT NULL,
            PRIMARY KEY (branch, item)
        ) STRICT, WITHOUT ROWID;
        -- Logs of which a peer says, without proof, that they have another history: the first entry
        -- that is known not to be the same, and who said so.
        CREATE TABLE fork (
            author BLOB NOT NULL,
            incarnation INTEGER NOT NULL,
            scope TEXT NOT NULL,
            seq INTEGER NOT NULL,
            told_by BLOB,
            PRIMARY KEY (author, incarnation, scope)
        ) STRICT, WITHOUT ROWID;
        """

    /// For the sqlite3 shell, stable like those of the first step. A text value is `2`, its length in
    /// one byte or two, and its bytes; of values that were written concurrently, all show.
    private static let views = """
        CREATE VIEW item AS
            SELECT substr(r.entity, 6) AS code, r.attribute,
                CAST(substr(r.value, CASE WHEN length(r.value) < 130 THEN 3 ELSE 4 END) AS TEXT)
                    AS value
            FROM register r JOIN log l ON l.id = r.log
            WHERE r.entity LIKE 'item/%' AND hex(substr(r.value, 1, 1)) = '02' AND NOT EXISTS (
                SELECT 1 FROM superseded s JOIN register w
                    ON w.entity = r.entity AND w.attribute = r.attribute
                    AND w.log = s.by_log AND w.seq = s.by_seq AND w.op = s.by_op
                WHERE s.log_id = l.log_id AND s.seq = r.seq AND s.op = r.op);
        CREATE VIEW transfers AS
            SELECT t.shipment, t.document, t.branch, substr(n.name, 2) AS item, t.amount,
                date(d.day * 86400, 'unixepoch') AS day, d.person
            FROM transfer t JOIN name n ON n.id = t.item
            JOIN document d ON d.log = t.log AND d.seq = t.seq AND d.op = t.op;
        """

    private static let incarnations = """
        -- The incarnations that this node chose for its own logs: the greatest is written in.
        CREATE TABLE incarnation (
            number INTEGER PRIMARY KEY,
            reason TEXT NOT NULL,
            -- Commits of an older one that were written anew in it.
            rewritten INTEGER NOT NULL
        ) STRICT;
        -- How far a log was ever handed to a peer, or came from one; own logs only. Of what was
        -- written before this table was there, everything may have been.
        CREATE TABLE published (
            log INTEGER PRIMARY KEY REFERENCES log(id),
            seq INTEGER NOT NULL,
            -- From this entry on they came from a peer: another copy wrote them.
            returned INTEGER
        ) STRICT;
        INSERT INTO published SELECT id, seq, NULL FROM log;
        """

    private static let goods = """
        -- When an event was written: orders those of an entity.
        ALTER TABLE event ADD COLUMN time INTEGER NOT NULL DEFAULT 0;
        -- At first in, first out. What shipments took out of a pool, in the order in which it lay there.
        CREATE TABLE cost_layer (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            number TEXT,
            day INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (branch, item, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        -- What a pool holds, the oldest first.
        CREATE TABLE pool_layer (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            place INTEGER NOT NULL,
            day INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (branch, item, place)
        ) STRICT, WITHOUT ROWID;
        -- What stocktakes found on shelves: a barrier each.
        CREATE TABLE counted (
            account INTEGER NOT NULL REFERENCES name(id),
            item INTEGER NOT NULL REFERENCES name(id),
            day INTEGER NOT NULL,
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            branch TEXT NOT NULL,
            number TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (account, item, day, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        -- What counts moved, with what was taken from them for late facts, and their reversals.
        CREATE TABLE count_move (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            number TEXT NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (branch, item, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        """

    private static let orders = """
        -- Orders that the node which holds their goods has to look at, from a day on.
        CREATE TABLE holder_due (
            number TEXT PRIMARY KEY,
            day INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let board = """
        -- What the holders of shelves said last of what is free there.
        -- Goods that came before the entries of where they are of (below zero), and what matched them: `document`
        -- is then another than `arrival`.
        CREATE TABLE early_move (
            branch TEXT NOT NULL,
            arrival TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            document TEXT NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (branch, arrival, item, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE board (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            free INTEGER NOT NULL,
            time INTEGER NOT NULL,
            incarnation INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            PRIMARY KEY (branch, item)
        ) STRICT, WITHOUT ROWID;
        """

    private static let late = """
        -- Ops whose postings stand on another day than their document: a close that did not know of them covers it.
        CREATE TABLE late (
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            day INTEGER NOT NULL,
            PRIMARY KEY (log, seq, op)
        ) STRICT, WITHOUT ROWID;
        """

    private static let accountMonths = """
        -- What was debited (side 0) and credited (side 1, below zero) to an account of money in a month, as in
        -- `shelf_month`.
        CREATE TABLE account_month (
            scope TEXT NOT NULL,
            account INTEGER NOT NULL REFERENCES name(id),
            commodity INTEGER NOT NULL REFERENCES name(id),
            month INTEGER NOT NULL,
            side INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            amount_high INTEGER NOT NULL,
            PRIMARY KEY (scope, account, commodity, month, side)
        ) STRICT, WITHOUT ROWID;
        """

    private static let costDays = """
        -- The rows of `cost` summed by day and kind of document; a second place only where a sum would wrap.
        CREATE TABLE cost_day (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            day INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            place INTEGER NOT NULL,
            cost INTEGER NOT NULL,
            variance INTEGER NOT NULL,
            uncosted INTEGER NOT NULL,
            PRIMARY KEY (branch, item, day, kind, place)
        ) STRICT, WITHOUT ROWID;
        -- Filled where pools are folded again.
        INSERT OR IGNORE INTO pool_dirty SELECT branch, item FROM pool;
        """

    private static let bookmarks = """
        -- How far every log was read at a moment that reports can be asked of again: this node's own
        -- memory. `heads` is 32 bytes of a log's id and 8 of a seq for each.
        CREATE TABLE bookmark (
            name TEXT PRIMARY KEY,
            time INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            heads BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let months = """
        -- What came onto a shelf and left it in a month (12 * year + month - 1): what stood there at any
        -- time is a sum of few rows. As in `balance` no row stands for zero.
        CREATE TABLE shelf_month (
            account INTEGER NOT NULL REFERENCES name(id),
            item INTEGER NOT NULL REFERENCES name(id),
            month INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            amount_high INTEGER NOT NULL,
            PRIMARY KEY (account, item, month)
        ) STRICT, WITHOUT ROWID;
        -- Items of which others were made: the keeper says what they cost.
        CREATE TABLE repack (
            branch TEXT NOT NULL,
            item INTEGER NOT NULL REFERENCES name(id),
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            place INTEGER NOT NULL,
            document TEXT NOT NULL,
            product INTEGER NOT NULL REFERENCES name(id),
            PRIMARY KEY (branch, item, log, seq, op, place)
        ) STRICT, WITHOUT ROWID;
        """

    /// Emptied by a rebuild. `name` stays: it only interns.
    static let projections = [
        "posting", "balance", "document", "counter", "book_day", "valuation", "pool_dirty", "pool",
        "cost", "cost_day", "cost_layer", "pool_layer", "counted", "count_move", "shelf_month",
        "account_month", "late", "repack", "transfer", "statement", "statement_due", "register",
        "superseded", "event", "void",
        "roster_act", "digest", "board", "early_move",
    ]
    /// Lists of work to do: what is on them depends on what was asked, and not on the logs alone.
    static let workLists = ["pool_dirty", "statement_due", "holder_due"]
}
