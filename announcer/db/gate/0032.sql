-- Nothing hangs on a board that was not made for it: where visitors pass, that is after the house was
-- told, as with everything that leaves it (`announcer.assert_may_send`, asked before it was made).
CREATE FUNCTION announcer.gate_board_tick() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = announcer, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM announcer.announcement WHERE id = NEW.announcement FOR NO KEY UPDATE;
  IF NEW.revision IS NULL THEN
    RETURN NEW;
  END IF;
  PERFORM 1 FROM announcer.board b
    JOIN announcer.step s ON s.announcement = NEW.announcement AND s.revision = NEW.revision
      AND s.channel = CASE b.kind WHEN 'visitors' THEN 'visitors_board' ELSE 'poster' END
    JOIN announcer.delivery d ON d.step = s.id AND d.state = 'accepted' AND NOT d.withdraws
    WHERE b.id = NEW.board;
  IF NOT FOUND THEN
    PERFORM announcer.refuse('no poster of this text was made for the board');
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION announcer.gate_board_tick() FROM PUBLIC;
CREATE TRIGGER gate_made BEFORE INSERT ON announcer.board_tick
  FOR EACH ROW EXECUTE FUNCTION announcer.gate_board_tick();
