-- As in 0024, and: inside comes before outside for what is added to a plan too, whatever a program says.
CREATE OR REPLACE FUNCTION announcer.assert_may_add(s announcer.step) RETURNS void
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
  IF NOT s.after @> b.after OR s.strength <> b.strength THEN
    PERFORM announcer.refuse('what is added to a plan comes after whatever the step it is about did');
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
