-- Comments on passages of a text that waits for approval: nobody's record, gone with the waiting
-- (TF 2 kap. 12 §), whichever way it ends.

CREATE FUNCTION announcer.forget_comments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM announcer.comment
    WHERE announcement = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION announcer.forget_comments() FROM PUBLIC;

CREATE TRIGGER forget_comments AFTER UPDATE OF state ON announcer.announcement FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND (OLD.state = 'in_review' OR NEW.state = 'withdrawn'))
  EXECUTE FUNCTION announcer.forget_comments('id');
CREATE TRIGGER forget_comments AFTER UPDATE ON announcer.correction FOR EACH ROW
  WHEN (NEW.applied_at IS NOT NULL OR NEW.taken_back_at IS NOT NULL)
  EXECUTE FUNCTION announcer.forget_comments('announcement');

-- Who says it and when is the database's, and what was said stays as it was said.
CREATE FUNCTION announcer.gate_comment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.at := announcer.announcer_now();
    NEW.done_at := NULL;
    IF NOT EXISTS (SELECT FROM announcer.announcement
          WHERE id = NEW.announcement AND state = 'in_review')
        AND NOT EXISTS (SELECT FROM announcer.correction WHERE announcement = NEW.announcement
          AND applied_at IS NULL AND taken_back_at IS NULL) THEN
      RAISE EXCEPTION 'only a text that waits for approval is commented on'
        USING ERRCODE = 'check_violation';
    END IF;
  ELSE
    NEW.done_at := coalesce(OLD.done_at, announcer.announcer_now());
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION announcer.gate_comment() FROM PUBLIC;

CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.comment FOR EACH ROW
  EXECUTE FUNCTION announcer.gate_comment();
GRANT SELECT, INSERT, DELETE, UPDATE (done_at) ON announcer.comment TO announcer_app;
