-- A colleague who is asked to read a draft: they read what its owner had saved when they were asked, and
-- all of it is gone with the draft (TF 2 kap. 12 §), whichever way that goes.

CREATE FUNCTION announcer.gate_proofreading() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  source announcer.draft;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.asked_at = OLD.asked_at THEN
    IF NEW.done_at IS DISTINCT FROM OLD.done_at THEN
      NEW.done_at := coalesce(OLD.done_at, announcer.announcer_now());
    END IF;
    RETURN NEW;
  END IF;
  -- Asked, or asked anew: what is read is what is saved, and nobody else's word for it.
  SELECT * INTO source FROM announcer.draft WHERE public_id = NEW.draft;
  IF source.owner = NEW.reader THEN
    RAISE EXCEPTION 'nobody is asked to read their own draft' USING ERRCODE = 'check_violation';
  END IF;
  NEW.class_name := source.class_name;
  NEW.fields := source.fields;
  NEW.files := source.files;
  NEW.version := source.version;
  NEW.asked_at := announcer.announcer_now();
  NEW.done_at := NULL;
  NEW.attempts := 0;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION announcer.gate_proofreading() FROM PUBLIC;

CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.proofreading FOR EACH ROW
  EXECUTE FUNCTION announcer.gate_proofreading();
GRANT SELECT, INSERT (id, draft, reader, message, due_at), DELETE,
  UPDATE (message, asked_at, done_at, due_at, attempts) ON announcer.proofreading TO announcer_app;

-- What they say stays as it was said, and is over when they have said that they are done.
CREATE FUNCTION announcer.gate_remark() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  NEW.at := announcer.announcer_now();
  IF NOT EXISTS (SELECT FROM announcer.proofreading
      WHERE id = NEW.proofreading AND done_at IS NULL) THEN
    RAISE EXCEPTION 'only a text that somebody is asked to read is remarked on'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION announcer.gate_remark() FROM PUBLIC;

CREATE TRIGGER gate BEFORE INSERT ON announcer.remark FOR EACH ROW
  EXECUTE FUNCTION announcer.gate_remark();
-- No UPDATE and no DELETE: remarks go with what they were asked for.
GRANT SELECT, INSERT (id, proofreading, field, quote, start, words) ON announcer.remark
  TO announcer_app;
