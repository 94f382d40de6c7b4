-- As in 0011, and: what an author has lent to somebody does not approve the author's text.
CREATE OR REPLACE FUNCTION announcer.is_approved(s announcer.step) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
  SELECT s.approval = 'none' OR EXISTS (
    SELECT FROM announcer.revision r
    JOIN announcer.announcement a ON a.id = r.announcement
    CROSS JOIN LATERAL (
      SELECT p.at FROM announcer.approval p
      WHERE p.revision = r.id AND p.content_hash = r.content_hash
        AND (s.approval = 'any' OR (p.approver NOT IN (r.author, a.author)
          AND coalesce(p.acting_for, p.approver) NOT IN (r.author, a.author)))
      ORDER BY p.at OFFSET s.approvals_needed - 1 LIMIT 1) AS enough
    WHERE r.id = s.revision AND (NOT s.author_last OR EXISTS (
      SELECT FROM announcer.approval p
      WHERE p.revision = r.id AND p.content_hash = r.content_hash AND p.approver = a.author
        AND p.at >= enough.at)))
$$;
