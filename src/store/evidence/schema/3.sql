-- People, what they did and who follows us lie in blocks, each a stretch of people in the order of
-- their ids. `said` counts the statements of a layer; `place` is the layer's number, shifted by 32
-- bits, and the block's; `first` the id of its first person.
CREATE TABLE layer (
    id    INTEGER PRIMARY KEY,
    said  INTEGER NOT NULL
) STRICT;

CREATE TABLE block (
    place  INTEGER PRIMARY KEY,
    first  TEXT NOT NULL,
    data   BLOB NOT NULL
) STRICT;
