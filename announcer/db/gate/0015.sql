-- A step does not begin in a black-out, whatever a program asks.

CREATE FUNCTION announcer.gate_silences() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  moment timestamptz := announcer.announcer_now();
BEGIN
  IF NEW.silences IS DISTINCT FROM OLD.silences THEN
    PERFORM announcer.refuse('a plan does not change');
  END IF;
  IF NEW.state = 'sending' AND OLD.state <> 'sending' THEN
    PERFORM 1 FROM jsonb_array_elements(NEW.silences) AS s
      WHERE (s ->> 0)::timestamptz <= moment AND moment < (s ->> 1)::timestamptz
        -- A person may bring a step forward, on a ground that stands in the record.
        AND NOT EXISTS (
          SELECT FROM announcer.lift l WHERE l.step = NEW.id AND l.not_before <= moment);
    IF FOUND THEN
      PERFORM announcer.refuse('nothing is sent through this channel at this time');
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate_silences BEFORE UPDATE ON announcer.step
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_silences();

REVOKE ALL ON FUNCTION announcer.gate_silences() FROM PUBLIC;
