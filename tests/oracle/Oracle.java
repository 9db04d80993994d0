import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.MasterState;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateObject;

/**
 * Loads metadata files with Flink's own classes and tells, in the words of `savepointctl inspect --output json`, what
 * Flink makes of them: one line of JSON for each file. What stands in no field there (offsets, ids of handles) is left
 * out; so is the `location` of a part, which is no matter of the metadata.
 *
 * <p>Compiles with Flink 1.11 to 2.3. What not all of them have is called by name: see {@link #call}.
 *
 * <p>Arguments: [--check] FILE...
 */
public class Oracle {
  public static void main(String[] words) throws Exception {
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    boolean check = words.length > 0 && words[0].equals("--check");
    boolean failed = false;
    for (int i = check ? 1 : 0; i < words.length; i++) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("metadata_path", words[i]);
      try {
        byte[] bytes = Files.readAllBytes(new File(words[i]).toPath());
        CheckpointMetadata metadata = load(bytes, new File(words[i]));
        if (check) {
          out.println("OK");
          continue;
        }
        document.put("metadata_size", bytes.length);
        document.put("metadata_version", ByteBuffer.wrap(bytes).getInt(4));
        describe(metadata, document);
      } catch (IOException | RuntimeException | LinkageError problem) {
        failed = true;
        if (check) {
          out.println("FAILED " + words[i] + ": " + problem);
          continue;
        }
        document.put("error", problem.toString());
      }
      StringBuilder line = new StringBuilder();
      json(document, line);
      out.println(line);
    }
    out.flush();
    System.exit(failed ? 1 : 0);
  }

  static CheckpointMetadata load(byte[] bytes, File file) throws IOException {
    String directory = file.getAbsoluteFile().getParentFile().toURI().toString();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    CheckpointMetadata metadata = Checkpoints.loadCheckpointMetadata(in, Oracle.class.getClassLoader(), directory);
    // Flink itself does not look, but nothing may follow.
    if (in.available() > 0) throw new IOException(in.available() + " bytes are left over");
    return metadata;
  }

  static void describe(CheckpointMetadata metadata, Map<String, Object> document) {
    document.put("checkpoint_id", metadata.getCheckpointId());
    Object properties = call(metadata, "getCheckpointProperties");
    Object type = call(properties, "getCheckpointType");
    boolean isSavepoint = Boolean.TRUE.equals(call(properties, "isSavepoint"));
    document.put("snapshot_type", type == null ? null : isSavepoint ? "savepoint" : "checkpoint");
    Object format = call(type, "getFormatType");
    document.put("format", format == null ? null : format.toString().toLowerCase());
    long size = 0;
    for (OperatorState operator : metadata.getOperatorStates()) size += operator.getStateSize();
    document.put("state_size", size);

    List<Object> masters = new ArrayList<>();
    for (MasterState master : metadata.getMasterStates()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("name", master.name());
      object.put("version", master.version());
      object.put("size", master.bytes().length);
      masters.add(object);
    }
    document.put("master_states", masters);

    List<OperatorState> operators = new ArrayList<>(metadata.getOperatorStates());
    operators.sort(Comparator.comparing(operator -> operator.getOperatorID().toString()));
    List<Object> objects = new ArrayList<>();
    for (OperatorState operator : operators) objects.add(operator(operator));
    document.put("operators", objects);
  }

  static Object operator(OperatorState operator) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", operator.getOperatorID().toString());
    object.put("name", call(operator, "getOperatorName"));
    object.put("uid", call(operator, "getOperatorUid"));
    object.put("parallelism", operator.getParallelism());
    object.put("max_parallelism", operator.getMaxParallelism());
    object.put("fully_finished", Boolean.TRUE.equals(call(operator, "isFullyFinished")));
    StateObject coordinator = operator.getCoordinatorState();
    object.put("coordinator_state_size", coordinator == null ? null : coordinator.getStateSize());
    object.put("state_size", operator.getStateSize());
    List<Object> subtasks = new ArrayList<>();
    new TreeMap<>(operator.getSubtaskStates()).forEach((index, state) -> subtasks.add(subtask(index, state)));
    object.put("subtasks", subtasks);
    return object;
  }

  static Object subtask(int index, OperatorSubtaskState state) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("index", index);
    object.put("finished", Boolean.TRUE.equals(call(state, "isFinished")));
    object.put("managed_operator", handles(state.getManagedOperatorState()));
    object.put("raw_operator", handles(state.getRawOperatorState()));
    object.put("managed_keyed", handles(state.getManagedKeyedState()));
    object.put("raw_keyed", handles(state.getRawKeyedState()));
    object.put("input_channel", handles(state.getInputChannelState()));
    object.put("result_subpartition", handles(state.getResultSubpartitionState()));
    return object;
  }

  static List<Object> handles(Collection<? extends StateObject> handles) {
    List<Object> objects = new ArrayList<>();
    for (StateObject handle : handles) {
      // No state: it only keeps the directories of file merging alive.
      if (name(handle).equals("EmptyFileMergingOperatorStream")) continue;
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("type", name(handle));
      object.put("state_size", handle.getStateSize());
      object.put("key_groups", keyGroups(handle));
      object.put("states", states(handle));
      List<Object> parts = new ArrayList<>();
      parts(handle, parts);
      object.put("parts", parts);
      objects.add(object);
    }
    return objects;
  }

  /** Flink's class, less StateHandle. */
  static String name(Object handle) {
    String name = handle.getClass().getSimpleName().replaceFirst("Impl$", "");
    return name.replaceFirst("(State)?Handle$", "");
  }

  static Object keyGroups(StateObject handle) {
    if (!(handle instanceof KeyedStateHandle)) return null;
    Map<String, Object> range = new LinkedHashMap<>();
    range.put("start", ((KeyedStateHandle) handle).getKeyGroupRange().getStartKeyGroup());
    range.put("end", ((KeyedStateHandle) handle).getKeyGroupRange().getEndKeyGroup());
    return range;
  }

  static List<Object> states(StateObject handle) {
    List<Object> states = new ArrayList<>();
    if (!(handle instanceof OperatorStateHandle)) return states;
    new TreeMap<>(((OperatorStateHandle) handle).getStateNameToPartitionOffsets()).forEach((name, info) -> {
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("name", name);
      state.put("mode", info.getDistributionMode().name());
      state.put("partitions", info.getOffsets().length);
      states.add(state);
    });
    return states;
  }

  /** Adds every stream of a handle, and of the handles within it. */
  static void parts(Object handle, List<Object> to) {
    switch (name(handle)) {
      case "ByteStream":
        to.add(part("inline", null, handle));
        break;
      case "InMemoryChangelog":
        to.add(part("inline", null, handle));
        break;
      case "RelativeFile":
        to.add(part("relative", call(handle, "getRelativePath"), handle));
        break;
      case "File":
        to.add(part("file", call(handle, "getFilePath"), handle));
        break;
      case "SegmentFile":
        to.add(part("segment", call(handle, "getFilePath"), handle));
        break;
      case "EmptySegmentFile":
        break;
      case "IncrementalRemoteKeyed":
        parts(either(handle, "getMetaDataStateHandle", "getMetaStateHandle"), to);
        files(call(handle, "getSharedState"), to);
        files(call(handle, "getPrivateState"), to);
        break;
      case "ChangelogStateBackend":
        for (Object inner : (Collection<?>) call(handle, "getMaterializedStateHandles")) parts(inner, to);
        for (Object inner : (Collection<?>) call(handle, "getNonMaterializedStateHandles")) parts(inner, to);
        break;
      case "ChangelogStateHandleStream":
        for (Object pair : (Collection<?>) call(handle, "getHandlesAndOffsets")) parts(((Tuple2<?, ?>) pair).f0, to);
        break;
      default:
        // Operator state, key groups and channels are one stream each.
        Object delegate = either(handle, "getDelegateStateHandle", "getDelegate");
        if (delegate == null) throw new IllegalStateException("a handle of an unknown class: " + handle.getClass());
        parts(delegate, to);
    }
  }

  /** The files of an incremental handle: up to 1.15 a map from names to streams, then a list of pairs. */
  static void files(Object files, List<Object> to) {
    if (files instanceof Map) {
      for (Object stream : ((Map<?, ?>) files).values()) parts(stream, to);
    } else {
      for (Object file : (Collection<?>) files) parts(call(file, "getHandle"), to);
    }
  }

  static Object part(String storage, Object path, Object handle) {
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("storage", storage);
    part.put("path", path == null ? null : path.toString());
    if (storage.equals("segment")) part.put("start", call(handle, "getStartPos"));
    part.put("size", ((StateObject) handle).getStateSize());
    return part;
  }

  /** What a method without arguments gives; null of null, or where this Flink has no such method. */
  static Object call(Object target, String method) {
    if (target == null) return null;
    try {
      Method found = target.getClass().getMethod(method);
      found.setAccessible(true);
      Object result = found.invoke(target);
      return result instanceof Optional ? ((Optional<?>) result).orElse(null) : result;
    } catch (NoSuchMethodException missing) {
      return null;
    } catch (IllegalAccessException | InvocationTargetException problem) {
      throw new IllegalStateException(method + " of " + target.getClass(), problem);
    }
  }

  static Object either(Object target, String method, String other) {
    Object result = call(target, method);
    return result == null ? call(target, other) : result;
  }

  /** Maps, collections, strings, numbers, booleans and null. */
  static void json(Object value, StringBuilder to) {
    String comma = "";
    if (value instanceof Map) {
      to.append('{');
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        to.append(comma);
        json(entry.getKey(), to);
        to.append(':');
        json(entry.getValue(), to);
        comma = ",";
      }
      to.append('}');
    } else if (value instanceof Collection) {
      to.append('[');
      for (Object element : (Collection<?>) value) {
        to.append(comma);
        json(element, to);
        comma = ",";
      }
      to.append(']');
    } else if (value instanceof String) {
      to.append('"');
      for (char c : ((String) value).toCharArray()) {
        if (c == '"' || c == '\\') to.append('\\').append(c);
        else if (c < ' ') to.append(String.format("\\u%04x", (int) c));
        else to.append(c);
      }
      to.append('"');
    } else {
      to.append(value);
    }
  }
}
