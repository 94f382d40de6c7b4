-- Whoever acts for another stands in for them at that very moment: in general, or for this
-- announcement. Asked of the database's time, so that what has been revoked is not used any more.

CREATE FUNCTION announcer.gate_acting_for() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  acting uuid := CASE TG_TABLE_NAME WHEN 'approval' THEN (to_jsonb(NEW) ->> 'approver')::uuid
    ELSE (to_jsonb(NEW) ->> 'actor')::uuid END;
BEGIN
  -- Shared with whoever revokes it: they wait for each other.
  PERFORM 1 FROM announcer.stand_in s JOIN announcer.revision r ON r.id = NEW.revision
    WHERE s.who = acting AND s.for_whom = NEW.acting_for AND s.revoked_at IS NULL
      AND s.from_at <= announcer.announcer_now() AND s.until_at > announcer.announcer_now()
      AND (s.announcement IS NULL OR s.announcement = r.announcement)
    FOR SHARE OF s;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('whoever acts for another stands in for them');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate_acting_for BEFORE INSERT ON announcer.approval FOR EACH ROW
  WHEN (NEW.acting_for IS NOT NULL) EXECUTE FUNCTION announcer.gate_acting_for();
CREATE TRIGGER gate_acting_for BEFORE INSERT ON announcer.returned FOR EACH ROW
  WHEN (NEW.acting_for IS NOT NULL) EXECUTE FUNCTION announcer.gate_acting_for();

REVOKE ALL ON FUNCTION announcer.gate_acting_for() FROM PUBLIC;
