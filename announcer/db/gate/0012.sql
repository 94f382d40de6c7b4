-- Events that must have happened, hours reckoned backwards, and what need not be waited for.

-- As in 0011, with what a step's plan can say besides.
CREATE OR REPLACE FUNCTION announcer.assert_may_send(s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  a announcer.announcement;
  moment timestamptz := announcer.announcer_now();
  confirmed timestamptz;
BEGIN
  SELECT * INTO a FROM announcer.announcement WHERE id = s.announcement FOR NO KEY UPDATE;
  PERFORM 1 FROM announcer.standstill WHERE ended_at IS NULL;
  IF FOUND THEN
    PERFORM announcer.refuse('everything stands still');
  END IF;
  IF a.state NOT IN ('active', 'completed') THEN
    PERFORM announcer.refuse(format('the announcement is %s', a.state));
  END IF;
  IF a.held_at IS NOT NULL THEN
    PERFORM announcer.refuse('the announcement is held');
  END IF;
  IF s.held_at IS NOT NULL THEN
    PERFORM announcer.refuse('the step is held');
  END IF;
  IF NOT announcer.is_approved(s) THEN
    PERFORM announcer.refuse('this text is not approved');
  END IF;
  PERFORM 1 FROM announcer.step e WHERE e.announcement = s.announcement AND e.key = ANY (s.after)
    AND e.state <> 'settled' AND e.channel <> 'intranet' AND e.strength <> 'if_practical'
    AND NOT EXISTS (SELECT FROM announcer.passed_over p WHERE p.step = e.id);
  IF FOUND THEN
    PERFORM announcer.refuse('an earlier step is not settled');
  END IF;
  IF NOT announcer.has_happened(s, moment) THEN
    PERFORM announcer.refuse('something has not happened yet');
  END IF;
  IF NOT announcer.hour_has_come(s, moment) THEN
    PERFORM announcer.refuse('the hour it is meant for has not come');
  END IF;
  IF s.channel = 'intranet' OR s.before_intranet THEN
    RETURN;
  END IF;
  SELECT e.confirmed_at INTO confirmed FROM announcer.step e
    WHERE e.announcement = s.announcement AND e.revision = s.revision AND e.channel = 'intranet';
  IF confirmed IS NULL THEN
    PERFORM announcer.refuse('the intranet page is not confirmed');
  END IF;
  IF s.not_before IS NULL OR moment < s.not_before THEN
    PERFORM announcer.refuse('the internal window is open');
  END IF;
  IF cardinality(s.release_by) > 0 THEN
    PERFORM 1 FROM announcer.release r WHERE r.step = s.id;
    IF NOT FOUND THEN
      PERFORM announcer.refuse('the step is not released');
    END IF;
  END IF;
END $$;

-- Whether everything a step waits for had happened at a moment.
CREATE FUNCTION announcer.has_happened(s announcer.step, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT FROM unnest(s.gates) AS g WHERE NOT EXISTS (
      SELECT FROM announcer.happened h
      WHERE h.announcement = s.announcement AND h.event = g AND h.at <= moment))
$$;

-- Whether the hour that a step is meant for had come, or a person had brought it forward by then.
CREATE FUNCTION announcer.hour_has_come(s announcer.step, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT s.meant_for IS NULL OR s.channel = 'meeting' OR s.meant_for <= moment OR EXISTS (
    SELECT FROM announcer.lift l WHERE l.step = s.id AND l.not_before <= moment)
$$;

-- What the plan says besides does not change either.
CREATE FUNCTION announcer.gate_step_plan() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.gates, NEW.strength, NEW.meant_for) IS DISTINCT FROM
     (OLD.gates, OLD.strength, OLD.meant_for) THEN
    PERFORM announcer.refuse('a plan does not change');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate_plan BEFORE UPDATE ON announcer.step
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_step_plan();

CREATE TRIGGER gate BEFORE INSERT ON announcer.happened
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();
CREATE TRIGGER gate BEFORE INSERT ON announcer.board_up
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();

-- "Personalen först, till …" ends with the lift, before the step's own time changes.
CREATE CONSTRAINT TRIGGER change AFTER INSERT ON announcer.lift
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION announcer.count_change();

-- A person may say that others need not wait for a step: not for the page, not for what leaves the
-- house, and of what must come first only for meetings that were to be before the page.
CREATE FUNCTION announcer.gate_passed_over() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  IF s.channel = 'intranet' OR s.external OR (s.strength = 'must' AND NOT s.before_intranet) THEN
    PERFORM announcer.refuse('others must wait for this step');
  END IF;
  IF s.state NOT IN ('waiting', 'sending') THEN
    PERFORM announcer.refuse(format('the step is %s', s.state));
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.passed_over
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_passed_over();

-- As in 0002, with what a step's plan can say besides.
CREATE OR REPLACE FUNCTION newsroom.is_out(asked uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM newsroom.item i
    JOIN announcer.step s ON s.id = i.step AND s.announcement = i.announcement AND s.external
    JOIN announcer.step page ON page.announcement = i.announcement AND page.channel = 'intranet'
    -- What is corrected came out with the step of its correction, which is later than the first.
    CROSS JOIN LATERAL (SELECT coalesce(i.corrected_at, i.published_at)) AS came (out_at)
    WHERE i.id = asked AND page.confirmed_at <= came.out_at AND s.not_before <= came.out_at
      AND (cardinality(s.release_by) = 0 OR EXISTS (
        SELECT FROM announcer.release r WHERE r.step = s.id AND r.at <= came.out_at))
      AND announcer.has_happened(s, came.out_at) AND announcer.hour_has_come(s, came.out_at))
$$;

REVOKE ALL ON FUNCTION announcer.has_happened(announcer.step, timestamptz),
  announcer.hour_has_come(announcer.step, timestamptz), announcer.gate_step_plan(),
  announcer.gate_passed_over() FROM PUBLIC;
GRANT UPDATE (call_at) ON announcer.step TO announcer_app;
GRANT SELECT, INSERT ON announcer.happened, announcer.passed_over, announcer.board_up
  TO announcer_app;
