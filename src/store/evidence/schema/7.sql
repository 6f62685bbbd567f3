-- Whether a post wants an answer: 0 where its source marks it as spam or as closed without one; absent where
-- no source says anything.

ALTER TABLE post ADD COLUMN needs_answer INTEGER;
ALTER TABLE post_before ADD COLUMN needs_answer INTEGER;
