-- A number that grows with every change of what a colleague can see, so that the intranet can know
-- in one small read whether what it has made before still holds.
--
-- It is the sum of a few rows. Each connection counts in one of them, at the end of its transaction:
-- a single row would be locked from the change to the commit, and everybody would wait for everybody.
-- Since the count is the last thing that a transaction locks, nobody who waits for it is waited for.
INSERT INTO announcer.change (slot, number) SELECT slot, 0 FROM generate_series(0, 15) AS slot;

CREATE FUNCTION announcer.count_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE announcer.change SET number = number + 1 WHERE slot = pg_backend_pid() % 16;
  RETURN NULL;
END $$;

-- What a page says of its announcement, and that it was withdrawn. A pause shows on no page.
CREATE CONSTRAINT TRIGGER change AFTER UPDATE ON announcer.announcement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((NEW.public_id, NEW.class_name, NEW.unit, NEW.withdrawn_at)
    IS DISTINCT FROM (OLD.public_id, OLD.class_name, OLD.unit, OLD.withdrawn_at))
  EXECUTE FUNCTION announcer.count_change();
-- Since when the page is up, whether it is confirmed, and for whom it is.
CREATE CONSTRAINT TRIGGER change_page AFTER UPDATE ON announcer.step
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.channel = 'intranet' AND (NEW.revision, NEW.audience, NEW.started_at, NEW.confirmed_at)
    IS DISTINCT FROM (OLD.revision, OLD.audience, OLD.started_at, OLD.confirmed_at))
  EXECUTE FUNCTION announcer.count_change();
-- "Personalen först, till …": what waits to leave the house, and until when.
CREATE CONSTRAINT TRIGGER change_planned AFTER INSERT ON announcer.step
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.external) EXECUTE FUNCTION announcer.count_change();
CREATE CONSTRAINT TRIGGER change_outside AFTER UPDATE ON announcer.step
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.external AND (NEW.state = 'waiting', NEW.not_before)
    IS DISTINCT FROM (OLD.state = 'waiting', OLD.not_before))
  EXECUTE FUNCTION announcer.count_change();
-- The posters that a page links to.
CREATE CONSTRAINT TRIGGER change AFTER UPDATE OF artefact ON announcer.delivery
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.channel = 'poster' AND NEW.artefact IS DISTINCT FROM OLD.artefact)
  EXECUTE FUNCTION announcer.count_change();
-- Names of units, and which is below which: what each may read.
CREATE CONSTRAINT TRIGGER change_new AFTER INSERT ON announcer.unit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION announcer.count_change();
CREATE CONSTRAINT TRIGGER change AFTER UPDATE ON announcer.unit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION announcer.count_change();

-- A restored database counts on from its backup. The leap keeps it from ever saying a number again
-- that stood for something else in the time that was lost.
CREATE FUNCTION announcer.leap_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE announcer.change SET number = number + (random() * 1e12)::bigint WHERE slot = 0;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER change AFTER INSERT ON announcer.standstill
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION announcer.leap_change();

REVOKE ALL ON FUNCTION announcer.count_change(), announcer.leap_change() FROM PUBLIC;
GRANT SELECT ON announcer.change TO announcer_app;
