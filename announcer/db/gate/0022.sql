-- A step that came too late and that a person gives up: it never goes, and what comes after it goes
-- only where they say so.

CREATE FUNCTION announcer.gate_given_up() RETURNS trigger
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
  IF s.held_at IS NULL OR s.state NOT IN ('waiting', 'sending') THEN
    PERFORM announcer.refuse('only a step that was stopped is given up');
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.given_up
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_given_up();

-- As in 0012, and: a step that must come first need not be waited for once a person has given it up,
-- and only after its page was confirmed and it was later than its policy allows.
CREATE OR REPLACE FUNCTION announcer.gate_passed_over() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  IF s.channel = 'intranet' OR s.external
     OR (s.strength = 'must' AND NOT s.before_intranet AND NOT announcer.is_given_up(s)) THEN
    PERFORM announcer.refuse('others must wait for this step');
  END IF;
  IF s.state NOT IN ('waiting', 'sending') THEN
    PERFORM announcer.refuse(format('the step is %s', s.state));
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;

-- Whether a person gave the step up when it was too late.
CREATE FUNCTION announcer.is_given_up(s announcer.step) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM announcer.given_up g WHERE g.step = s.id
    AND s.not_before + make_interval(secs => s.greatest_lateness_seconds) <= g.at)
$$;

-- As in 0001, and: a step that was given up keeps an announcement from being completed no longer.
CREATE OR REPLACE FUNCTION announcer.gate_announcement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'in_review' OR NEW.planned_at IS NOT NULL OR NEW.completed_at IS NOT NULL
       OR NEW.withdrawn_at IS NOT NULL OR NEW.held_at IS NOT NULL THEN
      PERFORM announcer.refuse('an announcement begins in review');
    END IF;
    NEW.created_at := announcer.announcer_now();
    RETURN NEW;
  END IF;
  IF NEW.state <> OLD.state THEN
    IF (OLD.state, NEW.state) NOT IN (('in_review', 'active'), ('in_review', 'withdrawn'),
        ('active', 'completed'), ('active', 'withdrawn'), ('completed', 'withdrawn')) THEN
      PERFORM announcer.refuse(format('an announcement does not go from %s to %s', OLD.state, NEW.state));
    END IF;
    IF NEW.state = 'active' THEN
      PERFORM 1 FROM announcer.step WHERE announcement = NEW.id AND channel = 'intranet';
      IF NOT FOUND THEN
        PERFORM announcer.refuse('a plan without an intranet step');
      END IF;
      NEW.planned_at := announcer.announcer_now();
    ELSIF NEW.state = 'completed' THEN
      PERFORM 1 FROM announcer.step WHERE announcement = NEW.id
        AND state NOT IN ('settled', 'withdrawn');
      IF FOUND THEN
        PERFORM announcer.refuse('completed before every step is settled');
      END IF;
      NEW.completed_at := announcer.announcer_now();
    ELSE
      NEW.withdrawn_at := announcer.announcer_now();
    END IF;
  END IF;
  IF NEW.held_at IS DISTINCT FROM OLD.held_at THEN
    IF NEW.held_at IS NULL THEN
      NEW.resumed_at := announcer.announcer_now();
    ELSE
      NEW.held_at := announcer.announcer_now();
    END IF;
  END IF;
  RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION announcer.gate_given_up(), announcer.is_given_up(announcer.step) FROM PUBLIC;
GRANT SELECT, INSERT ON announcer.given_up TO announcer_app;
-- To stop everything is open to the programs; to go on is a person's.
GRANT INSERT ON announcer.standstill TO announcer_app;
