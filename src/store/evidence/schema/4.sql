-- What people decided about people. The newest row about somebody counts; the others are its past.

CREATE TABLE ruling (
    id        INTEGER PRIMARY KEY,
    person    TEXT NOT NULL,
    question  TEXT NOT NULL,
    ruling    TEXT NOT NULL,
    by        TEXT NOT NULL,
    at        INTEGER NOT NULL,
    until     INTEGER,
    reason    TEXT,
    done_at   INTEGER,
    done_by   TEXT
) STRICT;
CREATE INDEX ruling_person ON ruling (person, id);
