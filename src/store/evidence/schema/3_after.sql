-- After everybody was moved: only whom our own accounts follow stays in rows. When they were gone
-- follows from the complete lists.
DROP TABLE person;
DROP TABLE person_before;
DROP TABLE interaction;
DROP TABLE interaction_before;
DELETE FROM follow WHERE followed IN (SELECT account FROM profile);
DELETE FROM follow_before WHERE followed IN (SELECT account FROM profile);
DROP TRIGGER follow_keeps;
ALTER TABLE follow DROP COLUMN left_at;
ALTER TABLE follow_before DROP COLUMN left_at;
CREATE TRIGGER follow_keeps BEFORE UPDATE ON follow WHEN OLD.known < NEW.known BEGIN
    INSERT INTO follow_before SELECT NEW.known, * FROM follow
    WHERE follower = OLD.follower AND followed = OLD.followed;
END;
