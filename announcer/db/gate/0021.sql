-- Meetings that are held in each unit: which units is fixed when the step begins, and the step is
-- settled when every one of them has held its own.

CREATE FUNCTION announcer.gate_meeting_unit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  IF s.channel <> 'meeting' OR NOT s.per_unit OR s.state <> 'sending' THEN
    PERFORM announcer.refuse('only a meeting in each unit, when it begins, has units');
  END IF;
  PERFORM 1 FROM announcer.tick t WHERE t.step = NEW.step;
  IF FOUND THEN
    PERFORM announcer.refuse('the units of a meeting are fixed before anyone has held it');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.meeting_unit
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_meeting_unit();

CREATE FUNCTION announcer.gate_tick() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  in_each boolean;
BEGIN
  SELECT s.per_unit INTO in_each FROM announcer.step s WHERE s.id = NEW.step;
  PERFORM 1 FROM announcer.meeting_unit u WHERE u.step = NEW.step AND u.unit = NEW.unit;
  IF FOUND <> in_each OR (NEW.unit = '') = in_each THEN
    PERFORM announcer.refuse('a meeting is ticked in a unit that holds it');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate_unit BEFORE INSERT ON announcer.tick
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_tick();

CREATE OR REPLACE FUNCTION announcer.assert_settled(s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF s.channel = 'intranet' AND s.confirmed_at IS NULL THEN
    PERFORM announcer.refuse('the page is not confirmed');
  END IF;
  IF s.channel = 'meeting' THEN
    PERFORM 1 FROM announcer.tick t WHERE t.step = s.id;
    IF NOT FOUND THEN
      PERFORM announcer.refuse('nobody ticked the meeting as held');
    END IF;
    PERFORM 1 FROM announcer.meeting_unit u WHERE u.step = s.id
      AND NOT EXISTS (SELECT 1 FROM announcer.tick t WHERE t.step = s.id AND t.unit = u.unit);
    IF FOUND THEN
      PERFORM announcer.refuse('a unit has not held its meeting');
    END IF;
  END IF;
  PERFORM 1 FROM announcer.delivery d WHERE d.step = s.id AND d.state IN ('pending', 'sending');
  IF FOUND THEN
    PERFORM announcer.refuse('a recipient was not tried');
  END IF;
END $$;

REVOKE ALL ON FUNCTION announcer.gate_meeting_unit(), announcer.gate_tick() FROM PUBLIC;
GRANT SELECT, INSERT ON announcer.meeting_unit TO announcer_app;
