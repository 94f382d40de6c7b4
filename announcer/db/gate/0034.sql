-- A clock that is set back between two acts puts nothing out of sight for good: what comes out comes out
-- after its page and its release, also where those carry a later hour.

-- From when a step that goes now counts as out: by the clock, and never before what it came after.
CREATE FUNCTION announcer.out_from(s announcer.step) RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT greatest(
    announcer.announcer_now(),
    (SELECT min(least(page.confirmed_at, l.at)) FROM announcer.step page
      LEFT JOIN announcer.alarm l ON l.step = page.id
      WHERE page.announcement = s.announcement AND page.revision = s.revision
        AND page.channel = 'intranet'),
    (SELECT min(r.at) FROM announcer.release r WHERE r.step = s.id))
$$;

-- As in 0002, at that moment.
CREATE OR REPLACE FUNCTION newsroom.gate_item() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.id, NEW.public_id, NEW.announcement, NEW.published_at)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.announcement, OLD.published_at) THEN
      PERFORM announcer.refuse('what was published when does not change');
    END IF;
    IF NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
      PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement AND state = 'withdrawn';
      IF NOT FOUND THEN
        PERFORM announcer.refuse('only a withdrawn announcement is withdrawn from the newsroom');
      END IF;
      RETURN NEW;
    END IF;
  END IF;
  PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement FOR NO KEY UPDATE;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step AND announcement = NEW.announcement;
  IF s.channel IS DISTINCT FROM 'newsroom' OR s.state NOT IN ('sending', 'settled')
     OR s.revision <> NEW.revision THEN
    PERFORM announcer.refuse('only a step to the newsroom that is under way publishes');
  END IF;
  PERFORM 1 FROM announcer.delivery d
    WHERE d.id = NEW.delivery AND d.step = NEW.step AND d.state = 'accepted';
  IF NOT FOUND THEN
    PERFORM announcer.refuse('nothing is published without its delivery');
  END IF;
  PERFORM announcer.assert_may_send(s);
  IF TG_OP = 'INSERT' THEN
    NEW.published_at := announcer.out_from(s);
    NEW.corrected_at := NULL;
    NEW.withdrawn_at := NULL;
  ELSE
    NEW.corrected_at := announcer.out_from(s);
  END IF;
  RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION announcer.out_from(announcer.step) FROM PUBLIC;
