package org.vmstate.analyzer.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.vmstate.formats.element.Element;

/** Looks for members that an object of the description has twice. Queues do, rightly. */
final class DescriptionInspector extends Inspector {
  private static final int FRAME = 5;
  private static final int MOST = 16 << 20;
  private static final Set<String> QUEUES = Set.of("qtailq", "qlist", "gtree");

  DescriptionInspector(Findings findings) {
    super(findings);
  }

  /** An object that is being read. */
  private static final class Level {
    private final Set<String> names = new HashSet<>();
    private String type = "";
    private String twice;
    private long twiceAt;
  }

  @Override
  public void element(Element element) throws IOException {
    if (element instanceof Element.Description e
        && e.range().length() <= MOST
        && source().isSeekable()) {
      ByteBuffer text = ByteBuffer.allocate((int) e.range().length() - FRAME);
      source().copy(e.range().start() + FRAME, text);
      try (JsonParser json = new JsonFactory().createParser(text.array())) {
        read(json, e.range().start() + FRAME);
      } catch (IOException broken) {
        // the parser has remarked upon it
        applied(Rule.DESCRIPTION);
      }
    }
  }

  private void read(JsonParser json, long start) throws IOException {
    applied(Rule.DESCRIPTION_MEMBERS);
    Deque<Level> levels = new ArrayDeque<>();
    JsonToken token;
    while ((token = json.nextToken()) != null) {
      switch (token) {
        case START_OBJECT -> levels.push(new Level());
        case END_OBJECT -> {
          Level level = levels.pop();
          if (level.twice != null && !QUEUES.contains(level.type)) {
            add(
                here(
                    Rule.DESCRIPTION_MEMBERS,
                    level.twiceAt,
                    "description: member " + level.twice + " stands twice in one object"));
          }
        }
        case FIELD_NAME -> {
          Level level = levels.peek();
          if (!level.names.add(json.currentName()) && level.twice == null) {
            level.twice = json.currentName();
            level.twiceAt = start + json.currentTokenLocation().getByteOffset();
          }
        }
        case VALUE_STRING -> {
          if (!levels.isEmpty() && "type".equals(json.currentName())) {
            levels.peek().type = json.getText();
          }
        }
        default -> {}
      }
    }
  }
}
