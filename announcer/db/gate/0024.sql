-- Corrections and withdrawals: a text that some have had is corrected by another that is approved
-- like the first, and whoever had it is told. Nobody else is, and nothing goes round the window.

-- What is proposed instead of the text in force. While it waits, nothing goes out.
CREATE FUNCTION announcer.gate_correction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  a announcer.announcement;
  s announcer.step;
BEGIN
  SELECT * INTO a FROM announcer.announcement WHERE id = NEW.announcement FOR NO KEY UPDATE;
  IF TG_OP = 'INSERT' THEN
    IF a.state NOT IN ('active', 'completed') THEN
      PERFORM announcer.refuse('only what is planned is corrected');
    END IF;
    -- The text itself says what kind of correction it is: that is approved with it.
    SELECT r.content::jsonb -> 'correction' ->> 'kind' INTO NEW.kind FROM announcer.revision r
      WHERE r.id = NEW.revision AND r.announcement = NEW.announcement AND NOT EXISTS (
        SELECT FROM announcer.revision n
        WHERE n.announcement = r.announcement AND n.number > r.number);
    IF NEW.kind IS NULL THEN
      PERFORM announcer.refuse('a correction is the newest text, and says that it is one');
    END IF;
    NEW.proposed_at := announcer.announcer_now();
    NEW.applied_at := NULL;
    NEW.taken_back_at := NULL;
    NEW.taken_back_by := NULL;
    RETURN NEW;
  END IF;
  IF (NEW.revision, NEW.announcement, NEW.kind, NEW.proposed_by, NEW.proposed_at) IS DISTINCT FROM
     (OLD.revision, OLD.announcement, OLD.kind, OLD.proposed_by, OLD.proposed_at)
     OR OLD.applied_at IS NOT NULL OR OLD.taken_back_at IS NOT NULL
     OR (NEW.applied_at IS NULL) = (NEW.taken_back_by IS NULL) THEN
    PERFORM announcer.refuse('a correction is decided once');
  END IF;
  IF NEW.applied_at IS NULL THEN
    NEW.taken_back_at := announcer.announcer_now();
    RETURN NEW;
  END IF;
  IF a.state NOT IN ('active', 'completed') THEN
    PERFORM announcer.refuse('only what is planned is corrected');
  END IF;
  PERFORM 1 FROM announcer.returned WHERE revision = NEW.revision AND taken_back_at IS NULL;
  IF FOUND THEN
    PERFORM announcer.refuse('a text that was given back is not approved');
  END IF;
  SELECT * INTO s FROM announcer.step
    WHERE announcement = NEW.announcement AND channel = 'intranet' AND about IS NULL;
  s.revision := NEW.revision;
  IF NOT announcer.is_approved(s) THEN
    PERFORM announcer.refuse('this text is not approved');
  END IF;
  NEW.applied_at := announcer.announcer_now();
  NEW.taken_back_at := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.correction
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_correction();

-- The text that the newest correction put into the place of the first; NULL where there was none.
CREATE FUNCTION announcer.corrected_to(asked uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT c.revision FROM announcer.correction c JOIN announcer.revision r ON r.id = c.revision
  WHERE c.announcement = asked AND c.applied_at IS NOT NULL ORDER BY r.number DESC LIMIT 1
$$;

-- As in 0001; of what is planned already, a text that says that it corrects.
CREATE OR REPLACE FUNCTION announcer.seal_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  corrects boolean := NEW.content::jsonb -> 'correction' ->> 'kind' IN ('minor', 'real');
BEGIN
  PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement
    AND (state = 'in_review' OR (state IN ('active', 'completed') AND corrects))
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

-- As in 0011, and: a correction that waits is given back as well.
CREATE OR REPLACE FUNCTION announcer.gate_returned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.revision r ON r.announcement = a.id
    WHERE r.id = NEW.revision AND (a.state = 'in_review' OR EXISTS (
      SELECT FROM announcer.correction c WHERE c.revision = r.id
        AND c.applied_at IS NULL AND c.taken_back_at IS NULL))
    FOR NO KEY UPDATE OF a;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('only a text in review is given back');
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.reason = '' THEN
      PERFORM announcer.refuse('a text is given back with a reason');
    END IF;
    NEW.at := announcer.announcer_now();
    NEW.taken_back_at := NULL;
    NEW.taken_back_by := NULL;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.revision, NEW.actor, NEW.acting_for, NEW.roles, NEW.reason, NEW.at)
     IS DISTINCT FROM
     (OLD.id, OLD.revision, OLD.actor, OLD.acting_for, OLD.roles, OLD.reason, OLD.at)
     OR OLD.taken_back_at IS NOT NULL OR NEW.taken_back_by IS NULL THEN
    PERFORM announcer.refuse('a return is taken back once, and by somebody');
  END IF;
  NEW.taken_back_at := announcer.announcer_now();
  RETURN NEW;
END $$;

-- As in 0022, and: what was completed is taken up again for a correction.
CREATE OR REPLACE FUNCTION announcer.gate_announcement() RETURNS trigger
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
        ('active', 'completed'), ('active', 'withdrawn'), ('completed', 'withdrawn'),
        ('completed', 'active')) THEN
      PERFORM announcer.refuse(format('an announcement does not go from %s to %s', OLD.state, NEW.state));
    END IF;
    IF OLD.state = 'completed' AND NEW.state = 'active' THEN
      PERFORM 1 FROM announcer.step WHERE announcement = NEW.id AND state = 'waiting';
      IF NOT FOUND THEN
        PERFORM announcer.refuse('nothing is left to do');
      END IF;
      NEW.completed_at := NULL;
    ELSIF NEW.state = 'active' THEN
      PERFORM 1 FROM announcer.step WHERE announcement = NEW.id AND channel = 'intranet';
      IF NOT FOUND THEN
        PERFORM announcer.refuse('a plan without an intranet step');
      END IF;
      NEW.planned_at := announcer.announcer_now();
    ELSIF NEW.state = 'completed' THEN
      PERFORM 1 FROM announcer.step WHERE announcement = NEW.id
        AND state NOT IN ('settled', 'withdrawn');
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

-- Whether the page with a step's own text had been read back at a moment.
CREATE FUNCTION announcer.page_confirmed(s announcer.step, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM announcer.step page WHERE page.announcement = s.announcement
      AND page.revision = s.revision AND page.channel = 'intranet' AND page.confirmed_at <= moment)
$$;
CREATE FUNCTION announcer.page_confirmed(s announcer.step) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT announcer.page_confirmed(s, 'infinity')
$$;

-- A notice that a text is withdrawn waits for no window: it goes inside first, and then to those
-- outside who have had the text.
CREATE FUNCTION announcer.assert_may_tell(s announcer.step, state text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF state <> 'withdrawn' THEN
    PERFORM announcer.refuse(format('the announcement is %s', state));
  END IF;
  PERFORM 1 FROM announcer.step e WHERE e.announcement = s.announcement AND e.kind = 'withdrawal'
    AND e.state <> 'settled' AND s.external AND NOT e.external;
  IF FOUND THEN
    PERFORM announcer.refuse('an earlier step is not settled');
  END IF;
END $$;

-- As in 0012, with what a correction and a withdrawal say besides.
CREATE OR REPLACE FUNCTION announcer.assert_may_send(s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  a announcer.announcement;
  moment timestamptz := announcer.announcer_now();
BEGIN
  SELECT * INTO a FROM announcer.announcement WHERE id = s.announcement FOR NO KEY UPDATE;
  PERFORM 1 FROM announcer.standstill WHERE ended_at IS NULL;
  IF FOUND THEN
    PERFORM announcer.refuse('everything stands still');
  END IF;
  IF s.held_at IS NOT NULL THEN
    PERFORM announcer.refuse('the step is held');
  END IF;
  IF NOT announcer.is_approved(s) THEN
    PERFORM announcer.refuse('this text is not approved');
  END IF;
  -- Who has it is known when nothing of it is on its way any more.
  PERFORM 1 FROM announcer.delivery d WHERE d.step = s.about AND d.state = 'sending';
  IF FOUND THEN
    PERFORM announcer.refuse('what it is about is still on its way');
  END IF;
  IF s.kind = 'withdrawal' THEN
    PERFORM announcer.assert_may_tell(s, a.state);
    RETURN;
  END IF;
  IF a.state NOT IN ('active', 'completed') THEN
    PERFORM announcer.refuse(format('the announcement is %s', a.state));
  END IF;
  IF a.held_at IS NOT NULL THEN
    PERFORM announcer.refuse('the announcement is held');
  END IF;
  PERFORM 1 FROM announcer.correction c WHERE c.announcement = s.announcement
    AND c.applied_at IS NULL AND c.taken_back_at IS NULL;
  IF FOUND THEN
    PERFORM announcer.refuse('a correction waits to be approved');
  END IF;
  IF announcer.corrected_to(s.announcement) <> s.revision THEN
    PERFORM announcer.refuse('this text was corrected');
  END IF;
  -- What corrects a step stands before whatever the step stood before.
  PERFORM 1 FROM announcer.step e LEFT JOIN announcer.step o ON o.id = e.about
    WHERE e.announcement = s.announcement AND coalesce(o.key, e.key) = ANY (s.after)
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
  IF NOT announcer.page_confirmed(s) THEN
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

-- As in 0017. The window is counted from the first time that staff had the news on the intranet; of
-- what corrects, from the page that has its text.
CREATE OR REPLACE FUNCTION announcer.assert_not_before(was announcer.step, s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  confirmed timestamptz;
BEGIN
  SELECT min(e.confirmed_at) INTO confirmed FROM announcer.step e
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

-- What is added to a plan: about a step of it that has begun, to where that went, and with no other
-- text than the one that was approved in its place.
CREATE FUNCTION announcer.assert_may_add(s announcer.step) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  a announcer.announcement;
  b announcer.step;
BEGIN
  SELECT * INTO a FROM announcer.announcement WHERE id = s.announcement FOR NO KEY UPDATE;
  SELECT * INTO b FROM announcer.step WHERE id = s.about AND announcement = s.announcement;
  IF b.kind IS DISTINCT FROM 'first' OR b.started_at IS NULL OR b.channel = 'meeting' THEN
    PERFORM announcer.refuse('what is added to a plan is about a step that has begun');
  END IF;
  IF (s.channel, s.external, s.audience, s.approval, s.approvals_needed, s.author_last)
     IS DISTINCT FROM
     (b.channel, b.external, b.audience, b.approval, b.approvals_needed, b.author_last) THEN
    PERFORM announcer.refuse('what is added to a plan goes where the step it is about went');
  END IF;
  IF s.kind = 'withdrawal' THEN
    PERFORM 1 FROM announcer.step e
      WHERE e.announcement = s.announcement AND e.revision = s.revision AND e.started_at IS NOT NULL;
    IF NOT FOUND OR a.state <> 'withdrawn' THEN
      PERFORM announcer.refuse('only what has been withdrawn is told of');
    END IF;
  ELSIF a.state NOT IN ('active', 'completed')
     OR s.revision IS DISTINCT FROM announcer.corrected_to(s.announcement) THEN
    PERFORM announcer.refuse('what corrects a step has the corrected text');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION announcer.gate_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.about IS NOT NULL THEN
      PERFORM announcer.assert_may_add(NEW);
    ELSE
      PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement AND state = 'in_review'
        FOR NO KEY UPDATE;
      IF NOT FOUND THEN
        PERFORM announcer.refuse('a plan is made once, while the announcement is in review');
      END IF;
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
  IF (NEW.id, NEW.announcement, NEW.kind, NEW.about, NEW.key, NEW.channel, NEW.external,
      NEW.before_intranet, NEW.after, NEW.floor_seconds, NEW.approval, NEW.release_by)
     IS DISTINCT FROM
     (OLD.id, OLD.announcement, OLD.kind, OLD.about, OLD.key, OLD.channel, OLD.external,
      OLD.before_intranet, OLD.after, OLD.floor_seconds, OLD.approval, OLD.release_by) THEN
    PERFORM announcer.refuse('a plan does not change');
  END IF;
  -- But for one thing: what has not begun takes over the text that was approved in its place.
  IF (NEW.revision, NEW.page_digest) IS DISTINCT FROM (OLD.revision, OLD.page_digest)
     AND (OLD.state <> 'waiting' OR NEW.state <> 'waiting' OR NEW.kind = 'withdrawal'
       OR NEW.revision = OLD.revision
       OR NEW.revision IS DISTINCT FROM announcer.corrected_to(NEW.announcement)) THEN
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

-- As in 0007, and: who is told what became of a text is somebody who had it, at the address it went
-- to; who gets the rest of a step is somebody whom that never reached.
CREATE OR REPLACE FUNCTION announcer.gate_new_deliveries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
  of_it record;
BEGIN
  FOR of_it IN SELECT DISTINCT step, channel, revision, withdraws FROM made ORDER BY step LOOP
    s := announcer.step_behind_lock(of_it.step);
    IF s.state IS DISTINCT FROM 'sending' OR of_it.channel <> s.channel
       OR of_it.revision <> s.revision OR of_it.withdraws <> (s.kind = 'withdrawal') THEN
      PERFORM announcer.refuse('a delivery begins pending, in a step that is under way');
    END IF;
    IF s.about IS NOT NULL AND s.channel <> 'intranet' THEN
      PERFORM 1 FROM made m WHERE m.step = s.id AND NOT EXISTS (
        SELECT FROM announcer.delivery d
        WHERE d.step = s.about AND d.recipient = m.recipient AND d.address = m.address
          AND ((s.kind = 'first' AND d.state IN ('abandoned', 'deferred'))
            OR (s.kind <> 'first' AND d.state IN ('accepted', 'in_doubt'))));
      IF FOUND THEN
        PERFORM announcer.refuse('only who had a text is told what became of it');
      END IF;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- As in 0012; of the text that is shown, the page must have been read back, which a later correction
-- does not change.
CREATE OR REPLACE FUNCTION newsroom.is_out(asked uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM newsroom.item i
    JOIN announcer.step s ON s.id = i.step AND s.announcement = i.announcement AND s.external
      AND s.revision = i.revision
    -- What is corrected came out with the step of its correction, which is later than the first.
    CROSS JOIN LATERAL (SELECT coalesce(i.corrected_at, i.published_at)) AS came (out_at)
    WHERE i.id = asked AND announcer.page_confirmed(s, came.out_at) AND s.not_before <= came.out_at
      AND (cardinality(s.release_by) = 0 OR EXISTS (
        SELECT FROM announcer.release r WHERE r.step = s.id AND r.at <= came.out_at))
      AND announcer.has_happened(s, came.out_at) AND announcer.hour_has_come(s, came.out_at))
$$;

-- One sentence for those who had it, of what was withdrawn; why it was, stands in the record.
CREATE FUNCTION announcer.gate_withdrawal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement AND state = 'withdrawn';
  IF NOT FOUND THEN
    PERFORM announcer.refuse('only what has been withdrawn is told of');
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.withdrawal
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_withdrawal();

REVOKE ALL ON FUNCTION announcer.gate_correction(), announcer.corrected_to(uuid),
  announcer.page_confirmed(announcer.step), announcer.page_confirmed(announcer.step, timestamptz),
  announcer.assert_may_tell(announcer.step, text), announcer.assert_may_add(announcer.step),
  announcer.gate_withdrawal() FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE (applied_at, taken_back_at, taken_back_by) ON announcer.correction
  TO announcer_app;
GRANT SELECT, INSERT ON announcer.withdrawal TO announcer_app;
GRANT UPDATE (revision, page_digest) ON announcer.step TO announcer_app;
