-- What the gate asks about a delivery's step it asks once for each step that a statement touches,
-- and no longer once for each row: a hundred recipients have one step.
--
-- It is asked after the rows are written and before the statement is over, so that nothing it
-- refuses is ever committed. The lock and what is read behind it come last: a hold that was
-- acknowledged meanwhile is seen.

-- As in 0001, for what a row shows by itself.
CREATE OR REPLACE FUNCTION announcer.gate_delivery() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'pending' THEN
      PERFORM announcer.refuse('a delivery begins pending, in a step that is under way');
    END IF;
    NEW.changed_at := announcer.announcer_now();
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.batch, NEW.step, NEW.revision, NEW.channel, NEW.recipient, NEW.message_id)
     IS DISTINCT FROM
     (OLD.id, OLD.batch, OLD.step, OLD.revision, OLD.channel, OLD.recipient, OLD.message_id)
     OR (OLD.artefact IS NOT NULL AND NEW.artefact IS DISTINCT FROM OLD.artefact) THEN
    PERFORM announcer.refuse('what was sent to whom does not change');
  END IF;
  IF NEW.state <> OLD.state THEN
    IF (OLD.state, NEW.state) NOT IN (
        ('pending', 'sending'), ('pending', 'abandoned'),
        ('sending', 'accepted'), ('sending', 'deferred'), ('sending', 'refused'),
        ('sending', 'in_doubt'), ('deferred', 'sending'), ('deferred', 'abandoned'),
        ('in_doubt', 'sending'), ('in_doubt', 'accepted'), ('in_doubt', 'abandoned')) THEN
      PERFORM announcer.refuse(format('a delivery does not go from %s to %s', OLD.state, NEW.state));
    END IF;
    NEW.changed_at := announcer.announcer_now();
  END IF;
  RETURN NEW;
END $$;

-- The step as it stands when nothing can hold or withdraw its announcement any more.
CREATE FUNCTION announcer.step_behind_lock(asked uuid) RETURNS announcer.step
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = asked FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = asked;
  RETURN s;
END $$;

CREATE FUNCTION announcer.gate_new_deliveries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
  of_it record;
BEGIN
  FOR of_it IN SELECT DISTINCT step, channel, revision FROM made ORDER BY step LOOP
    s := announcer.step_behind_lock(of_it.step);
    IF s.state IS DISTINCT FROM 'sending' OR of_it.channel <> s.channel
       OR of_it.revision <> s.revision THEN
      PERFORM announcer.refuse('a delivery begins pending, in a step that is under way');
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER gate_new AFTER INSERT ON announcer.delivery
  REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION announcer.gate_new_deliveries();

CREATE FUNCTION announcer.gate_sending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
  begun uuid;
BEGIN
  FOR begun IN
    SELECT DISTINCT n.step FROM after_it n JOIN before_it o ON o.id = n.id
      WHERE n.state = 'sending' AND o.state <> 'sending' ORDER BY n.step
  LOOP
    s := announcer.step_behind_lock(begun);
    IF s.state NOT IN ('sending', 'settled') THEN
      PERFORM announcer.refuse(format('the step is %s', s.state));
    END IF;
    PERFORM announcer.assert_may_send(s);
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER gate_sending AFTER UPDATE ON announcer.delivery
  REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it
  FOR EACH STATEMENT EXECUTE FUNCTION announcer.gate_sending();

REVOKE ALL ON FUNCTION announcer.step_behind_lock(uuid), announcer.gate_new_deliveries(),
  announcer.gate_sending() FROM PUBLIC;
