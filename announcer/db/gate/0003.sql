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

-- Refuses an article that is not the approved text's. Its HTML is made from the text by the
-- programme and cannot be made here; everything else is compared.
CREATE FUNCTION newsroom.assert_is_of(article jsonb, approved_text uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
DECLARE
  r announcer.revision;
  c jsonb;
  approved jsonb;
  files jsonb;
BEGIN
  SELECT * INTO r FROM announcer.revision WHERE id = approved_text;
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
END $$;

-- As in 0002, and: only the approved text.
CREATE OR REPLACE FUNCTION newsroom.publish() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
DECLARE
  article jsonb;
  s announcer.step;
  a announcer.announcement;
  it uuid;
BEGIN
  SELECT convert_from(content, 'UTF8')::jsonb INTO article
    FROM announcer.blob WHERE sha256 = NEW.artefact;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step;
  SELECT * INTO a FROM announcer.announcement WHERE id = s.announcement;
  PERFORM newsroom.assert_is_of(article, s.revision);
  INSERT INTO newsroom.item (id, public_id, announcement, step, delivery, revision, unit_name,
      language, contact, record_number, content_hash, published_at)
    SELECT gen_random_uuid(), a.public_id, a.id, s.id, NEW.id, s.revision, u.name,
      article ->> 'language', article ->> 'contact', article ->> 'record_number',
      article ->> 'content_hash', announcer.announcer_now()
    FROM announcer.unit u WHERE u.code = a.unit
    ON CONFLICT (announcement) DO UPDATE SET step = excluded.step, delivery = excluded.delivery,
      revision = excluded.revision, language = excluded.language, contact = excluded.contact,
      record_number = excluded.record_number, content_hash = excluded.content_hash,
      correction = coalesce(article ->> 'correction', '')
    RETURNING id INTO it;
  DELETE FROM newsroom.text WHERE item = it;
  DELETE FROM newsroom.file WHERE item = it;
  INSERT INTO newsroom.text (item, language, title, summary, html, search)
    SELECT it, t ->> 'language', t ->> 'title', t ->> 'summary', t ->> 'html',
      newsroom.search_words(t ->> 'language', t ->> 'title', t ->> 'summary', t ->> 'plain')
    FROM jsonb_array_elements(article -> 'texts') AS t;
  INSERT INTO newsroom.file (item, position, name, media_type, alt, sha256, content)
    SELECT it, f.number, f.file ->> 'name', f.file ->> 'media_type', f.file ->> 'alt',
      b.sha256, b.content
    FROM jsonb_array_elements(article -> 'files') WITH ORDINALITY AS f (file, number)
    JOIN announcer.blob b ON b.sha256 = f.file ->> 'sha256'
    -- Only what belongs to the approved text goes out with it.
    JOIN announcer.revision_blob r ON r.sha256 = b.sha256 AND r.revision = s.revision;
  RETURN NULL;
END $$;

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
  newsroom.assert_is_of(jsonb, uuid), newsroom.is_known() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION newsroom.is_known() TO announcer_newsroom;
-- PostgreSQL asks for UPDATE of whoever locks a row.
GRANT SELECT, UPDATE ON announcer.turn TO announcer_app;
