-- Facts of one brand. Times are microseconds since 1970, UTC; yes and no are 1 and 0.
-- `as_of` in a row is how new the export was that wrote it: an older one never overwrites it.

CREATE TABLE state (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    revision  INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 0);

CREATE TABLE import (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    account  TEXT NOT NULL,
    digest   TEXT NOT NULL,
    receipt  TEXT NOT NULL,
    UNIQUE (kind, account, digest)
) STRICT;

CREATE TABLE complete_list (
    account  TEXT NOT NULL,
    as_of    INTEGER NOT NULL,
    PRIMARY KEY (account, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile (
    account    TEXT NOT NULL,
    as_of      INTEGER NOT NULL,
    handle     TEXT NOT NULL,
    fields     TEXT,
    followers  INTEGER,
    follows    INTEGER,
    posts      INTEGER,
    PRIMARY KEY (account, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id      TEXT PRIMARY KEY,
    handle  TEXT NOT NULL,
    name    TEXT,
    as_of   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE follow (
    follower  TEXT NOT NULL,
    followed  TEXT NOT NULL,
    since     INTEGER,
    seen_at   INTEGER NOT NULL,
    left_at   INTEGER,
    PRIMARY KEY (follower, followed)
) STRICT, WITHOUT ROWID;

CREATE TABLE request (
    person   TEXT NOT NULL,
    account  TEXT NOT NULL,
    at       INTEGER,
    state    TEXT NOT NULL,
    as_of    INTEGER NOT NULL,
    PRIMARY KEY (person, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE post (
    id             TEXT PRIMARY KEY,
    author         TEXT NOT NULL,
    at             INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    root           TEXT NOT NULL,
    parent         TEXT,
    parent_author  TEXT,
    parent_at      INTEGER,
    text           TEXT,
    chars          INTEGER NOT NULL,
    question       INTEGER,
    language       TEXT,
    visibility     TEXT NOT NULL,
    as_of          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE interaction (
    actor    TEXT NOT NULL,
    act      TEXT NOT NULL,
    object   TEXT NOT NULL,
    account  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (actor, act, object)
) STRICT, WITHOUT ROWID;
