-- A translation that is older than the text is never published.

-- What a translation names as the text it is of (`announcer.domain.announcement.Content.source_hash`).
CREATE FUNCTION announcer.source_hash(content jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(concat_ws(chr(31),
    content ->> 'title', content ->> 'summary', content ->> 'body'), 'UTF8')), 'hex')
$$;

-- As in 0003; of the translations, those that are of this very text. One that does not say what it
-- is of was stored before any did.
CREATE OR REPLACE FUNCTION newsroom.assert_is_approved() RETURNS trigger
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
        WHERE t.key <> c ->> 'language'
          AND coalesce(t.value ->> 3, '') IN ('', announcer.source_hash(c))) AS texts;
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

REVOKE ALL ON FUNCTION announcer.source_hash(jsonb) FROM PUBLIC;
