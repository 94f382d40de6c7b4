-- Chains of approval: several people approve one text, the author may have the last word, a text
-- may be given back, and a person may stand in for another.

-- Whether a step's text has all the approvals that its plan asks for. Approvals are of one text
-- only, each by another person; who wrote the text, or handed it in, counts only where the plan
-- says so. The program asks the same in `announcer.domain.approving.approved_at`.
CREATE FUNCTION announcer.is_approved(s announcer.step) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT s.approval = 'none' OR EXISTS (
    SELECT FROM announcer.revision r
    JOIN announcer.announcement a ON a.id = r.announcement
    CROSS JOIN LATERAL (
      SELECT p.at FROM announcer.approval p
      WHERE p.revision = r.id AND p.content_hash = r.content_hash
        AND (s.approval = 'any' OR p.approver NOT IN (r.author, a.author))
      ORDER BY p.at OFFSET s.approvals_needed - 1 LIMIT 1) AS enough
    WHERE r.id = s.revision AND (NOT s.author_last OR EXISTS (
      SELECT FROM announcer.approval p
      WHERE p.revision = r.id AND p.content_hash = r.content_hash AND p.approver = a.author
        AND p.at >= enough.at)))
$$;

-- As in 0002, and: all approvals.
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

CREATE FUNCTION announcer.gate_approval_rule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM announcer.refuse('a plan does not change');
  RETURN NULL;
END $$;
CREATE TRIGGER gate_approval_rule BEFORE UPDATE ON announcer.step FOR EACH ROW
  WHEN ((NEW.approvals_needed, NEW.author_last) IS DISTINCT FROM (OLD.approvals_needed, OLD.author_last))
  EXECUTE FUNCTION announcer.gate_approval_rule();

-- As in 0001, and: not of a text that was given back.
CREATE OR REPLACE FUNCTION announcer.stamp_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.revision WHERE id = NEW.revision AND content_hash = NEW.content_hash;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('an approval is of one text only');
  END IF;
  PERFORM 1 FROM announcer.returned WHERE revision = NEW.revision AND taken_back_at IS NULL;
  IF FOUND THEN
    PERFORM announcer.refuse('a text that was given back is not approved');
  END IF;
  NEW.at := announcer.announcer_now();
  RETURN NEW;
END $$;

CREATE FUNCTION announcer.gate_returned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.revision r ON r.announcement = a.id
    WHERE r.id = NEW.revision AND a.state = 'in_review' FOR NO KEY UPDATE OF a;
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
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.returned
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_returned();

-- Who stood in for whom is history: it begins no earlier than it was said, and ends once.
CREATE FUNCTION announcer.gate_stand_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.appointed_at := announcer.announcer_now();
    NEW.from_at := greatest(NEW.from_at, NEW.appointed_at);
    IF NEW.revoked_at IS NOT NULL THEN
      PERFORM announcer.refuse('whoever stands in begins by standing in');
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.who, NEW.for_whom, NEW.announcement, NEW.from_at, NEW.until_at,
      NEW.appointed_by, NEW.appointed_at)
     IS DISTINCT FROM
     (OLD.id, OLD.who, OLD.for_whom, OLD.announcement, OLD.from_at, OLD.until_at,
      OLD.appointed_by, OLD.appointed_at)
     OR OLD.revoked_at IS NOT NULL OR NEW.revoked_by IS NULL THEN
    PERFORM announcer.refuse('who stood in for whom does not change; it is revoked once');
  END IF;
  NEW.revoked_at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.stand_in
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_stand_in();

REVOKE ALL ON FUNCTION announcer.is_approved(announcer.step), announcer.gate_approval_rule(),
  announcer.gate_returned(), announcer.gate_stand_in()
  FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE (taken_back_at, taken_back_by) ON announcer.returned TO announcer_app;
GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by) ON announcer.stand_in TO announcer_app;
