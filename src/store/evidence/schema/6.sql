-- What own profiles say; and, in the blocks of people, words of descriptions that an older program could
-- not read.

ALTER TABLE profile ADD COLUMN says TEXT;
ALTER TABLE profile_before ADD COLUMN says TEXT;
