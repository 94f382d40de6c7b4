-- The gate's third place: the newsroom's own schema, and what its role can see of it.
--
-- Nobody writes here but the functions below, which run when a delivery to the newsroom is
-- accepted and when an announcement is withdrawn: what is public changes in the very transaction
-- that records it. The app role may look, and no more; the newsroom's role sees three views.

-- Standing still -----------------------------------------------------------------------------

CREATE FUNCTION announcer.stamp_standstill() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.began_at := announcer.announcer_now();
    RETURN NEW;
  END IF;
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.ended_by IS NULL THEN
    PERFORM announcer.refuse('a standstill ends once, and by somebody');
  END IF;
  NEW.ended_at := announcer.announcer_now();
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON announcer.standstill
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_standstill();

-- As in 0001, and: nothing is sent while everything stands still.
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

-- Released items -----------------------------------------------------------------------------

CREATE FUNCTION newsroom.gate_item() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
DECLARE
  s announcer.step;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.id, NEW.public_id, NEW.announcement, NEW.published_at)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.announcement, OLD.published_at) THEN
      PERFORM announcer.refuse('what was published when does not change');
    END IF;
    IF NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
      PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement AND state = 'withdrawn';
      IF NOT FOUND THEN
        PERFORM announcer.refuse('only a withdrawn announcement is withdrawn from the newsroom');
      END IF;
      RETURN NEW;
    END IF;
  END IF;
  PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement FOR NO KEY UPDATE;
  SELECT * INTO s FROM announcer.step WHERE id = NEW.step AND announcement = NEW.announcement;
  IF s.channel IS DISTINCT FROM 'newsroom' OR s.state NOT IN ('sending', 'settled')
     OR s.revision <> NEW.revision THEN
    PERFORM announcer.refuse('only a step to the newsroom that is under way publishes');
  END IF;
  PERFORM 1 FROM announcer.delivery d
    WHERE d.id = NEW.delivery AND d.step = NEW.step AND d.state = 'accepted';
  IF NOT FOUND THEN
    PERFORM announcer.refuse('nothing is published without its delivery');
  END IF;
  PERFORM announcer.assert_may_send(s);
  IF TG_OP = 'INSERT' THEN
    NEW.published_at := announcer.announcer_now();
    NEW.corrected_at := NULL;
    NEW.withdrawn_at := NULL;
  ELSE
    NEW.corrected_at := announcer.announcer_now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON newsroom.item
  FOR EACH ROW EXECUTE FUNCTION newsroom.gate_item();

-- The words a search looks for, in the language's own grammar.
CREATE FUNCTION newsroom.search_words(language text, title text, summary text, body text)
RETURNS tsvector LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT setweight(to_tsvector(c, title), 'A') || setweight(to_tsvector(c, summary), 'B')
      || setweight(to_tsvector(c, body), 'C')
  FROM (SELECT CASE language WHEN 'sv' THEN 'swedish'::regconfig WHEN 'fi' THEN 'finnish'
      WHEN 'en' THEN 'english' ELSE 'simple' END) AS chosen (c)
$$;

-- Copies an accepted delivery's artefact and its files into the newsroom, in that transaction.
-- A later revision of the same announcement takes the earlier one's place and is marked.
CREATE FUNCTION newsroom.publish() RETURNS trigger
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
CREATE TRIGGER publish AFTER UPDATE ON announcer.delivery FOR EACH ROW
  WHEN (NEW.channel = 'newsroom' AND NEW.state = 'accepted' AND OLD.state <> 'accepted')
  EXECUTE FUNCTION newsroom.publish();

-- A withdrawal takes text and bytes away; the title stands, marked, for those who have seen it.
CREATE FUNCTION newsroom.withdraw() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE newsroom.item SET withdrawn_at = NEW.withdrawn_at WHERE announcement = NEW.id;
  UPDATE newsroom.text SET summary = '', html = '', search = ''
    WHERE item IN (SELECT id FROM newsroom.item WHERE announcement = NEW.id);
  DELETE FROM newsroom.file
    WHERE item IN (SELECT id FROM newsroom.item WHERE announcement = NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER withdraw AFTER UPDATE OF state ON announcer.announcement FOR EACH ROW
  WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn')
  EXECUTE FUNCTION newsroom.withdraw();

-- One number that grows with every change of what is public, so that the newsroom can know in a
-- single small read whether what it has made before still holds. Its row is locked until the
-- change is committed: two changes never share a number. Row by row, because a withdrawal of
-- something that was never out touches no row here and must not be seen.
INSERT INTO newsroom.change (number) VALUES (0);
CREATE FUNCTION newsroom.count_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE newsroom.change SET number = number + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON newsroom.item
  FOR EACH ROW EXECUTE FUNCTION newsroom.count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON newsroom.text
  FOR EACH ROW EXECUTE FUNCTION newsroom.count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON newsroom.file
  FOR EACH ROW EXECUTE FUNCTION newsroom.count_change();

-- What the newsroom sees ---------------------------------------------------------------------

-- The third place itself: asked of every row that is shown, and of nothing but the plan's own
-- facts: an external step that began after its page was confirmed, its window was over and, where
-- somebody must let it go, they had.
CREATE FUNCTION newsroom.is_out(asked uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM newsroom.item i
    JOIN announcer.step s ON s.id = i.step AND s.announcement = i.announcement AND s.external
    JOIN announcer.step page ON page.announcement = i.announcement AND page.channel = 'intranet'
    -- What is corrected came out with the step of its correction, which is later than the first.
    CROSS JOIN LATERAL (SELECT coalesce(i.corrected_at, i.published_at)) AS came (out_at)
    WHERE i.id = asked AND page.confirmed_at <= came.out_at AND s.not_before <= came.out_at
      AND (cardinality(s.release_by) = 0 OR EXISTS (
        SELECT FROM announcer.release r WHERE r.step = s.id AND r.at <= came.out_at)))
$$;

CREATE VIEW newsroom.released_item WITH (security_barrier) AS
  SELECT public_id, unit_name, language, contact, record_number, content_hash, published_at,
    corrected_at, correction, withdrawn_at
  FROM newsroom.item WHERE newsroom.is_out(id);
CREATE VIEW newsroom.released_text WITH (security_barrier) AS
  SELECT i.public_id, t.language, t.title, t.summary, t.html, t.search
  FROM newsroom.text t JOIN newsroom.item i ON i.id = t.item WHERE newsroom.is_out(i.id);
CREATE VIEW newsroom.released_file WITH (security_barrier) AS
  SELECT i.public_id, f.position, f.name, f.media_type, f.alt, f.sha256, f.content
  FROM newsroom.file f JOIN newsroom.item i ON i.id = f.item
  WHERE i.withdrawn_at IS NULL AND newsroom.is_out(i.id);

-- The schema's version, for a process that may not look into the other schema.
CREATE FUNCTION newsroom.schema_version() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT version_num FROM announcer.alembic_version
$$;

-- Rights -------------------------------------------------------------------------------------

REVOKE ALL ON SCHEMA newsroom FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA newsroom FROM PUBLIC;
REVOKE ALL ON FUNCTION announcer.stamp_standstill() FROM PUBLIC;
GRANT USAGE ON SCHEMA newsroom TO announcer_newsroom, announcer_app;
GRANT SELECT ON newsroom.released_item, newsroom.released_text, newsroom.released_file,
  newsroom.change TO announcer_newsroom;
GRANT SELECT ON newsroom.released_item TO announcer_app;
GRANT EXECUTE ON FUNCTION newsroom.is_out(uuid) TO announcer_newsroom, announcer_app;
GRANT EXECUTE ON FUNCTION newsroom.schema_version() TO announcer_newsroom;

GRANT SELECT ON announcer.standstill, announcer.api_token, announcer.idempotent_request
  TO announcer_app;
GRANT UPDATE (ended_at, ended_by) ON announcer.standstill TO announcer_app;
GRANT INSERT ON announcer.api_token TO announcer_app;
GRANT UPDATE (revoked_at) ON announcer.api_token TO announcer_app;
GRANT INSERT, DELETE ON announcer.idempotent_request TO announcer_app;
