-- The words by which a colleague finds a page: of what is up on the intranet, and of nothing else.

-- Takes in the text that a page shows from now on, in place of the one that stood there; a
-- translation of an older text is not shown and not found.
CREATE FUNCTION announcer.take_in_words(about uuid, shown uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  DELETE FROM announcer.page_text WHERE announcement = about;
  INSERT INTO announcer.page_text (announcement, language, revision, topic, title, search)
  SELECT about, t.language, shown, coalesce(c.content ->> 'topic', ''), t.title,
      newsroom.search_words(t.language, t.title, t.summary,
        concat_ws(' ', t.body, c.content ->> 'contact', c.content ->> 'record_number'))
    FROM (SELECT content::jsonb FROM announcer.revision
      WHERE id = shown AND announcement = about AND content <> '') AS c (content)
    CROSS JOIN LATERAL (
      SELECT c.content ->> 'language', c.content ->> 'title', c.content ->> 'summary',
        c.content ->> 'body'
      UNION ALL
      SELECT one.key, one.value ->> 0, one.value ->> 1, one.value ->> 2
        FROM jsonb_each(c.content -> 'translations') AS one
        WHERE one.key <> c.content ->> 'language'
          AND coalesce(one.value ->> 3, '') IN ('', announcer.source_hash(c.content))
    ) AS t (language, title, summary, body)
$$;

CREATE FUNCTION announcer.show_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  -- Of several pages the last of the plan stands there, whichever began last.
  PERFORM 1 FROM announcer.step s WHERE s.announcement = NEW.announcement
    AND s.channel = 'intranet' AND s.started_at IS NOT NULL AND s.position > NEW.position;
  IF NOT FOUND THEN
    PERFORM announcer.take_in_words(NEW.announcement, NEW.revision);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER show_words AFTER UPDATE ON announcer.step FOR EACH ROW
  WHEN (NEW.channel = 'intranet' AND NEW.started_at IS NOT NULL
    AND (NEW.revision, NEW.started_at) IS DISTINCT FROM (OLD.revision, OLD.started_at))
  EXECUTE FUNCTION announcer.show_words();

-- What is withdrawn is found by no word of it.
CREATE FUNCTION announcer.forget_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM announcer.page_text WHERE announcement = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER forget_words AFTER UPDATE OF state ON announcer.announcement FOR EACH ROW
  WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn')
  EXECUTE FUNCTION announcer.forget_words();

-- What was up before there was a search.
SELECT announcer.take_in_words(s.announcement, s.revision)
  FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement
  WHERE s.channel = 'intranet' AND s.started_at IS NOT NULL AND a.withdrawn_at IS NULL
  ORDER BY s.announcement, s.position;

REVOKE ALL ON FUNCTION announcer.take_in_words(uuid, uuid), announcer.show_words(),
  announcer.forget_words() FROM PUBLIC;
GRANT SELECT ON announcer.page_text TO announcer_app;
