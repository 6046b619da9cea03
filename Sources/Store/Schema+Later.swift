/// What later versions added, one step each. A step that was released is never changed.
extension Schema {
    static let transfersAndForks = """
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
    static let views = """
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

    static let incarnations = """
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

    static let goods = """
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

    static let orders = """
        -- Orders that the node which holds their goods has to look at, from a day on.
        CREATE TABLE holder_due (
            number TEXT PRIMARY KEY,
            day INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    static let board = """
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

    static let late = """
        -- Ops whose postings stand on another day than their document: a close that did not know of them covers it.
        CREATE TABLE late (
            log INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            op INTEGER NOT NULL,
            day INTEGER NOT NULL,
            PRIMARY KEY (log, seq, op)
        ) STRICT, WITHOUT ROWID;
        """

    static let accountMonths = """
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

    static let values = """
        -- What the amounts of other currencies in `account_month` are carried at, in the book's own: what their
        -- postings debited (side 0) and credited (side 1, below zero).
        CREATE TABLE value_month (
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

    static let costDays = """
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

    static let bookmarks = """
        -- How far every log was read at a moment that reports can be asked of again: this node's own
        -- memory. `heads` is 32 bytes of a log's id and 8 of a seq for each.
        CREATE TABLE bookmark (
            name TEXT PRIMARY KEY,
            time INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            heads BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    static let months = """
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

    static let keptDays = """
        -- What reports of long spans sum of a day, see `KeptDays`: made when asked for, dropped when anything comes that
        -- stands on it. `branch` is empty where a question is of the whole book.
        CREATE TABLE kept_day (
            day INTEGER NOT NULL,
            question TEXT NOT NULL,
            branch TEXT NOT NULL,
            sums BLOB NOT NULL,
            PRIMARY KEY (day, question, branch)
        ) STRICT, WITHOUT ROWID;
        -- `cost_day` summed over items: its cost (measure 0), variance (1) and units of unknown cost (2).
        CREATE TABLE branch_cost_day (
            branch TEXT NOT NULL,
            day INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            measure INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            amount_high INTEGER NOT NULL,
            PRIMARY KEY (branch, day, kind, measure)
        ) STRICT, WITHOUT ROWID;
        -- Filled where pools are folded again.
        DELETE FROM cost_day;
        INSERT OR IGNORE INTO pool_dirty SELECT branch, item FROM pool;
        """
}
