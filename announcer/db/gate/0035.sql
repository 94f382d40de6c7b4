-- Who changed one of the organisation's lists: stamped by the database, never changed.
CREATE TRIGGER gate BEFORE INSERT ON announcer.list_change
  FOR EACH ROW EXECUTE FUNCTION announcer.stamp_act();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON announcer.list_change
  FOR EACH ROW EXECUTE FUNCTION announcer.refuse_change();
GRANT SELECT, INSERT ON announcer.list_change TO announcer_app;
