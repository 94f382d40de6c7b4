-- What is published is what was approved; whose turn it is; what a restored newsroom tells.

-- The files of a text are those that its sealed content names, whatever else a programme asks for.
CREATE FUNCTION announcer.seal_revision_blob() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.revision r,
      jsonb_array_elements(r.content::jsonb -> 'attachments') AS named
    WHERE r.id = NEW.revision AND named ->> 2 = NEW.sha256;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('a text has no other files than those it names');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON announcer.revision_blob
  FOR EACH ROW EXECUTE FUNCTION announcer.seal_revision_blob();

-- The words of a text as they may stand in a released one: without control characters
-- (`announcer.render.text.without_controls`; a tab and a line feed stay).
CREATE FUNCTION newsroom.printable(words text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT regexp_replace(words, '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]', '', 'g')
$$;

-- Refuses an article that is not the approved text's, before it is published (PostgreSQL fires
-- triggers of one event in the order of their names). Its HTML is made from the text by the
-- programme and cannot be made here; everything else is compared.
CREATE FUNCTION newsroom.assert_is_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
DECLARE
  article jsonb;
  r announcer.revision;
  c jsonb;
  approved jsonb;
  files jsonb;
BEGIN
  SELECT convert_from(content, 'UTF8')::jsonb INTO article
    FROM announcer.blob WHERE sha256 = NEW.artefact;
  SELECT * INTO r FROM announcer.revision WHERE id = NEW.revision;
  c := r.content::jsonb;
  SELECT jsonb_object_agg(language, jsonb_build_array(printable(title), printable(summary)))
    INTO approved FROM (
      SELECT c ->> 'language' AS language, c ->> 'title' AS title, c ->> 'summary' AS summary
      UNION ALL
      SELECT t.key, t.value ->> 0, t.value ->> 1 FROM jsonb_each(c -> 'translations') AS t
        WHERE t.key <> c ->> 'language') AS texts;
  SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', a -> 0, 'media_type', a -> 1, 'sha256', a -> 2, 'alt', a -> 3) ORDER BY number), '[]')
    INTO files FROM jsonb_array_elements(c -> 'attachments') WITH ORDINALITY AS f (a, number);
  IF article ->> 'content_hash' IS DISTINCT FROM r.content_hash
     OR article ->> 'language' IS DISTINCT FROM c ->> 'language'
     OR article ->> 'contact' IS DISTINCT FROM printable(c ->> 'contact')
     OR article ->> 'record_number' IS DISTINCT FROM printable(c ->> 'record_number')
     OR article -> 'files' IS DISTINCT FROM files
     OR approved IS DISTINCT FROM (
       SELECT jsonb_object_agg(t ->> 'language', jsonb_build_array(t -> 'title', t -> 'summary'))
       FROM jsonb_array_elements(article -> 'texts') AS t) THEN
    PERFORM announcer.refuse('what is published is not what was approved');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER approved AFTER UPDATE ON announcer.delivery FOR EACH ROW
  WHEN (NEW.channel = 'newsroom' AND NEW.state = 'accepted' AND OLD.state <> 'accepted')
  EXECUTE FUNCTION newsroom.assert_is_approved();

-- A restored database does not know what was withdrawn after its backup: until a person has looked,
-- nobody knows what is still public, and the newsroom says so.
CREATE FUNCTION newsroom.is_known() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT FROM announcer.standstill WHERE ended_at IS NULL AND reason = 'restore')
$$;

-- Who hands out work locks this row. An advisory lock of that name could be taken by every role of
-- the database, the newsroom's as well.
INSERT INTO announcer.turn (what) VALUES ('claim');

REVOKE ALL ON FUNCTION announcer.seal_revision_blob(), newsroom.printable(text),
  newsroom.assert_is_approved(), newsroom.is_known() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION newsroom.is_known() TO announcer_newsroom;
-- PostgreSQL asks for UPDATE of whoever locks a row.
GRANT SELECT, UPDATE ON announcer.turn TO announcer_app;
