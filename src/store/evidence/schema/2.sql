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

-- What was known when: `known` is the revision from which a row stands as it does. A row that
-- changes leaves what it was in a table of its own, with the revision until which that stood.

ALTER TABLE import ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE complete_list ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE profile ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE follow ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE request ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE post ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE interaction ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE post_totals ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE post_count ADD COLUMN known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account_total ADD COLUMN known INTEGER NOT NULL DEFAULT 1;

-- When each revision came, UTC. Of the ones before this version only the ends are known.
CREATE TABLE revised (
    revision  INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL
) STRICT;
INSERT INTO revised SELECT 1, min(at) FROM import HAVING count(*) > 0;
INSERT OR IGNORE INTO revised
SELECT (SELECT revision FROM state), max(at) FROM import HAVING count(*) > 0;

CREATE TABLE profile_before AS SELECT known AS until, * FROM profile WHERE 0;
CREATE TRIGGER profile_keeps BEFORE UPDATE ON profile WHEN OLD.known < NEW.known BEGIN
    INSERT INTO profile_before SELECT NEW.known, * FROM profile
    WHERE account = OLD.account AND as_of = OLD.as_of;
END;
CREATE TABLE person_before AS SELECT known AS until, * FROM person WHERE 0;
CREATE TRIGGER person_keeps BEFORE UPDATE ON person WHEN OLD.known < NEW.known BEGIN
    INSERT INTO person_before SELECT NEW.known, * FROM person
    WHERE id = OLD.id;
END;
CREATE TABLE follow_before AS SELECT known AS until, * FROM follow WHERE 0;
CREATE TRIGGER follow_keeps BEFORE UPDATE ON follow WHEN OLD.known < NEW.known BEGIN
    INSERT INTO follow_before SELECT NEW.known, * FROM follow
    WHERE follower = OLD.follower AND followed = OLD.followed;
END;
CREATE TABLE request_before AS SELECT known AS until, * FROM request WHERE 0;
CREATE TRIGGER request_keeps BEFORE UPDATE ON request WHEN OLD.known < NEW.known BEGIN
    INSERT INTO request_before SELECT NEW.known, * FROM request
    WHERE person = OLD.person AND account = OLD.account;
END;
CREATE TABLE post_before AS SELECT known AS until, * FROM post WHERE 0;
CREATE TRIGGER post_keeps BEFORE UPDATE ON post WHEN OLD.known < NEW.known BEGIN
    INSERT INTO post_before SELECT NEW.known, * FROM post
    WHERE id = OLD.id;
END;
CREATE TABLE interaction_before AS SELECT known AS until, * FROM interaction WHERE 0;
CREATE TRIGGER interaction_keeps BEFORE UPDATE ON interaction WHEN OLD.known < NEW.known BEGIN
    INSERT INTO interaction_before SELECT NEW.known, * FROM interaction
    WHERE actor = OLD.actor AND act = OLD.act AND object = OLD.object;
END;
CREATE TABLE post_totals_before AS SELECT known AS until, * FROM post_totals WHERE 0;
CREATE TRIGGER post_totals_keeps BEFORE UPDATE ON post_totals WHEN OLD.known < NEW.known BEGIN
    INSERT INTO post_totals_before SELECT NEW.known, * FROM post_totals
    WHERE post = OLD.post;
END;
CREATE TABLE post_count_before AS SELECT known AS until, * FROM post_count WHERE 0;
CREATE TRIGGER post_count_keeps BEFORE UPDATE ON post_count WHEN OLD.known < NEW.known BEGIN
    INSERT INTO post_count_before SELECT NEW.known, * FROM post_count
    WHERE post = OLD.post AND count = OLD.count;
END;
CREATE TABLE account_total_before AS SELECT known AS until, * FROM account_total WHERE 0;
CREATE TRIGGER account_total_keeps BEFORE UPDATE ON account_total WHEN OLD.known < NEW.known BEGIN
    INSERT INTO account_total_before SELECT NEW.known, * FROM account_total
    WHERE account = OLD.account AND count = OLD.count
        AND begins = OLD.begins AND ends = OLD.ends;
END;

-- The secret of this file: names for people that nobody else can make, and marks of those who were
-- forgotten, so that a later import does not bring them back.
CREATE TABLE secret (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    key  BLOB NOT NULL
) STRICT;
INSERT INTO secret VALUES (1, randomblob(32));

CREATE TABLE forgotten (
    mark    TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    reason  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
