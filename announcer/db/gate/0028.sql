-- What was put up where: stamped by the database, never changed. Nothing here opens anything: an
-- event that waits for boards counts what signed-in people said (`announcer.board_up`).
CREATE TRIGGER gate BEFORE INSERT ON announcer.board_tick
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON announcer.board_tick
  FOR EACH ROW EXECUTE FUNCTION announcer.refuse_change();
GRANT SELECT, INSERT, UPDATE (kind, paper, languages, open_days, removed_at) ON announcer.board
  TO announcer_app;
GRANT SELECT, INSERT ON announcer.board_tick TO announcer_app;
