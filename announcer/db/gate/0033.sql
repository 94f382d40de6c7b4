-- The page of a crisis has its time only while somebody tries to read it.

-- As in 0026, and: never shorter than a policy may say.
CREATE OR REPLACE FUNCTION announcer.crisis_wait(about uuid) RETURNS interval
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT greatest(interval '30 seconds', make_interval(secs => wait[1]::integer
      * CASE wait[2] WHEN 's' THEN 1 WHEN 'min' THEN 60 WHEN 'h' THEN 3600 ELSE 86400 END))
  FROM announcer.announcement a JOIN announcer.policy p ON p.sha256 = a.policy
  CROSS JOIN LATERAL regexp_match(p.source::jsonb -> 'crisis' ->> 'wait',
    '^([0-9]{1,6}) ?(s|min|h|d)$') AS m (wait)
  WHERE a.id = about AND a.declared AND m.wait IS NOT NULL
$$;

-- Since when a page that has begun could have been read back: not while it, its announcement or
-- everything stood still, nor while a correction waited. Null while that lasts, and where nobody tried.
CREATE FUNCTION announcer.tried_since(s announcer.step) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT greatest(s.started_at, s.resumed_at, a.resumed_at,
      (SELECT max(t.ended_at) FROM announcer.standstill t),
      (SELECT max(coalesce(c.applied_at, c.taken_back_at)) FROM announcer.correction c
        WHERE c.announcement = a.id))
  FROM announcer.announcement a
  WHERE a.id = s.announcement AND a.held_at IS NULL AND s.held_at IS NULL
    AND NOT EXISTS (SELECT FROM announcer.standstill t WHERE t.ended_at IS NULL)
    AND NOT EXISTS (SELECT FROM announcer.correction c WHERE c.announcement = a.id
      AND c.applied_at IS NULL AND c.taken_back_at IS NULL)
    AND EXISTS (SELECT FROM announcer.delivery d WHERE d.step = s.id AND d.attempts > 0)
$$;

-- As in 0026, counted from then.
CREATE OR REPLACE FUNCTION announcer.gate_alarm() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
  wait interval;
BEGIN
  PERFORM 1 FROM announcer.announcement a JOIN announcer.step t ON t.announcement = a.id
    WHERE t.id = NEW.step FOR NO KEY UPDATE OF a;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  wait := announcer.crisis_wait(s.announcement);
  IF s.channel IS DISTINCT FROM 'intranet' OR s.state <> 'sending' OR s.confirmed_at IS NOT NULL THEN
    PERFORM announcer.refuse('only a page that is out and not confirmed is alarmed about');
  END IF;
  IF wait IS NULL THEN
    PERFORM announcer.refuse('without a declared crisis the page holds everything');
  END IF;
  NEW.at := announcer.announcer_now();
  IF announcer.tried_since(s) IS NULL THEN
    PERFORM announcer.refuse('the page stands still, or nobody has tried to read it');
  END IF;
  IF NEW.at < announcer.tried_since(s) + wait THEN
    PERFORM announcer.refuse('the page still has time to be confirmed');
  END IF;
  RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION announcer.planned_as(announcer.step), announcer.tried_since(announcer.step)
  FROM PUBLIC;
