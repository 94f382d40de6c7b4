-- Calls: made and answered at the database's time, and answered once.

CREATE FUNCTION announcer.gate_call() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.answered_at IS NOT NULL OR NEW.sent_at IS NOT NULL THEN
      PERFORM announcer.refuse('a call begins open');
    END IF;
    NEW.made_at := announcer.announcer_now();
    RETURN NEW;
  END IF;
  IF (NEW.answered_at, NEW.answered_by) IS DISTINCT FROM (OLD.answered_at, OLD.answered_by) THEN
    IF OLD.answered_at IS NOT NULL THEN
      PERFORM announcer.refuse('a call is answered once');
    END IF;
    NEW.answered_at := announcer.announcer_now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.call
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_call();

REVOKE ALL ON FUNCTION announcer.gate_call() FROM PUBLIC;
GRANT SELECT, INSERT ON announcer.call TO announcer_app;
GRANT UPDATE (due_at, attempts, reached, sent_at, answered_at, answered_by) ON announcer.call
  TO announcer_app;
