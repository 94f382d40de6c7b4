-- As in 0001, and: later is always allowed. A pause can stop the countdown, and staff are ahead by so
-- much longer.
CREATE OR REPLACE FUNCTION announcer.assert_not_before(was announcer.step, s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  confirmed timestamptz;
BEGIN
  SELECT e.confirmed_at INTO confirmed FROM announcer.step e
    WHERE e.announcement = s.announcement AND e.channel = 'intranet';
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
