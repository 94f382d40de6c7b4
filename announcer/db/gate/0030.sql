-- A text that is corrected twice on its way leaves the rest of a rest behind: what comes after the
-- first comes after that too.

-- The key of the plan's step that a step is about in the end; its own for a step of the plan.
CREATE FUNCTION announcer.planned_as(s announcer.step) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  WITH RECURSIVE chain AS (
    SELECT s.key, s.about
    UNION ALL
    SELECT b.key, b.about FROM chain JOIN announcer.step b ON b.id = chain.about
  )
  SELECT key FROM chain WHERE about IS NULL
$$;

-- As in 0024, and: however many steps lie in between.
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
  PERFORM 1 FROM announcer.step e
    WHERE e.announcement = s.announcement AND announcer.planned_as(e) = ANY (s.after)
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
