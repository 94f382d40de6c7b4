-- The gate's second place: what the database itself refuses, whoever asks.
--
-- Every function is SECURITY DEFINER with a fixed search_path (pg_temp last), so that a
-- temporary table cannot shadow a real one; every table is named in full all the same.
-- The app role owns nothing, and may write only the columns it is granted here.

CREATE FUNCTION announcer.refuse(rule text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'gate: %', rule USING ERRCODE = 'check_violation';
END $$;

-- Announcements ------------------------------------------------------------------------------

CREATE FUNCTION announcer.gate_announcement() RETURNS trigger
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
      PERFORM 1 FROM announcer.step WHERE announcement = NEW.id AND state <> 'settled';
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
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.announcement
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_announcement();

-- Steps --------------------------------------------------------------------------------------

-- Whether a step may be under way at this moment. Locks the announcement's row, as hold and
-- withdraw do, so that an acknowledged hold is never overtaken.
CREATE FUNCTION announcer.assert_may_send(s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  a announcer.announcement;
  moment timestamptz := announcer.announcer_now();
  confirmed timestamptz;
BEGIN
  SELECT * INTO a FROM announcer.announcement WHERE id = s.announcement FOR NO KEY UPDATE;
  IF a.state NOT IN ('active', 'completed') THEN
    PERFORM announcer.refuse(format('the announcement is %s', a.state));
  END IF;
  IF a.held_at IS NOT NULL THEN
    PERFORM announcer.refuse('the announcement is held');
  END IF;
  IF s.held_at IS NOT NULL THEN
    PERFORM announcer.refuse('the step is held');
  END IF;
  IF s.approval <> 'none' THEN
    PERFORM 1 FROM announcer.approval p JOIN announcer.revision r ON r.id = p.revision
      WHERE r.id = s.revision AND p.content_hash = r.content_hash
        AND (s.approval = 'any' OR p.approver <> r.author);
    IF NOT FOUND THEN
      PERFORM announcer.refuse('this text is not approved');
    END IF;
  END IF;
  PERFORM 1 FROM announcer.step e WHERE e.announcement = s.announcement AND e.key = ANY (s.after)
    AND e.state <> 'settled' AND e.channel <> 'intranet';
  IF FOUND THEN
    PERFORM announcer.refuse('an earlier step is not settled');
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

CREATE FUNCTION announcer.assert_not_before(was announcer.step, s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  confirmed timestamptz;
BEGIN
  SELECT e.confirmed_at INTO confirmed FROM announcer.step e
    WHERE e.announcement = s.announcement AND e.channel = 'intranet';
  IF confirmed IS NULL OR s.not_before IS NULL OR s.not_before < confirmed THEN
    PERFORM announcer.refuse('not_before comes after the confirmation');
  END IF;
  PERFORM 1 FROM announcer.lift l WHERE l.step = s.id AND l.not_before = s.not_before;
  IF FOUND THEN
    RETURN;
  END IF;
  IF was.not_before IS NOT NULL THEN
    PERFORM announcer.refuse('not_before is set once; only a lift changes it');
  END IF;
  IF s.not_before < confirmed + make_interval(secs => s.floor_seconds) THEN
    PERFORM announcer.refuse('not_before lies below confirmation plus the plan''s floor');
  END IF;
END $$;

-- A step is settled when its work is done: the page read back, the meeting ticked, and every
-- recipient tried once with none under way.
CREATE FUNCTION announcer.assert_settled(s announcer.step) RETURNS void
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
  END IF;
  PERFORM 1 FROM announcer.delivery d WHERE d.step = s.id AND d.state IN ('pending', 'sending');
  IF FOUND THEN
    PERFORM announcer.refuse('a recipient was not tried');
  END IF;
END $$;

CREATE FUNCTION announcer.gate_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement AND state = 'in_review'
      FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      PERFORM announcer.refuse('a plan is made once, while the announcement is in review');
    END IF;
    IF NEW.state <> 'waiting' OR NEW.not_before IS NOT NULL OR NEW.started_at IS NOT NULL
       OR NEW.confirmed_at IS NOT NULL OR NEW.settled_at IS NOT NULL THEN
      PERFORM announcer.refuse('a step begins waiting');
    END IF;
    PERFORM 1 FROM announcer.step e WHERE e.announcement = NEW.announcement
      AND e.channel = 'intranet' AND e.key = ANY (NEW.after);
    IF NOT FOUND AND NEW.channel <> 'intranet' AND NOT NEW.before_intranet THEN
      PERFORM announcer.refuse('a step that does not come after the intranet');
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.announcement, NEW.revision, NEW.key, NEW.channel, NEW.external,
      NEW.before_intranet, NEW.after, NEW.floor_seconds, NEW.approval, NEW.release_by, NEW.page_digest)
     IS DISTINCT FROM
     (OLD.id, OLD.announcement, OLD.revision, OLD.key, OLD.channel, OLD.external,
      OLD.before_intranet, OLD.after, OLD.floor_seconds, OLD.approval, OLD.release_by, OLD.page_digest) THEN
    PERFORM announcer.refuse('a plan does not change');
  END IF;
  IF NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at AND pg_trigger_depth() < 2 THEN
    PERFORM announcer.refuse('only a read-back confirms');
  END IF;
  IF NEW.not_before IS DISTINCT FROM OLD.not_before THEN
    PERFORM announcer.assert_not_before(OLD, NEW);
  END IF;
  IF NEW.state <> OLD.state THEN
    IF (OLD.state, NEW.state) NOT IN (('waiting', 'sending'), ('waiting', 'withdrawn'),
        ('sending', 'settled'), ('sending', 'withdrawn')) THEN
      PERFORM announcer.refuse(format('a step does not go from %s to %s', OLD.state, NEW.state));
    END IF;
    IF NEW.state = 'sending' THEN
      PERFORM announcer.assert_may_send(NEW);
      NEW.started_at := announcer.announcer_now();
    ELSIF NEW.state = 'settled' THEN
      PERFORM announcer.assert_settled(NEW);
      NEW.settled_at := announcer.announcer_now();
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
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.step
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_step();

-- The confirmation: stamped by the database, never given. The digest must be the one that was
-- planned from the approved text, and the page must be out.
CREATE FUNCTION announcer.confirm_readback() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step FOR NO KEY UPDATE;
  IF s.channel IS DISTINCT FROM 'intranet' OR s.state <> 'sending' THEN
    PERFORM announcer.refuse('only a page that is out can be confirmed');
  END IF;
  IF s.page_digest <> NEW.digest THEN
    PERFORM announcer.refuse('what was read back is not what was approved');
  END IF;
  NEW.at := announcer.announcer_now();
  IF s.confirmed_at IS NULL THEN
    UPDATE announcer.step SET confirmed_at = NEW.at WHERE id = s.id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.readback
  FOR EACH ROW EXECUTE FUNCTION announcer.confirm_readback();

-- What people did: stamped by the database, tied to the thing it is about --------------------

CREATE FUNCTION announcer.stamp_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.revision WHERE id = NEW.revision AND content_hash = NEW.content_hash;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('an approval is of one text only');
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.approval
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_approval();

CREATE FUNCTION announcer.stamp_act() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.release
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();
CREATE TRIGGER gate BEFORE INSERT ON announcer.tick
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();
CREATE TRIGGER gate BEFORE INSERT ON announcer.lift
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();

CREATE FUNCTION announcer.seal_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement AND state = 'in_review'
    FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('a text that is planned is not rewritten');
  END IF;
  IF NEW.content_hash <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
    PERFORM announcer.refuse('a revision''s hash is the hash of its content');
  END IF;
  NEW.created_at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.revision
  FOR EACH ROW EXECUTE FUNCTION announcer.seal_revision();

CREATE FUNCTION announcer.seal_blob() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
    PERFORM announcer.refuse('a blob is named by its hash');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.blob
  FOR EACH ROW EXECUTE FUNCTION announcer.seal_blob();

-- Deliveries ---------------------------------------------------------------------------------

CREATE FUNCTION announcer.gate_delivery() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  -- The lock first, and the step as it stands then: what was held meanwhile is seen as held.
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'pending' OR s.state <> 'sending' OR NEW.channel <> s.channel
       OR NEW.revision <> s.revision THEN
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
    IF NEW.state = 'sending' THEN
      IF s.state NOT IN ('sending', 'settled') THEN
        PERFORM announcer.refuse(format('the step is %s', s.state));
      END IF;
      PERFORM announcer.assert_may_send(s);
    END IF;
    NEW.changed_at := announcer.announcer_now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.delivery
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_delivery();

-- The chain ----------------------------------------------------------------------------------

-- Appends one event. The payload is stored as the text that was hashed, because a timestamp's
-- text depends on the session's time zone.
CREATE FUNCTION announcer.append_event(
  about uuid, what text, who uuid, detail jsonb
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  last announcer.event;
  line text;
  number bigint;
BEGIN
  PERFORM 1 FROM announcer.announcement WHERE id = about FOR NO KEY UPDATE;
  SELECT * INTO last FROM announcer.event WHERE announcement = about ORDER BY seq DESC LIMIT 1;
  number := coalesce(last.seq, 0) + 1;
  line := jsonb_build_object(
    'announcement', about, 'seq', number, 'what', what, 'who', who, 'detail', detail,
    'at', to_char(announcer.announcer_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  )::text;
  INSERT INTO announcer.event (announcement, seq, payload, previous, sha256) VALUES (
    about, number, line, coalesce(last.sha256, ''),
    encode(sha256(convert_to(coalesce(last.sha256, '') || line, 'UTF8')), 'hex'));
  RETURN number;
END $$;

CREATE FUNCTION announcer.refuse_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM announcer.refuse(format('%s is append-only', TG_TABLE_NAME));
  RETURN NULL;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON announcer.event
  FOR EACH ROW EXECUTE FUNCTION announcer.refuse_change();

-- Rights of the app role ---------------------------------------------------------------------

REVOKE ALL ON SCHEMA announcer FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA announcer FROM PUBLIC;
GRANT USAGE ON SCHEMA announcer TO announcer_app;
GRANT SELECT ON ALL TABLES IN SCHEMA announcer TO announcer_app;
GRANT USAGE ON SEQUENCE announcer.lease_token TO announcer_app;
GRANT EXECUTE ON FUNCTION announcer.announcer_now() TO announcer_app;
GRANT EXECUTE ON FUNCTION announcer.append_event(uuid, text, uuid, jsonb) TO announcer_app;

GRANT INSERT, UPDATE ON announcer.unit, announcer.press_contact TO announcer_app;
GRANT INSERT ON announcer.person TO announcer_app;
GRANT UPDATE (directory_id, unit, workplace, role, email, language, left_at)
  ON announcer.person TO announcer_app;
GRANT INSERT ON announcer.feed_token TO announcer_app;
GRANT UPDATE (revoked_at) ON announcer.feed_token TO announcer_app;
GRANT INSERT ON announcer.policy, announcer.blob, announcer.announcement, announcer.revision,
  announcer.revision_blob, announcer.approval, announcer.step, announcer.readback,
  announcer.release, announcer.tick, announcer.lift, announcer.batch, announcer.delivery
  TO announcer_app;
GRANT UPDATE (state, held_at) ON announcer.announcement TO announcer_app;
GRANT UPDATE (state, look_at, not_before, held_at, held_reason) ON announcer.step TO announcer_app;
GRANT UPDATE (state, due_at, lease_until, token, attempts, deaths) ON announcer.batch
  TO announcer_app;
GRANT UPDATE (state, artefact, attempts, next_try_at, reply) ON announcer.delivery
  TO announcer_app;
