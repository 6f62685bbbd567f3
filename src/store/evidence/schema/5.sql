-- A hash of a post's words, keyed with the file's secret: the same words have the same hash in this file,
-- and nobody can try out from it what they were. Absent where the words were never known.

ALTER TABLE post ADD COLUMN words_hash TEXT;
ALTER TABLE post_before ADD COLUMN words_hash TEXT;
