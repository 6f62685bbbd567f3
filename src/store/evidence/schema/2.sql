-- What platforms count, and what they say about people's accounts.

ALTER TABLE person ADD COLUMN created INTEGER;
ALTER TABLE person ADD COLUMN last_post INTEGER;
ALTER TABLE person ADD COLUMN followers INTEGER;
ALTER TABLE person ADD COLUMN follows INTEGER;
ALTER TABLE person ADD COLUMN posts INTEGER;
ALTER TABLE person ADD COLUMN bio_filled INTEGER;
ALTER TABLE person ADD COLUMN bot INTEGER;

ALTER TABLE follow ADD COLUMN first_seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE follow SET first_seen_at = seen_at;

CREATE TABLE post_totals (
    post     TEXT PRIMARY KEY,
    account  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    as_of    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- No value: the platform withheld it.
CREATE TABLE post_count (
    post   TEXT NOT NULL,
    count  TEXT NOT NULL,
    value  INTEGER,
    as_of  INTEGER NOT NULL,
    PRIMARY KEY (post, count)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_total (
    account  TEXT NOT NULL,
    count    TEXT NOT NULL,
    begins   INTEGER NOT NULL,
    ends     INTEGER NOT NULL,
    value    INTEGER NOT NULL,
    as_of    INTEGER NOT NULL,
    PRIMARY KEY (account, count, begins, ends)
) STRICT, WITHOUT ROWID;
