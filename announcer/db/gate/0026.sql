-- Declared crises: an alarm instead of a block, and exercises that stay in the house.

-- Who may declare is the program's to ask; that it is a kind of crisis, the policy says, which is
-- never changed once an announcement is handed in under it.
CREATE FUNCTION announcer.gate_declared() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    PERFORM announcer.refuse('what was declared, and under which policy, does not change');
  END IF;
  PERFORM 1 FROM announcer.policy p
    WHERE p.sha256 = NEW.policy AND p.source::jsonb -> 'crisis' -> 'classes' ? NEW.class_name;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('this kind of announcement is no crisis');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate_declared BEFORE INSERT ON announcer.announcement FOR EACH ROW
  WHEN (NEW.declared) EXECUTE FUNCTION announcer.gate_declared();
CREATE TRIGGER gate_declared_once BEFORE UPDATE ON announcer.announcement FOR EACH ROW
  WHEN ((NEW.declared, NEW.policy, NEW.class_name)
    IS DISTINCT FROM (OLD.declared, OLD.policy, OLD.class_name))
  EXECUTE FUNCTION announcer.gate_declared();

CREATE FUNCTION announcer.gate_crisis() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.announcement a WHERE a.id = NEW.announcement AND a.declared;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('a crisis is declared');
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.crisis
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_crisis();
CREATE TRIGGER gate BEFORE INSERT ON announcer.crisis_review
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();

-- How long the page of a declared crisis has to be confirmed; null where it holds everything, as in
-- a policy that names no wait and in every announcement that was not declared.
CREATE FUNCTION announcer.crisis_wait(about uuid) RETURNS interval
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT make_interval(secs => wait[1]::integer
      * CASE wait[2] WHEN 's' THEN 1 WHEN 'min' THEN 60 WHEN 'h' THEN 3600 ELSE 86400 END)
  FROM announcer.announcement a JOIN announcer.policy p ON p.sha256 = a.policy
  CROSS JOIN LATERAL regexp_match(p.source::jsonb -> 'crisis' ->> 'wait',
    '^([0-9]{1,6}) ?(s|min|h|d)$') AS m (wait)
  WHERE a.id = about AND a.declared AND m.wait IS NOT NULL
$$;

-- An alarm is raised of a page that is out and could not be read back in its time, never sooner and
-- never of anything else; the database says when.
CREATE FUNCTION announcer.gate_alarm() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
  wait interval;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  wait := announcer.crisis_wait(s.announcement);
  IF s.channel IS DISTINCT FROM 'intranet' OR s.state <> 'sending' OR s.confirmed_at IS NOT NULL THEN
    PERFORM announcer.refuse('only a page that is out and not confirmed is alarmed about');
  END IF;
  IF wait IS NULL THEN
    PERFORM announcer.refuse('without a declared crisis the page holds everything');
  END IF;
  NEW.at := announcer.announcer_now();
  IF NEW.at < s.started_at + wait THEN
    PERFORM announcer.refuse('the page still has time to be confirmed');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.alarm
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_alarm();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON announcer.alarm
  FOR EACH ROW EXECUTE FUNCTION announcer.refuse_change();

-- Since when a step need not wait for the page of its own text; null where it must.
CREATE FUNCTION announcer.alarmed_at(s announcer.step) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT l.at FROM announcer.alarm l JOIN announcer.step page ON page.id = l.step
  WHERE page.announcement = s.announcement AND page.revision = s.revision
$$;

-- Whether a text is an exercise, by what was approved.
CREATE FUNCTION announcer.is_exercise(revision uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT coalesce((
    -- What was weeded has no text left to ask.
    SELECT CASE WHEN r.weeded_under = '' THEN r.content::jsonb -> 'exercise' = 'true'::jsonb END
    FROM announcer.revision r WHERE r.id = is_exercise.revision), false)
$$;
CREATE FUNCTION announcer.gate_exercise() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF announcer.is_exercise(NEW.revision) THEN
    PERFORM announcer.refuse('an exercise does not leave the house');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate_exercise BEFORE INSERT ON announcer.step FOR EACH ROW
  WHEN (NEW.external) EXECUTE FUNCTION announcer.gate_exercise();
CREATE TRIGGER gate_exercise_begins BEFORE UPDATE ON announcer.step FOR EACH ROW
  WHEN (NEW.external AND (NEW.revision <> OLD.revision OR NEW.state = 'sending'))
  EXECUTE FUNCTION announcer.gate_exercise();

-- As in 0024, and: in a declared crisis an alarm opens what the page would hold.
CREATE OR REPLACE FUNCTION announcer.page_confirmed(s announcer.step, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM announcer.step page WHERE page.announcement = s.announcement
      AND page.revision = s.revision AND page.channel = 'intranet' AND page.confirmed_at <= moment)
    OR announcer.alarmed_at(s) <= moment IS TRUE
$$;

-- As in 0024. Everything is counted from the alarm where that came first.
CREATE OR REPLACE FUNCTION announcer.assert_not_before(was announcer.step, s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  confirmed timestamptz;
BEGIN
  SELECT least(min(e.confirmed_at), min(l.at)) INTO confirmed
    FROM announcer.step e LEFT JOIN announcer.alarm l ON l.step = e.id
    WHERE e.announcement = s.announcement AND e.channel = 'intranet'
    AND (s.about IS NULL OR e.revision = s.revision);
  IF confirmed IS NULL OR s.not_before IS NULL OR s.not_before < confirmed THEN
    PERFORM announcer.refuse('not_before comes after the confirmation');
  END IF;
  IF s.not_before > was.not_before THEN
    RETURN;
  END IF;
  PERFORM 1 FROM announcer.lift l WHERE l.step = s.id AND l.not_before = s.not_before;
  IF FOUND THEN
    RETURN;
  END IF;
  IF was.not_before IS NOT NULL THEN
    PERFORM announcer.refuse('not_before is set once; only a lift brings it forward');
  END IF;
  IF s.not_before < confirmed + make_interval(secs => s.floor_seconds) THEN
    PERFORM announcer.refuse('not_before lies below confirmation plus the plan''s floor');
  END IF;
END $$;

-- As in 0024; and no exercise.
CREATE OR REPLACE FUNCTION newsroom.is_out(asked uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM newsroom.item i
    JOIN announcer.step s ON s.id = i.step AND s.announcement = i.announcement AND s.external
      AND s.revision = i.revision
    -- What is corrected came out with the step of its correction, which is later than the first.
    CROSS JOIN LATERAL (SELECT coalesce(i.corrected_at, i.published_at)) AS came (out_at)
    WHERE i.id = asked AND announcer.page_confirmed(s, came.out_at) AND s.not_before <= came.out_at
      AND NOT announcer.is_exercise(s.revision)
      AND (cardinality(s.release_by) = 0 OR EXISTS (
        SELECT FROM announcer.release r WHERE r.step = s.id AND r.at <= came.out_at))
      AND announcer.has_happened(s, came.out_at) AND announcer.hour_has_come(s, came.out_at))
$$;

REVOKE ALL ON FUNCTION announcer.gate_declared(), announcer.gate_crisis(), announcer.crisis_wait(uuid),
  announcer.gate_alarm(), announcer.alarmed_at(announcer.step),  announcer.is_exercise(uuid), announcer.gate_exercise() FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE (look_at) ON announcer.crisis TO announcer_app;
GRANT SELECT, INSERT ON announcer.alarm, announcer.crisis_review TO announcer_app;
