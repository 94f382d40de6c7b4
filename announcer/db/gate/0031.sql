-- Whether a program stopped a step or a person paused it stands in a column of its own: a person's
-- words never make a step one that may be given up.

-- As in 0022, and: one that a program stopped.
CREATE OR REPLACE FUNCTION announcer.gate_given_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  IF s.channel = 'intranet' THEN
    PERFORM announcer.refuse('the page is not given up: everything comes after it');
  END IF;
  IF NOT s.stopped OR s.state NOT IN ('waiting', 'sending') THEN
    PERFORM announcer.refuse('only a step that was stopped is given up');
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;

-- As in 0024, and: a notice that was given up is waited for no longer.
CREATE OR REPLACE FUNCTION announcer.assert_may_tell(s announcer.step, state text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF state <> 'withdrawn' THEN
    PERFORM announcer.refuse(format('the announcement is %s', state));
  END IF;
  PERFORM 1 FROM announcer.step e WHERE e.announcement = s.announcement AND e.kind = 'withdrawal'
    AND e.state IN ('waiting', 'sending') AND s.external AND NOT e.external;
  IF FOUND THEN
    PERFORM announcer.refuse('an earlier step is not settled');
  END IF;
END $$;
GRANT UPDATE (stopped) ON announcer.step TO announcer_app;
