/// The tables of the first version.
extension Schema {
    static let first = """
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
}
