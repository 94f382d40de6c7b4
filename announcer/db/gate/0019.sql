-- Announcements that belong together: which one a text tells the rest of.

-- The text says it, and it is approved with the text; the column is the database's own reading.
CREATE FUNCTION announcer.read_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
DECLARE
  named text := NEW.content::jsonb ->> 'follows';
BEGIN
  NEW.follows := NULL;
  IF named IS NOT NULL THEN
    SELECT id INTO NEW.follows FROM announcer.announcement
      WHERE public_id = named AND id <> NEW.announcement;
    IF NEW.follows IS NULL THEN
      PERFORM announcer.refuse('a text follows another announcement that there is');
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER read_follows BEFORE INSERT ON announcer.revision
  FOR EACH ROW EXECUTE FUNCTION announcer.read_follows();

-- Copied with what is published: the newsroom looks into no table that grows with drafts, and no
-- page there takes longer because something is being prepared.
CREATE FUNCTION newsroom.read_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsroom, announcer, pg_catalog, pg_temp AS $$
BEGIN
  SELECT r.follows INTO NEW.follows FROM announcer.revision r WHERE r.id = NEW.revision;
  RETURN NEW;
END $$;
CREATE TRIGGER read_follows BEFORE INSERT OR UPDATE ON newsroom.item
  FOR EACH ROW EXECUTE FUNCTION newsroom.read_follows();

-- What the newsroom shows together: both are out and neither was withdrawn. Asked of the third
-- place for each, so that nothing there says that something belongs to what is not out.
CREATE VIEW newsroom.released_link WITH (security_barrier) AS
  SELECT later.public_id, earlier.public_id AS follows
  FROM newsroom.item later
  JOIN newsroom.item earlier ON earlier.announcement = later.follows
  WHERE later.withdrawn_at IS NULL AND earlier.withdrawn_at IS NULL
    AND newsroom.is_out(later.id) AND newsroom.is_out(earlier.id);

REVOKE ALL ON FUNCTION announcer.read_follows(), newsroom.read_follows() FROM PUBLIC;
GRANT SELECT ON newsroom.released_link TO announcer_newsroom;
